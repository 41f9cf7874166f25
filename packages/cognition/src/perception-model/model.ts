/** Logistic regression over a text's features: intent, ambiguity and risk as probabilities. */

import { exp } from '../internal/real.js'
import type { Intent, Perception } from '../perception.js'
import { featuresOf, hashedFeatures, ruleFeatures, type TextFeatures } from './features.js'
import { packedWeights } from './weights.js'

/** What the model tells apart, in the order of its rows: seven intents that exclude each other, and two yes-or-no questions. */
export const rows = [
  'meta',
  'planning',
  'research',
  'question',
  'action',
  'chat',
  'unclear',
  'ambiguous',
  'risky',
] as const

const intents = rows.slice(0, 7) as readonly Intent[]

/** Weights of one row: hashed features, then dense ones. */
export type RowWeights = Float64Array

/** What the model makes of a text, beside what the rules do. */
export interface LearnedPerception extends Perception {
  /** Probability of each intent; they sum to 1. */
  readonly intents: Readonly<Record<Intent, number>>
  /** Probability that acting on it could do harm. Range [0, 1]. */
  readonly risk: number
}

/** Features there are. */
export const featureCount = hashedFeatures + ruleFeatures.length

/** Scores of all rows, before they become probabilities. */
export function scoreRows(weights: readonly RowWeights[], { places, weight, dense }: TextFeatures): number[] {
  return weights.map((row) => {
    let score = 0
    for (const place of places) score += weight * (row[place] ?? 0)
    for (const [index, value] of dense.entries()) score += value * (row[hashedFeatures + index] ?? 0)
    return score
  })
}

/** Turns scores into probabilities: softmax over the intents, the logistic function for the others. */
export function toProbabilities(scores: readonly number[]): number[] {
  const most = Math.max(...scores.slice(0, intents.length))
  const powers = scores.slice(0, intents.length).map((score) => exp(score - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return [...powers.map((power) => power / sum), ...scores.slice(intents.length).map((score) => 1 / (1 + exp(-score)))]
}

/**
 * Reads a request by a learned model: the rules' spans and domain, with intent, ambiguity and risk as the model sees them.
 *
 * The model was trained on a few hundred made-up requests; `docs/results/perception.md` tells how it does on others.
 */
export function perceiveLearned(text: string): LearnedPerception {
  const features = featuresOf(text)
  const probabilities = toProbabilities(scoreRows(unpacked(), features))
  let intent: Intent = 'unclear'
  let most = -1
  for (const [index, name] of intents.entries()) {
    const probability = probabilities[index] ?? 0
    if (probability > most) [intent, most] = [name, probability]
  }
  return {
    ...features.perception,
    intent,
    ambiguity: probabilities[7] ?? 0,
    intents: Object.fromEntries(intents.map((name, index) => [name, probabilities[index] ?? 0])) as Record<
      Intent,
      number
    >,
    risk: probabilities[8] ?? 0,
  }
}

/** Steps of the eight-bit weights. */
export const weightStep = 0.05

const cache: { weights?: readonly RowWeights[] } = {}

/** Unpacks the committed weights once: each a byte, −128 to 127 steps. */
function unpacked(): readonly RowWeights[] {
  cache.weights ??= packedWeights.map((row) =>
    Float64Array.from(atob(row), (character) => (((character.charCodeAt(0) + 128) & 255) - 128) * weightStep),
  )
  return cache.weights
}
