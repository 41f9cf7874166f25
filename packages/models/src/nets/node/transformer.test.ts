import { createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import type { BatchSource } from '../data/batches.js'
import { createPredictor } from '../inference/predictor.js'
import { createWriter } from '../inference/writer.js'
import { initialWeights } from '../initial.js'
import { feedForward } from '../layers.js'
import { defineNet, float32, parameterViews } from '../net.js'
import { squaredError } from '../ops/losses.js'
import { warmupCosine } from '../schedule.js'
import { defineTransformer } from '../transformer.js'
import { train } from './train.js'

const clock = stoppedClock()

/** A language in which each word chooses the next: by 0.7, 0.2 and 0.1 among three. */
const [words, length, batch] = [8, 16, 16]
const shares = [0.7, 0.2, 0.1]
const entropy = -shares.reduce((sum, share) => sum + share * Math.log(share), 0)

const markov: BatchSource = ({ ids, next, weights }, index) => {
  for (let row = 0; row < batch; row++) {
    const rng = createRng(`markov ${index} ${row}`)
    let word = Math.floor(rng() * words)
    for (let at = 0; at < length; at++) {
      ids?.fill(word, row * length + at, row * length + at + 1)
      const draw = rng()
      word = (word * 3 + (draw < 0.7 ? 1 : draw < 0.9 ? 4 : 6)) % words
      next?.fill(word, row * length + at, row * length + at + 1)
    }
  }
  weights?.fill(1 / (batch * length))
}

describe('defineTransformer()', () => {
  test('learns a Markov language down to its entropy', async () => {
    const model = defineTransformer({
      name: 'markov',
      words,
      width: 32,
      heads: 2,
      inner: 64,
      layers: 1,
      longest: length,
    })
    const steps = 250
    const losses: number[] = []
    const { weights } = await train(
      { clock },
      {
        ...{ net: model.net, sizes: { batch, length }, data: markov, steps },
        schedule: warmupCosine({ peak: 0.01, warmup: 20, steps }),
        onProgress: ({ loss }) => losses.push(loss),
      },
    )
    const last = losses.slice(-30).reduce((sum, loss) => sum + loss, 0) / 30
    expect(losses[0]).toBeGreaterThan(entropy + 1)
    expect(Math.abs(last - entropy)).toBeLessThan(0.05)
    // The likeliest word after w is 3w + 1.
    const writer = await createWriter({ runtime }, { model, weights })
    const written: number[] = []
    for await (const word of writer.write({ prompt: [2], end: -1, most: 6 })) written.push(word)
    expect(written).toEqual([7, 6, 3, 2, 7, 6])
  })

  test('solves a copy task through cross attention, and writes what it read', async () => {
    const [reach, letters] = [5, 6]
    const model = defineTransformer({
      ...{ name: 'copy', words: letters + 3, width: 32, heads: 2, inner: 64, layers: 1, longest: reach + 1 },
      encoder: { layers: 1, longest: reach },
    })
    const draw = (seed: string): number[] => {
      const rng = createRng(seed)
      return Array.from({ length: reach }, () => 3 + Math.floor(rng() * letters))
    }
    const rows = 24
    const data: BatchSource = ({ source, mask, ids, next, weights }, index) => {
      for (let row = 0; row < rows; row++) {
        const letters = draw(`copy ${index} ${row}`)
        source?.set(letters, row * reach)
        ids?.set([1, ...letters], row * (reach + 1))
        next?.set([...letters, 2], row * (reach + 1))
      }
      mask?.fill(0)
      weights?.fill(1 / (rows * (reach + 1)))
    }
    const steps = 500
    const { weights } = await train(
      { clock },
      {
        ...{ net: model.net, sizes: { batch: rows, reach, length: reach + 1 }, data, steps },
        schedule: warmupCosine({ peak: 0.01, warmup: 30, steps }),
      },
    )
    const writer = await createWriter({ runtime }, { model, weights })
    let right = 0
    for (let trial = 0; trial < 20; trial++) {
      const source = draw(`never seen ${trial}`)
      const written: number[] = []
      for await (const word of writer.write({ prompt: [1], source, end: 2 })) written.push(word)
      if (written.join() === source.join()) right++
    }
    expect(right).toBeGreaterThanOrEqual(19)
  })
})

test('feedForward() with ReLU keeps most of its units alive through training', async () => {
  const width = 64
  const net = defineNet({
    name: 'alive',
    sizes: { batch: 32 },
    inputs: { x: float32('batch', 4) },
    targets: { y: float32('batch', 1), weight: float32('batch', 1) },
    forward: ({ x }) => ({ y: feedForward(x, 'body', { widths: [width, 1], activation: 'relu' }) }),
    loss: ({ y }, targets) => squaredError(y, targets.y, targets.weight),
  })
  const data: BatchSource = ({ x, y, weight }, index) => {
    const rng = createRng(`alive ${index}`)
    for (let row = 0; row < 32; row++) {
      const values = Array.from({ length: 4 }, () => rng() * 2 - 1)
      x?.set(values, row * 4)
      y?.set([Math.sin(3 * (values[0] ?? 0)) + (values[1] ?? 0)], row)
    }
    weight?.fill(1 / 32)
  }
  const { weights } = await train(
    { clock },
    { net, sizes: net.sizes, data, steps: 300, schedule: () => 0.01, weights: initialWeights(net, createRng(1)) },
  )
  const views = parameterViews(net.layout, weights)
  const [w, b] = [views.get('body.0.weight'), views.get('body.0.bias')]
  const rng = createRng('probe')
  const alive = new Set<number>()
  for (let trial = 0; trial < 500; trial++) {
    const x = Array.from({ length: 4 }, () => rng() * 2 - 1)
    for (let unit = 0; unit < width; unit++) {
      if (x.reduce((sum, value, index) => sum + value * (w?.[index * width + unit] ?? 0), b?.[unit] ?? 0) > 0)
        alive.add(unit)
    }
  }
  expect(alive.size / width).toBeGreaterThan(0.95)
  const predictor = await createPredictor({ runtime }, { net, sizes: { batch: 1 }, weights })
  const { y } = await predictor.run({ x: Float32Array.of(0.5, 0.2, 0, 0) })
  expect(y?.[0]).toBeCloseTo(Math.sin(1.5) + 0.2, 0)
})
