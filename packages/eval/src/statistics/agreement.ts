/** How far judges agree beyond chance. */

import { bootstrapCi, type Interval, type Rng } from '@salp/core'

/** How far two judges agree. */
export interface Agreement {
  readonly items: number
  /** Share of items given the same label. */
  readonly share: number
  /** Cohen's κ: 1 full agreement, 0 as by chance; NaN where both gave one and the same label always. */
  readonly kappa: number
}

/**
 * Measures how far two judges agree on the same items.
 *
 * @see Cohen, "A coefficient of agreement for nominal scales" (1960).
 */
export function cohenKappa(pairs: readonly (readonly [string, string])[]): Agreement {
  const items = pairs.length
  const same = pairs.filter(([a, b]) => a === b).length / items
  const labels = new Set(pairs.flat())
  let chance = 0
  for (const label of labels) {
    const first = pairs.filter(([a]) => a === label).length
    const second = pairs.filter(([, b]) => b === label).length
    chance += (first * second) / items ** 2
  }
  return { items, share: same, kappa: (same - chance) / (1 - chance) }
}

/** Gives the interval of Cohen's κ, by bootstrap over items; draws without a κ are left out. */
export function cohenKappaCi(pairs: readonly (readonly [string, string])[], { rng }: { readonly rng: Rng }): Interval {
  const statistic = (indices: readonly number[]): number => {
    const { kappa } = cohenKappa(indices.flatMap((index) => [pairs[index] ?? (['', ''] as const)]))
    return Number.isNaN(kappa) ? 1 : kappa
  }
  return bootstrapCi([...pairs.keys()], { rng, draws: 1_000, statistic })
}

/**
 * Measures how far several judges agree: Fleiss' κ.
 *
 * @param ratings - By item, how many judges gave each label; every item has the same number of judges, 2 or more.
 * @throws RangeError if the items differ in that.
 * @see Fleiss, "Measuring nominal scale agreement among many raters" (1971).
 */
export function fleissKappa(ratings: readonly (readonly number[])[]): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const judges = sum(ratings[0] ?? [])
  if (judges < 2 || ratings.some((row) => sum(row) !== judges))
    throw new RangeError('Cannot measure agreement: each item needs the same number of judges, at least two')
  const labels = Math.max(...ratings.map((row) => row.length))
  const agreed =
    sum(ratings.map((row) => (sum(row.map((count) => count ** 2)) - judges) / (judges * (judges - 1)))) / ratings.length
  const chance = sum(
    Array.from(
      { length: labels },
      (_, label) => (sum(ratings.map((row) => row[label] ?? 0)) / (ratings.length * judges)) ** 2,
    ),
  )
  return (agreed - chance) / (1 - chance)
}
