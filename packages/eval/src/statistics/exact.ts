/** Tests of counts that hold for few trials: nothing is taken to be normal. */

import type { Interval } from '@salp/core'

/** Gives ln n!, exact to about 1e-15 relative. Integer, range [0, ∞). */
export function logFactorial(n: number): number {
  while (logFactorials.length <= Math.min(n, 1_024)) {
    const last = logFactorials.length - 1
    logFactorials.push((logFactorials[last] ?? 0) + Math.log(last + 1))
  }
  const known = logFactorials[n]
  if (known !== undefined) return known
  // Stirling's series; its next term is below 1e-17 here.
  const x = n + 1
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
}

const logFactorials = [0]

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** Gives the probability of exactly `k` successes in `n` trials. */
export function binomialProbability(k: number, n: number, rate: number): number {
  if (rate <= 0) return k === 0 ? 1 : 0
  if (rate >= 1) return k === n ? 1 : 0
  return Math.exp(logChoose(n, k) + k * Math.log(rate) + (n - k) * Math.log1p(-rate))
}

/**
 * Tests whether successes come at `rate`: the two-sided exact binomial test, which adds up all that is no likelier than what
 * was seen.
 *
 * @returns p-value, range (0, 1]; 1 for no trials.
 */
export function binomialTest(successes: number, trials: number, rate = 0.5): number {
  const seen = binomialProbability(successes, trials, rate)
  let sum = 0
  for (let k = 0; k <= trials; k++) {
    const here = binomialProbability(k, trials, rate)
    if (here <= seen * (1 + 1e-7)) sum += here
  }
  return Math.min(1, sum)
}

/**
 * Tests whether two ways differ that were tried on the same tasks: McNemar's exact test on the tasks in which they disagree.
 *
 * @param onlyFirst - Tasks that only the first way got right.
 * @param onlySecond - Tasks that only the second way got right.
 * @returns Two-sided p-value, range (0, 1].
 * @see McNemar, "Note on the sampling error of the difference between correlated proportions or percentages" (1947).
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): number {
  return binomialTest(onlyFirst, onlyFirst + onlySecond)
}

/** Successes in so many trials. */
export interface Count {
  readonly successes: number
  readonly trials: number
}

/**
 * Tests whether two independent rates differ: Fisher's exact test, which adds up all tables with the same margins that are no
 * likelier than the one seen.
 *
 * @returns Two-sided p-value, range (0, 1].
 * @see Fisher, "On the interpretation of χ² from contingency tables" (1922).
 */
export function fisherTest(a: Count, b: Count): number {
  const successes = a.successes + b.successes
  const trials = a.trials + b.trials
  const weight = (k: number): number =>
    Math.exp(logChoose(a.trials, k) + logChoose(b.trials, successes - k) - logChoose(trials, successes))
  const seen = weight(a.successes)
  let sum = 0
  for (let k = Math.max(0, successes - b.trials); k <= Math.min(a.trials, successes); k++) {
    const here = weight(k)
    if (here <= seen * (1 + 1e-7)) sum += here
  }
  return Math.min(1, sum)
}

/**
 * Estimates the difference of two independent rates, first less second, by Newcombe's method: each rate's Wilson interval,
 * combined.
 *
 * @see Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.
 */
export function rateDifference(a: Interval, b: Interval): Interval {
  const estimate = a.estimate - b.estimate
  return {
    estimate,
    low: estimate - Math.hypot(a.estimate - a.low, b.high - b.estimate),
    high: estimate + Math.hypot(a.high - a.estimate, b.estimate - b.low),
  }
}
