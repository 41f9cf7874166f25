/** Rates, means and comparisons with the spread that few trials leave them. */

import type { Rng } from './rng.js'

/** A figure, and the interval that holds the true one in 95 of 100 repetitions. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** Two-sided 95 % of a normal distribution, in standard deviations. */
const z = 1.959964

/**
 * Estimates a rate by Wilson's score interval, which stays within [0, 1] and is honest for few trials and extreme rates.
 *
 * @param successes - Integer, range [0, trials].
 * @param trials - Integer. With 0 nothing is known: `estimate` is NaN, the interval [0, 1].
 * @throws RangeError if the counts cannot be.
 * @see Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
 */
export function wilson(successes: number, trials: number): Interval {
  if (!(successes >= 0 && successes <= trials && Number.isFinite(trials)))
    throw new RangeError(`Cannot estimate a rate of ${successes} in ${trials} trials`)
  if (trials === 0) return { estimate: Number.NaN, low: 0, high: 1 }
  const share = successes / trials
  const widen = 1 + z ** 2 / trials
  const center = (share + z ** 2 / (2 * trials)) / widen
  const half = (z / widen) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))
  // At the edges the bound is exact; rounding would miss it by an ulp.
  return {
    estimate: share,
    low: successes === 0 ? 0 : center - half,
    high: successes === trials ? 1 : center + half,
  }
}

/** Gives the arithmetic mean; NaN of nothing. Summed in the order given. */
export function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** How a bootstrap draws. */
export interface BootstrapOptions {
  readonly rng: Rng
  /** Resamples. Integer, range [40, ∞). @defaultValue `2_000` */
  readonly draws?: number | undefined
  /** What is estimated. @defaultValue {@link mean} */
  readonly statistic?: ((sample: readonly number[]) => number) | undefined
}

/**
 * Estimates a statistic by the percentile bootstrap: the middle 95 % of what resamples give.
 *
 * The values must be independent of one another: take one value a world, a session or a user, not one a call.
 *
 * @throws RangeError if there are no values or too few draws.
 * @see Efron, "Bootstrap methods: another look at the jackknife" (1979).
 */
export function bootstrapCi(
  values: readonly number[],
  { rng, draws = 2_000, statistic = mean }: BootstrapOptions,
): Interval {
  if (values.length === 0) throw new RangeError('Cannot bootstrap no values')
  if (!(draws >= 40)) throw new RangeError(`Cannot take percentiles of ${draws} draws: at least 40 are needed`)
  const sample = values.slice()
  const results = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    for (let index = 0; index < sample.length; index++) {
      sample[index] = values[Math.floor(rng() * values.length)] ?? Number.NaN
    }
    results[draw] = statistic(sample)
  }
  results.sort()
  const at = (share: number): number => results[Math.min(draws - 1, Math.floor(share * draws))] ?? Number.NaN
  return { estimate: statistic(values), low: at(0.025), high: at(0.975) }
}

/**
 * Tests whether paired differences are 0 on average, by flipping their signs at random.
 *
 * @returns Two-sided p-value, range (0, 1]; its least is 1/(draws + 1).
 * @see Fisher, *The Design of Experiments* (1935), section 21, for the randomisation test.
 */
export function signFlipTest(
  differences: readonly number[],
  { rng, draws = 2_000 }: Omit<BootstrapOptions, 'statistic'>,
): number {
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0))
  let extreme = 0
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0
    for (const value of differences) sum += rng() < 0.5 ? value : -value
    // A difference of rounding is none.
    if (Math.abs(sum) >= observed - 1e-12) extreme++
  }
  return (extreme + 1) / (draws + 1)
}

/**
 * Adjusts p-values for being many, by Holm's step-down method: reject those at or below the level wanted.
 *
 * @returns In the order given. Range (0, 1].
 * @see Holm, "A simple sequentially rejective multiple test procedure" (1979).
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index)
  const adjusted = pValues.slice()
  let greatest = 0
  for (const [rank, { p, index }] of order.entries()) {
    greatest = Math.max(greatest, Math.min(1, (pValues.length - rank) * p))
    adjusted[index] = greatest
  }
  return adjusted
}

/** A probability that was stated, and what came. */
export interface Forecast {
  /** Of the event. Range [0, 1]. */
  readonly probability: number
  readonly happened: boolean
}

/** Gives the mean squared error of forecasts: 0 is perfect, ¼ is a coin. NaN of nothing. */
export function brierScore(forecasts: readonly Forecast[]): number {
  return mean(forecasts.map(({ probability, happened }) => (probability - (happened ? 1 : 0)) ** 2))
}

/** Gives the mean −ln of the probability given to what came, in nats; a probability is kept 1e-6 away from 0 and 1. */
export function logLoss(forecasts: readonly Forecast[]): number {
  return mean(
    forecasts.map(({ probability, happened }) => {
      const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability))
      return -Math.log(happened ? kept : 1 - kept)
    }),
  )
}

/** Forecasts of like probability, and how often what they foretold came. */
export interface ReliabilityBin {
  /** Mean probability of the forecasts in the bin. */
  readonly stated: number
  /** Share of them that came true. */
  readonly came: number
  readonly count: number
}

/** Sorts forecasts into equal stretches of probability, ascending; empty ones are left out. */
export function reliabilityDiagram(forecasts: readonly Forecast[], bins = 10): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ stated: 0, came: 0, count: 0 }))
  for (const { probability, happened } of forecasts) {
    const bin = sums[Math.min(bins - 1, Math.floor(probability * bins))]
    if (bin === undefined) continue
    bin.stated += probability
    bin.came += happened ? 1 : 0
    bin.count++
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ stated, came, count }) => ({ stated: stated / count, came: came / count, count }))
}

/** Gives the expected calibration error: how far stated and real rates lie apart over ten bins, weighted by their counts. */
export function calibrationError(forecasts: readonly Forecast[]): number {
  let sum = 0
  for (const { stated, came, count } of reliabilityDiagram(forecasts)) sum += count * Math.abs(stated - came)
  return sum / forecasts.length
}
