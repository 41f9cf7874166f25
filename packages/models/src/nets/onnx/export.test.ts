import { createRng } from '@salp/core'
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { spiralExamples, spiralNet } from '../../testing/internal/spirals.js'
import { shuffledBatches } from '../data/batches.js'
import { initialWeights } from '../initial.js'
import { parameterViews } from '../net.js'
import { adamScalars, trainNames } from '../train-graphs.js'
import { exportInference, exportTraining } from './export.js'

const net = spiralNet()
const weights = initialWeights(net, createRng(1))
const [count, rows] = [8, 16]

describe('exportTraining()', () => {
  const file = exportTraining(net, { sizes: { batch: rows }, count })
  const fill = shuffledBatches(spiralExamples(400, 'train'), { seed: 1, weights: ['weight'] })

  /** Batches `from` to `from + count`, stacked. */
  function stacked(from: number): { x: Float32Array; label: Int32Array; weight: Float32Array; adam: Float32Array } {
    const batch = {
      x: new Float32Array(count * rows * 2),
      label: new Int32Array(count * rows),
      weight: new Float32Array(count * rows),
    }
    const adam = new Float32Array(count * 3)
    for (let index = 0; index < count; index++) {
      const part = <T extends { subarray(start: number, end: number): T }>(of: T, width: number): T =>
        of.subarray(index * rows * width, (index + 1) * rows * width)
      fill({ x: part(batch.x, 2), label: part(batch.label, 1), weight: part(batch.weight, 1) }, from + index)
      adam.set(adamScalars(from + index + 1, { rate: 0.02, decay: 0.01 }), index * 3)
    }
    return { ...batch, adam }
  }

  test('makes a file that trains in onnxruntime-web as in onnxruntime-node', async () => {
    const losses: Record<string, number[]> = {}
    for (const [name, runtime] of Object.entries({ native, web })) {
      const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 4 })
      const tensor = (values: Float32Array, shape: readonly number[]): native.Tensor =>
        new runtime.Tensor('float32', values, shape)
      const views = parameterViews(net.layout, weights)
      let state = Object.fromEntries(
        net.layout.parameters.flatMap(({ name, shape, length }) => [
          [name, tensor(views.get(name) ?? new Float32Array(), shape)],
          [trainNames.first(name), tensor(new Float32Array(length), shape)],
          [trainNames.second(name), tensor(new Float32Array(length), shape)],
        ]),
      )
      const all: number[] = []
      for (let round = 0; round < 6; round++) {
        const { x, label, weight, adam } = stacked(round * count)
        const results = await session.run({
          ...state,
          x: new runtime.Tensor('float32', x, [count, rows, 2]),
          label: new runtime.Tensor('int32', label, [count, rows]),
          weight: new runtime.Tensor('float32', weight, [count, rows]),
          [trainNames.scalars]: new runtime.Tensor('float32', adam, [count, 3]),
        })
        const found = results[trainNames.loss]?.data
        if (found instanceof Float32Array) all.push(...found)
        state = Object.fromEntries(
          Object.entries(results).flatMap(([result, tensor]) =>
            result.endsWith('#next') ? [[result.replace(/#next$/, ''), tensor]] : [],
          ),
        )
      }
      losses[name] = all
    }
    const { native: here = [], web: there = [] } = losses
    expect(here).toHaveLength(6 * count)
    for (const [step, loss] of here.entries()) expect(there[step]).toBeCloseTo(loss, 4)
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(here.slice(-count))).toBeLessThan(0.8 * mean(here.slice(0, count)))
  })

  test('refuses dropout', () => {
    const dropping = spiralNet({ drop: 0.1 })
    expect(() => exportTraining(dropping, { sizes: { batch: rows }, count })).toThrow(
      'it has dropout, whose masks the host draws',
    )
  })
})

describe('exportInference()', () => {
  test('makes a file with the weights in it, that takes the inputs of the net and nothing else', async () => {
    const session = await native.InferenceSession.create(
      exportInference(net, weights, { sizes: { batch: 1 }, metadata: { licence: 'MIT' } }),
    )
    expect([session.inputNames, session.outputNames]).toEqual([['x'], ['logits']])
  })
})
