/** Whether one thing is better than another, and how sure that is. */

import type { Rng } from '@salp/core'

/** A mean with a 95 % interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/**
 * The mean of values, with a percentile bootstrap interval of 95 %.
 *
 * @param groups - Values that belong together, and so are drawn together.
 * @throws RangeError if there are none.
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 */
export function bootstrapMean(
  groups: readonly (readonly number[])[],
  rng: Rng,
  { rounds = 1_000 }: { readonly rounds?: number | undefined } = {},
): Interval {
  const parts = groups
    .map((group) => ({ sum: group.reduce((a, b) => a + b, 0), count: group.length }))
    .filter(({ count }) => count > 0)
  if (parts.length === 0) throw new RangeError('Cannot give the mean of nothing')
  const meanOf = (of: Iterable<(typeof parts)[number]>): number => {
    let [sum, count] = [0, 0]
    for (const part of of) {
      sum += part.sum
      count += part.count
    }
    return sum / count
  }
  const means = Array.from({ length: rounds }, () =>
    meanOf(parts.map((part) => parts[Math.floor(rng() * parts.length)] ?? part)),
  ).sort((a, b) => a - b)
  const at = (share: number): number => means[Math.min(rounds - 1, Math.floor(share * rounds))] ?? Number.NaN
  return { mean: meanOf(parts), low: at(0.025), high: at(0.975) }
}
