import { createRng } from '@salp/core'
import * as native from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { spiralNet } from '../../testing/internal/spirals.js'
import { initialWeights } from '../initial.js'
import { hidden } from '../layers.js'
import { defineTransformer } from '../transformer.js'
import { createPredictor, type OnnxRuntime } from './predictor.js'
import { createWriter } from './writer.js'

const runtime: OnnxRuntime = native
const shape = { name: 'tiny', words: 13, width: 16, heads: 4, inner: 24, layers: 2, longest: 8 }
const models = {
  decoder: defineTransformer(shape),
  'encoder and decoder': defineTransformer({
    ...shape,
    encoder: { layers: 2, longest: 6, head: { widths: [8, 5], weight: 0.5 } },
  }),
}
const sequence = [1, 7, 3, 3, 12, 0, 5, 9]
const source = [4, 2, 11]

describe.each(Object.entries(models))('createWriter(), %s', (_, model) => {
  const weights = initialWeights(model.net, createRng('tiny'))

  test('gives the scores of the whole net at every place', async () => {
    const [length, reach] = [sequence.length, 6]
    const whole = await createPredictor({ runtime }, { net: model.net, sizes: { batch: 1, length, reach }, weights })
    const padded = Int32Array.from({ length: reach }, (_, at) => source[at] ?? 0)
    const full = await whole.run({
      ...{ ids: Int32Array.from(sequence), source: padded },
      mask: Float32Array.from({ length: reach }, (_, at) => (at < source.length ? 0 : hidden)),
      share: Float32Array.from({ length: reach }, (_, at) => (at < source.length ? 1 / source.length : 0)),
    })
    const writer = await createWriter({ runtime }, { model, weights })
    const rows = await writer.scores(sequence, source)
    expect(rows).toHaveLength(sequence.length)
    for (const [place, row] of rows.entries())
      for (const [word, score] of row.entries())
        expect(score).toBeCloseTo(full.logits?.[place * 13 + word] ?? Number.NaN, 5)
    if (model.shape.encoder !== undefined) {
      const fast = await writer.classify(source)
      for (const [index, score] of fast.entries()) expect(score).toBeCloseTo(full.classes?.[index] ?? Number.NaN, 5)
    }
  })

  test('writes only what is allowed, ends by its end, and at its capacity', async () => {
    const writer = await createWriter({ runtime }, { model, weights })
    const written = async (options: Partial<Parameters<typeof writer.write>[0]>): Promise<number[]> => {
      const words: number[] = []
      for await (const word of writer.write({ prompt: [1], source, end: 2, ...options })) words.push(word)
      return words
    }
    const odd = await written({ allowed: () => [3, 5, 7] })
    expect(odd).toHaveLength(8)
    expect(odd.every((word) => [3, 5, 7].includes(word))).toBe(true)
    expect(await written({ allowed: (so) => (so.length < 3 ? [4] : []) })).toEqual([4, 4])
    expect(await written({ allowed: (so) => (so.length < 4 ? [6] : [2]) })).toEqual([6, 6, 6])
    const drawn = () => written({ temperature: 1, rng: createRng('draw') })
    expect(await drawn()).toEqual(await drawn())
  })

  test('refuses words and weights that are none', async () => {
    const writer = await createWriter({ runtime }, { model, weights })
    await expect(writer.scores([13], source)).rejects.toThrow('Cannot write with "tiny": there is no word 13')
    await expect(createWriter({ runtime }, { model, weights: weights.subarray(16) })).rejects.toThrow(RangeError)
  })
})

describe('createPredictor()', () => {
  const net = spiralNet()
  const [one, other] = [initialWeights(net, createRng(1)), initialWeights(net, createRng(2))]

  test('goes on with other weights, as a new one would', async () => {
    const open = (weights: Float32Array) => createPredictor({ runtime }, { net, sizes: { batch: 1 }, weights })
    const [changing, fresh] = [await open(one), await open(other)]
    const x = Float32Array.of(0.3, -0.2)
    const before = await changing.run({ x })
    changing.load(other)
    expect(await changing.run({ x })).toEqual(await fresh.run({ x }))
    expect(await changing.run({ x })).not.toEqual(before)
    await changing.close()
  })

  test('refuses arrays of another length or type', async () => {
    const predictor = await createPredictor({ runtime }, { net, sizes: { batch: 1 }, weights: one })
    await expect(predictor.run({ x: Float32Array.of(1) })).rejects.toThrow(
      'Cannot run "spirals": "x" must be 2 of float32',
    )
    await expect(predictor.run({ x: Int32Array.of(1, 2) })).rejects.toThrow('must be 2 of float32')
    await expect(predictor.run({})).rejects.toThrow('must be 2 of float32')
  })
})
