/** A guide that looks at the examples: a small net says which primitives are likely, and counts say where. */

import { type Net, parameterViews } from '../../nets/net.js'
import { defineGuide, type SolvedTask } from '../../nets/tasks/guide.js'
import { logistic } from '../../nets/tasks/task.js'
import { featureNames } from './features.js'

/** A trained net, as plain data. */
export interface GuideNet {
  /** Names of what it reads, in order. */
  readonly features: readonly string[]
  /** Productions it speaks of, in order. */
  readonly primitives: readonly string[]
  /** How often each was used in what it was trained on. */
  readonly rates: readonly number[]
  /** In the layout of the net, float32, little-endian, in base64. */
  readonly weights: string
}

/** The net of a guide that speaks of these productions. */
export function guideNetOf(primitives: readonly string[], features: readonly string[] = featureNames): Net {
  return defineGuide({ features: features.map((name) => ({ name, meaning: name })), primitives })
}

/** Puts trained weights into plain data. */
export function packGuideNet(
  primitives: readonly string[],
  weights: Float32Array,
  solved: readonly SolvedTask[],
): GuideNet {
  const rates = primitives.map(
    (_, index) => (solved.filter(({ uses }) => uses[index]).length + 1) / (solved.length + 2),
  )
  return { features: featureNames, primitives, rates, weights: encode(weights) }
}

/** Nats that the net adds or takes at most. */
const mostNats = Math.log(64)

/**
 * How strongly the examples speak for each production, in nats: the logarithm of the odds that the net gives it, over those it has
 * anyway. Empty if the net reads other features than there are now.
 *
 * The net is run here, in a tenth of a millisecond, so that no runtime is needed to search.
 */
export function evidenceOf(net: GuideNet, features: Float32Array): ReadonlyMap<string, number> {
  if (net.features.join() !== featureNames.join()) return new Map()
  const { layout } = guideNetOf(net.primitives)
  const weights = decode(net.weights)
  if (weights.length !== layout.length) return new Map()
  const views = parameterViews(layout, weights)
  let values = features
  for (let index = 0; ; index++) {
    const [matrix, bias] = [views.get(`guide.${index}.weight`), views.get(`guide.${index}.bias`)]
    if (matrix === undefined || bias === undefined) break
    if (index > 0) values = values.map((value) => value * logistic(value))
    values = affine(values, matrix, bias)
  }
  return new Map(
    net.primitives.map((name, index) => {
      const rate = net.rates[index] ?? 0.5
      const nats = (values[index] ?? 0) - Math.log(rate / (1 - rate))
      return [name, Math.max(-mostNats, Math.min(mostNats, nats))]
    }),
  )
}

/** Averages the weights of nets that are alike; of others, only the first is kept. */
export function mergeNets(nets: readonly GuideNet[]): GuideNet | undefined {
  const [first] = nets
  if (first === undefined) return undefined
  const key = (net: GuideNet): string => `${net.features.join()} ${net.primitives.join()}`
  const alike = nets.filter((net) => key(net) === key(first) && net.weights.length === first.weights.length)
  const all = alike.map((net) => decode(net.weights))
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    ...first,
    rates: first.rates.map((_, index) => mean(alike.map(({ rates }) => rates[index] ?? 0))),
    weights: encode((all[0] ?? new Float32Array()).map((_, index) => mean(all.map((weights) => weights[index] ?? 0)))),
  }
}

function affine(values: Float32Array, matrix: Float32Array, bias: Float32Array): Float32Array<ArrayBuffer> {
  const width = bias.length
  const result = Float32Array.from(bias)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0
    if (value === 0) continue
    for (let at = 0; at < width; at++) result[at] = (result[at] ?? 0) + value * (matrix[row * width + at] ?? 0)
  }
  return result
}

function encode(weights: Float32Array): string {
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(text)
}

function decode(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2)
}
