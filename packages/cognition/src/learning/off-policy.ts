/** What another policy would have brought, from the logs of this one. */

import { bootstrapCi, type Interval, type Rng } from '@salp/core'

/** One choice that was logged. */
export interface LoggedChoice {
  readonly features: Float64Array
  readonly arm: number
  /** With which the arm was taken. Range (0, 1]. */
  readonly probability: number
  readonly reward: number
}

/** A policy to judge: the probability with which it would take each arm. Sums to 1. */
export type Policy = (features: Float64Array) => readonly number[]

/** An estimate, and what it rests on. */
export interface PolicyValue extends Interval {
  /** Choices in the log that count for this policy: (Σw)² / Σw². Under some twenty the interval means little. */
  readonly effective: number
}

/** Weights above this are cut: a little bias for much variance. */
const greatestWeight = 20

/**
 * Weighs each logged reward by how much likelier the policy would have taken that arm: unbiased where weights are not cut.
 *
 * @throws RangeError if the log is empty or a probability is not in (0, 1].
 * @see Horvitz and Thompson, "A generalization of sampling without replacement from a finite universe" (1952).
 */
export function inversePropensity(log: readonly LoggedChoice[], policy: Policy, { rng }: { rng: Rng }): PolicyValue {
  const weights = weigh(log, policy)
  const values = log.map(({ reward }, index) => (weights[index] ?? 0) * reward)
  return { ...bootstrapCi(values, { rng, draws: 1_000 }), effective: effectiveSize(weights) }
}

/**
 * Predicts rewards by a model, and corrects it by the weighted error on what was logged: right if either model or probabilities are.
 *
 * @param expect - Reward that the model expects of an arm.
 * @throws RangeError if the log is empty or a probability is not in (0, 1].
 * @see Dudík, Langford and Li, "Doubly robust policy evaluation and learning" (2011).
 */
export function doublyRobust(
  log: readonly LoggedChoice[],
  policy: Policy,
  { rng, expect }: { rng: Rng; expect: (arm: number, features: Float64Array) => number },
): PolicyValue {
  const weights = weigh(log, policy)
  const values = log.map(({ features, arm, reward }, index) => {
    const modelled = policy(features).reduce((sum, share, other) => sum + share * expect(other, features), 0)
    return modelled + (weights[index] ?? 0) * (reward - expect(arm, features))
  })
  return { ...bootstrapCi(values, { rng, draws: 1_000 }), effective: effectiveSize(weights) }
}

function weigh(log: readonly LoggedChoice[], policy: Policy): number[] {
  return log.map(({ features, arm, probability }) => {
    if (!(probability > 0 && probability <= 1))
      throw new RangeError(`Cannot weigh a choice of probability ${probability}`)
    return Math.min(greatestWeight, (policy(features)[arm] ?? 0) / probability)
  })
}

function effectiveSize(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight * weight, 0)
  return squares === 0 ? 0 : (sum * sum) / squares
}
