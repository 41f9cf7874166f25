/** A test that may be looked at after every observation, and stopped at any of them. */

import { type Interval, mean } from '@salp/core'

/** What bounded observations say of their mean, whenever one looks. */
export interface SequentialFinding {
  readonly observations: number
  /** Capital of a fair bet against a mean of 0, now. Expected to be 1 at most where it is 0. */
  readonly e: number
  /** Of a mean of 0: 1 by the greatest capital so far. Below α with probability α at most, at whatever time. Range (0, 1]. */
  readonly p: number
  /** The observation, from 1, with which `p` fell to α; none if it has not. */
  readonly crossedAt: number | undefined
  /** The mean, with bounds that hold at all times together with probability 1 − α. */
  readonly mean: Interval
}

/** Shares of the capital that are bet, each with as much of it: the middles of even steps from 0 to 1. */
const stakes = Float64Array.from({ length: 64 }, (_, index) => (index + 0.5) / 64)

/** Halvings that find a bound, to about 1e-12. */
const halvings = 42

/**
 * Tests by betting whether the mean of observations from −1 to 1, such as differences of pairs that are each right or wrong, is 0.
 *
 * A gambler bets on the sign, one half of the capital up and one down, in fixed stakes. If the mean is 0, given the past, the game is
 * fair, so that the capital ever reaches 1/α with probability α at most (Ville): one may look after every observation and stop at
 * any, for any reason. For differences of −1, 0 and 1 it is McNemar's test with a uniform prior on the share of pairs that favour
 * the first, as an always-valid one; no normal approximation is made, nor is variance known beforehand. The price is more
 * observations than a test whose number is fixed.
 *
 * @param observations - In the order they were made, each in [−1, 1]; those to come must not depend on what one knows of them.
 * @throws RangeError if an observation is out of range, or `alpha` not in (0, 1).
 * @see Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024); Johari et al., "Always valid
 * inference" (2022). Stakes are fixed and averaged here, not tuned as one goes, so that `e` does not depend on the order.
 */
export function sequentialTest(
  observations: readonly number[],
  { alpha = 0.05 }: { readonly alpha?: number | undefined } = {},
): SequentialFinding {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Cannot test at alpha ${alpha}`)
  const up = new Float64Array(stakes.length)
  const down = new Float64Array(stakes.length)
  let [greatest, crossedAt]: [number, number | undefined] = [1, undefined]
  let e = 1
  for (const [index, value] of observations.entries()) {
    if (!(value >= -1 && value <= 1))
      throw new RangeError(`Cannot test an observation of ${value}: it is not in [-1, 1]`)
    for (const [at, stake] of stakes.entries()) {
      up[at] = (up[at] ?? 0) + Math.log1p(stake * value)
      down[at] = (down[at] ?? 0) + Math.log1p(-stake * value)
    }
    e = (averageOf(up) + averageOf(down)) / 2
    greatest = Math.max(greatest, e)
    if (crossedAt === undefined && e >= 1 / alpha) crossedAt = index + 1
  }
  const estimate = observations.length === 0 ? Number.NaN : mean(observations)
  const low = greatestRefuted(observations, 2 / alpha)
  const high = -greatestRefuted(
    observations.map((value) => -value),
    2 / alpha,
  )
  return { observations: observations.length, e, p: 1 / greatest, crossedAt, mean: { estimate, low, high } }
}

/** The greatest mean against which betting upwards has made `needed` of 1: from there downwards all are refuted. At least −1. */
function greatestRefuted(observations: readonly number[], needed: number): number {
  const counts = new Map<number, number>()
  for (const value of observations) counts.set(value, (counts.get(value) ?? 0) + 1)
  const made = (supposed: number): number =>
    averageOf(
      stakes.map((stake) => {
        let sum = 0
        for (const [value, count] of counts) sum += count * Math.log1p((stake * (value - supposed)) / (1 + supposed))
        return sum
      }),
    )
  let [low, high] = [-1, 1]
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2
    if (made(middle) >= needed) low = middle
    else high = middle
  }
  return low
}

/** Mean of what the logarithms are of. */
function averageOf(logarithms: Float64Array): number {
  let sum = 0
  for (const value of logarithms) sum += Math.exp(value)
  return sum / logarithms.length
}
