/** How unexpected a call's outcome is, given what was believed of its tool. */

import { type Belief, type Evidence, reliability, validity } from './belief.js'
import { binaryEntropy } from './internal/beta.js'
import { expectedLatencyBits, forecastLatency, latencyBits } from './internal/latency.js'
import { exp2, log2 } from './internal/real.js'

/** What was learnt of surprise itself: plain data. */
export interface SurpriseState {
  /** Running 90 % quantile of excess surprise: what counts as much. In bits, range [1.5, 6]. */
  readonly scaleBits: number
  /** Leaky mean of the level, half-life 6 calls. Range [0, 1]. */
  readonly mean: number
  /** Leaky mean of the level, half-life 64 calls: how much surprise is usual here. Range [0, 1]. */
  readonly usual: number
}

/** The surprise of one outcome. */
export interface Surprise {
  /** −log₂ likelihood, weighted by the precision of the forecast. Range [0, ∞). */
  readonly bits: number
  /** What a right forecast expected `bits` to be. Range [0, ∞). */
  readonly expectedBits: number
  /** Excess over the expected, squashed: 0 at none, ½ at the running 90 % quantile. Range [0, 1]. */
  readonly level: number
  /** Whether the level is among the rare ones: twice the running quantile or more. */
  readonly spiked: boolean
}

/** Surprise of what says nothing. */
export const noSurprise: Surprise = { bits: 0, expectedBits: 0, level: 0, spiked: false }

/** State before anything was seen; its mean is neither calm nor alarm. */
export const unsurprised: SurpriseState = { scaleBits: 3, mean: 0.25, usual: 0.1 }

/** Bounds of the scale: so that a world of steady failure cannot make failure look normal, nor a calm one jitter look grave. */
const scaleBounds = { least: 1.5, most: 6 } as const

const quantile = 0.9
const spikeLevel = 0.75
const keptPerCall = { mean: exp2(-1 / 6), usual: exp2(-1 / 64) } as const

/** Variance of the uniform Beta(1, 1): a forecast this vague halves the weight of its outcome. */
const vagueVariance = 1 / 12

/**
 * Scores an outcome against the belief held before it.
 *
 * bits = w·(−log₂ p) + latency bits, where p is the probability that the Beta predictive gave to the outcome (success or the
 * tool's own failure; for `invalid`, that of a wrong call), w = 1 − ½·v/(1/12) for the variance v of that Beta, and latency bits
 * the fall in log density from the peak of the log-normal predictive, for successes only. Its expectation under the same forecast,
 * entropy and all, is `expectedBits`; only the difference is news, so a tool known to fail half the time surprises no more.
 *
 * A denial is a person's choice and scores 0.
 *
 * @param state - Gives the scale; not changed.
 */
export function scoreSurprise(
  belief: Belief,
  { outcome, latencyMs }: Evidence,
  { scaleBits }: SurpriseState,
): Surprise {
  if (outcome === 'denied') return noSurprise
  const { successes, failures } = outcome === 'invalid' ? validity(belief) : reliability(belief)
  const total = successes + failures
  const chance = (outcome === 'ok' ? successes : failures) / total
  const variance = (successes * failures) / (total * total * (total + 1))
  const weight = 1 - 0.5 * Math.min(1, variance / vagueVariance)
  let bits = -weight * log2(chance)
  let expectedBits = weight * binaryEntropy(chance)
  if (outcome === 'ok' && latencyMs !== undefined) {
    const forecast = forecastLatency(belief.latency)
    bits += latencyBits(forecast, latencyMs)
    expectedBits += expectedLatencyBits(forecast)
  }
  const level = 1 - exp2(-Math.max(0, bits - expectedBits) / scaleBits)
  return { bits, expectedBits, level, spiked: level >= spikeLevel }
}

/**
 * Folds a score in: the means leak, the scale follows the 90 % quantile of the excess by stochastic approximation.
 *
 * @see Robbins and Monro, "A stochastic approximation method" (1951).
 */
export function foldSurprise({ scaleBits, mean, usual }: SurpriseState, score: Surprise): SurpriseState {
  const above = score.bits - score.expectedBits > scaleBits
  const moved = scaleBits + 0.25 * (above ? quantile : quantile - 1)
  return {
    scaleBits: Math.min(scaleBounds.most, Math.max(scaleBounds.least, moved)),
    mean: leak(mean, score.level, keptPerCall.mean),
    usual: leak(usual, score.level, keptPerCall.usual),
  }
}

function leak(mean: number, value: number, kept: number): number {
  return kept * mean + (1 - kept) * value
}
