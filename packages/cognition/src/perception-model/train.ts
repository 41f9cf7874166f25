/** Fits the learned perception, the same way every time. */

import { exp } from '../internal/real.js'
import { hashedFeatures, type TextFeatures } from './features.js'
import { featureCount, type RowWeights, rows, scoreRows, toProbabilities, weightStep } from './model.js'

/** A text with the answers: one for each of {@link rows}, 1 for yes. */
export interface Example {
  readonly features: TextFeatures
  readonly targets: readonly number[]
}

/** Strength of the pull to 0: hashed features are many and say little each. */
const decay = { hashed: 0.02, dense: 0.002 } as const
const steps = 400
const rate = 2

/** Fits all rows by gradient descent with momentum on the cross entropy, then rounds weights to what a byte holds. */
export function fitRows(examples: readonly Example[]): RowWeights[] {
  const weights = rows.map(() => new Float64Array(featureCount))
  const velocity = rows.map(() => new Float64Array(featureCount))
  for (let step = 0; step < steps; step++) {
    const gradients = rows.map(() => new Float64Array(featureCount))
    for (const { features, targets } of examples) {
      const probabilities = toProbabilities(scoreRows(weights, features))
      for (const [row, gradient] of gradients.entries()) {
        const error = ((probabilities[row] ?? 0) - (targets[row] ?? 0)) / examples.length
        for (const place of features.places) add(gradient, place, error * features.weight)
        for (const [index, value] of features.dense.entries()) add(gradient, hashedFeatures + index, error * value)
      }
    }
    for (const [row, gradient] of gradients.entries()) {
      const own = weights[row]
      const speed = velocity[row]
      if (own === undefined || speed === undefined) continue
      for (let index = 0; index < featureCount; index++) {
        const pull = index < hashedFeatures ? decay.hashed : decay.dense
        const slope = (gradient[index] ?? 0) + (pull * (own[index] ?? 0)) / 10
        speed[index] = 0.9 * (speed[index] ?? 0) - rate * slope * 0.3
        own[index] = (own[index] ?? 0) + (speed[index] ?? 0)
      }
    }
  }
  return weights.map((row) =>
    row.map((value) => weightStep * Math.max(-128, Math.min(127, Math.round(value / weightStep)))),
  )
}

/** Packs a row into bytes, in base 64. */
export function packRow(row: RowWeights): string {
  return btoa(Array.from(row, (value) => String.fromCharCode(Math.round(value / weightStep) & 255)).join(''))
}

/** A logistic curve from a score to a probability: σ(offset + slope · score). */
export interface Curve {
  readonly offset: number
  readonly slope: number
}

/**
 * Fits a curve to scores and outcomes by Newton's method on the cross entropy.
 *
 * @see Platt, "Probabilistic outputs for support vector machines" (1999).
 */
export function fitCurve(pairs: readonly { readonly score: number; readonly happened: boolean }[]): Curve {
  let [offset, slope] = [0, 1]
  for (let step = 0; step < 50; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-6, 0, 1e-6]
    for (const { score, happened } of pairs) {
      const probability = 1 / (1 + exp(-(offset + slope * score)))
      const error = probability - (happened ? 1 : 0)
      const curvature = probability * (1 - probability)
      g0 += error
      g1 += error * score
      h00 += curvature
      h01 += curvature * score
      h11 += curvature * score * score
    }
    const determinant = h00 * h11 - h01 * h01
    offset -= (h11 * g0 - h01 * g1) / determinant
    slope -= (h00 * g1 - h01 * g0) / determinant
  }
  return { offset, slope }
}

function add(values: Float64Array, index: number, value: number): void {
  values[index] = (values[index] ?? 0) + value
}
