/** What a search asks of a guide: how likely a production is where it would stand. */

import type { Type } from '../language/types.js'

/** Where a production stands: which argument of which primitive, or the whole program (`root`, 0); and of what type it is. */
export interface Place {
  readonly parent: string
  readonly argument: number
  readonly type: Type
}

/**
 * How likely productions are.
 *
 * They are called by the primitive or fragment; `input`, `item`, `index`, `total`, `left`, `right` and `outer` for variables;
 * `number 0`, `string ","`, `boolean true`, `empty` for constants, and `number drawn`, `string drawn` for those read off the
 * examples.
 */
export interface Guide {
  /** Whether it tells this place from others of the type; where it does not, it is asked about a place of no parent. */
  knows(place: Place): boolean
  /** A weight above 0 for each production that fits the place; only their ratios matter. A name may come more than once. */
  weigh(productions: readonly string[], place: Place): number[]
  /** What it costs a program to ignore one of its inputs, in nats. Range [0, ∞). */
  readonly ignoring: number
}

/** Knows nothing: every primitive and every constant is as likely as any other, and a variable four times as likely. */
export const unlearnedGuide: Guide = {
  knows: () => false,
  weigh: (productions) => productions.map((production) => (variableProductions.has(production) ? 4 : 1)),
  ignoring: 0,
}

/**
 * A guide whose weights are changed by what speaks for a production wherever it stands.
 *
 * @param nats - Logarithms of the factors by name; 0 where there is none.
 */
export function adjusted(guide: Guide, nats: ReadonlyMap<string, number>): Guide {
  return {
    ignoring: guide.ignoring,
    knows: (place) => guide.knows(place),
    weigh: (productions, place) =>
      guide
        .weigh(productions, place)
        .map((weight, index) => weight * Math.exp(nats.get(productions[index] ?? '') ?? 0)),
  }
}

/** What variables are called. */
export const variableProductions: ReadonlySet<string> = new Set([
  'input',
  'item',
  'index',
  'total',
  'left',
  'right',
  'outer',
])
