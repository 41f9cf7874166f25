/** What a search asks of a guide: how likely a production is where it would stand. */

/** Where a production stands: which argument of which primitive, or the whole program (`root`, 0). */
export interface Place {
  readonly parent: string
  readonly argument: number
}

/**
 * How likely productions are; only the ratios between those that fit a place matter.
 *
 * Productions are called by the primitive or fragment; `input`, `item`, `index`, `total`, `left`, `right` and `outer` for
 * variables; `number 0`, `string ","`, `boolean true`, `empty` for constants, and `number drawn`, `string drawn` for those read
 * off the examples.
 */
export interface Guide {
  /** Whether something is known of this very place; elsewhere `weight` is asked once, for `undefined`. */
  knows(place: Place): boolean
  /** Range (0, ∞). */
  weight(production: string, place: Place | undefined): number
}

/** Knows nothing: every primitive and every constant is as likely as any other, and a variable four times as likely. */
export const unlearnedGuide: Guide = {
  knows: () => false,
  weight: (production) => (variables.has(production) ? 4 : 1),
}

const variables = new Set(['input', 'item', 'index', 'total', 'left', 'right', 'outer'])
