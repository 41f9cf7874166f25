/** Means and rates with the spread that so few questions leave them. */

import { createRng, wilson } from '@salp/core'

/** A figure, and the interval that holds it in 95 of 100 repetitions. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Wilson's score interval for `successes` of `trials`. */
export function rate(successes: number, trials: number): Estimate {
  const { estimate, low, high } = wilson(successes, trials)
  return { value: estimate, low, high }
}

/** Mean with a percentile bootstrap of 1,000 draws, from a fixed seed. */
export function mean(values: readonly number[]): Estimate {
  const average = (sample: readonly number[]): number => sample.reduce((sum, value) => sum + value, 0) / sample.length
  const rng = createRng('bootstrap')
  const means = Array.from({ length: 1_000 }, () =>
    average(values.map(() => values[Math.floor(rng() * values.length)] ?? 0)),
  ).sort((a, b) => a - b)
  return { value: average(values), low: means[25] ?? Number.NaN, high: means[974] ?? Number.NaN }
}

/** Gives the value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
