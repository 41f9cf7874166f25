/** How far a function that was found is to be trusted, in plain words. */

import type { Json } from '@salp/models/synthesis'

/** What a value tells, in nats: what it takes to write it down when nothing is known of it but its type. */
export function valueNats(value: Json): number {
  if (typeof value === 'number') return Math.LN2 + 2 * Math.log(1 + Math.abs(value))
  if (typeof value === 'boolean') return Math.LN2
  if (typeof value === 'string') return 2 * Math.log(1 + value.length) + value.length * Math.log(27)
  return 2 * Math.log(1 + value.length) + value.reduce<number>((sum, item) => sum + valueNats(item), 0)
}

/** How far to trust a function. */
export type Trust = 'good' | 'fair' | 'poor'

/**
 * Judges a function by its length: whoever says more with fewer words has understood more.
 *
 * A rule of thumb after the principle of minimum description length, not a probability: the cost of the function against that of
 * writing the results of the examples down.
 */
export function trustIn(cost: number, results: readonly Json[]): { readonly trust: Trust; readonly listNats: number } {
  const listNats = results.reduce<number>((sum, result) => sum + valueNats(result), 0)
  return { trust: cost > listNats ? 'poor' : cost > 0.6 * listNats ? 'fair' : 'good', listNats }
}

/** What a {@link Trust} means to a person. */
export const trustWords: Readonly<Record<Trust, string>> = {
  good: 'It is much shorter than a list of your results would be, which speaks for it.',
  fair: 'It is not much shorter than a list of your results would be: look twice.',
  poor: 'A list of your results would be no longer: it may fit them by chance, or know them by heart.',
}

/** `850 k`, `1.2 M` candidates a second. */
export function ratePerSecond(candidates: number, ms: number): string {
  if (ms < 50) return '–'
  const rate = candidates / (ms / 1_000)
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(1)} M` : `${Math.round(rate / 1e3)} k`
}
