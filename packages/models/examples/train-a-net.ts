/** A net of your own, trained and written as an ONNX file: is a point inside of the ring? */

import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import {
  binaryCrossEntropy,
  defineNet,
  exportInference,
  feedForward,
  float32,
  orderedBatches,
  shuffledBatches,
  warmupCosine,
} from '@salp/models/nets'
import { train } from '@salp/models/nets/node'

const ring = defineNet({
  name: 'ring',
  sizes: { batch: 64 },
  inputs: { point: float32('batch', 2) },
  targets: { inside: float32('batch', 1), weight: float32('batch', 1) },
  forward: ({ point }) => ({ score: feedForward(point, 'body', { widths: [32, 32, 1], activation: 'silu' }) }),
  loss: ({ score }, { inside, weight }) => binaryCrossEntropy(score, inside, weight),
})

const rng = createRng('points')
const examples = Array.from({ length: 2_000 }, () => {
  const [x, y] = [rng() * 4 - 2, rng() * 4 - 2]
  return { point: [x, y], inside: [Math.abs(Math.hypot(x, y) - 1) < 0.4 ? 1 : 0], weight: [1] }
})
const data = shuffledBatches(examples.slice(0, 1_600), { seed: 1, weights: ['weight'] })
const heldOut = orderedBatches(examples.slice(1_600), { rows: 64, weights: ['weight'] })

const steps = 600
const schedule = warmupCosine({ peak: 0.01, warmup: 20, steps })
const evaluation = { batches: heldOut, every: 100 }
const trained = await train({ clock: systemClock }, { net: ring, sizes: ring.sizes, data, steps, schedule, evaluation })
const file = exportInference(ring, trained.weights, { sizes: { batch: 1 } })
console.log(JSON.stringify({ heldOut: trained.heldOut, file: Buffer.from(file).toString('base64') }))
