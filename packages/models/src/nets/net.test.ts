import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { miniature, miniatureBatch, miniaturePlain } from '../testing/internal/miniature.js'
import { openGraph } from '../testing/internal/run-graph.js'
import { Graph, ShapeError } from './graph/graph.js'
import { initialWeights } from './initial.js'
import { attention, feedForward, layerNorm, linear } from './layers.js'
import {
  architectureHash,
  defineNet,
  defineView,
  expectParameters,
  float32,
  forwardGraph,
  parameterViews,
} from './net.js'
import { squaredError } from './ops/losses.js'
import { gradientGraph } from './train-graphs.js'

const perceptron = (activation: 'relu' | 'tanh', to = 1) =>
  defineNet({
    name: 'perceptron',
    sizes: { batch: 2 },
    inputs: { x: float32('batch', 3) },
    targets: { y: float32('batch', to), weights: float32('batch', to) },
    forward: ({ x }) => ({ y: feedForward(x, 'body', { widths: [4, to], activation }) }),
    loss: ({ y }, targets) => squaredError(y, targets.y, targets.weights),
  })

/** Greatest difference, relative to the root mean square of what is expected. */
function worst(actual: ArrayLike<number>, expected: Float64Array): number {
  const rms = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length)
  return expected.reduce((most, x, index) => Math.max(most, Math.abs(x - (actual[index] ?? Number.NaN))), 0) / rms
}

describe('defineNet()', () => {
  const weights = parameterViews(miniature.layout, initialWeights(miniature, createRng('net')))
  const feeds = { ...Object.fromEntries(weights), ...miniatureBatch('batch') }

  test.each([
    ['float64', 1e-10],
    ['float32', 1e-5],
  ] as const)('gives a transformer with the gradients of the plain one, in %s', async (float, bound) => {
    const plain = miniaturePlain(weights, miniatureBatch('batch'))
    const run = await openGraph(gradientGraph(miniature, miniature.sizes, { float }))
    const { loss = [], ...found } = await run(feeds)
    expect(loss[0]).toBeCloseTo(plain.loss, 5)
    expect(plain.gradients.size).toBe(miniature.layout.parameters.length)
    for (const [name, expected] of plain.gradients)
      expect(worst(found[`${name}#gradient`] ?? [], expected), name).toBeLessThan(bound)
  })

  test('gives a transformer with the gradients of central differences', async () => {
    const run = await openGraph(gradientGraph(miniature, miniature.sizes, { float: 'float64' }))
    const exact = await run(feeds)
    const rng = createRng('coordinates')
    for (const [name, values] of weights) {
      const gradient = exact[`${name}#gradient`] ?? []
      const rms = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0) / gradient.length)
      for (let trial = 0; trial < 3; trial++) {
        const index = Math.floor(rng() * values.length)
        const at = async (change: number): Promise<number> => {
          const moved = Float64Array.from(values)
          moved[index] = (moved[index] ?? 0) + change
          const { loss: [loss = Number.NaN] = [] } = await run({ ...feeds, [name]: moved })
          return loss
        }
        const slope = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5
        expect(Math.abs(slope - (gradient[index] ?? Number.NaN)) / Math.max(Math.abs(slope), rms), name).toBeLessThan(
          1e-6,
        )
      }
    }
  })

  test('lays parameters out at multiples of 64 bytes, those with decay first, zero between', () => {
    const { parameters, decayed, length } = miniature.layout
    expect(parameters.every(({ offset }) => offset % 16 === 0)).toBe(true)
    expect(parameters.every(({ decay, offset }) => decay === offset < decayed)).toBe(true)
    const flat = initialWeights(miniature, createRng('net'))
    for (const { offset, length } of parameters) flat.fill(0, offset, offset + length)
    expect(flat).toEqual(new Float32Array(length))
  })

  test('has attention without a key bias', () => {
    const names = miniature.layout.parameters.map(({ name }) => name).filter((name) => /\.(?:self|cross)\./.test(name))
    expect(names.filter((name) => name.endsWith('bias'))).toEqual([
      'encoder.self.output.bias',
      'decoder.self.output.bias',
      'decoder.cross.output.bias',
    ])
  })

  test('lets no table of words fade: rows that are not looked up stay as they are', () => {
    const tables = miniature.layout.parameters.filter(({ name }) => /^(?:words|places|sourcePlaces)$/.test(name))
    expect(tables.map(({ decay }) => decay)).toEqual([false, false, false])
  })

  test('hides padding: what stands in a hidden place changes nothing', async () => {
    const run = await openGraph(forwardGraph(miniature, miniature.sizes))
    const source = (feeds.source ?? []).with(7, ((feeds.source ?? [])[7] ?? 0) === 1 ? 2 : 1)
    const [before, after] = [await run(feeds), await run({ ...feeds, source })]
    expect(after).toEqual(before)
  })

  test('is causal: a later word changes no earlier scores', async () => {
    const run = await openGraph(forwardGraph(miniature, miniature.sizes))
    const ids = [...(feeds.ids ?? [])].with(4, ((feeds.ids ?? [])[4] ?? 0) === 1 ? 2 : 1)
    const [before, after] = [await run(feeds), await run({ ...feeds, ids })]
    expect(after.logits?.slice(0, 4 * 11)).toEqual(before.logits?.slice(0, 4 * 11))
    expect(after.logits?.slice(4 * 11, 5 * 11)).not.toEqual(before.logits?.slice(4 * 11, 5 * 11))
  })

  test('names the layer and both shapes if layers do not fit', () => {
    const x = new Graph().input('x', 'float32', [2, 3, 4])
    expect(() => x.graph.scoped('encoder', () => layerNorm(x, 'norm'))).toThrow(
      new ShapeError('encoder.norm', 'the input', [2, 3, 4], [-1, -1]),
    )
  })

  test('refuses a size that is missing, and a second tensor of one name', () => {
    const net = perceptron('relu')
    expect(() => forwardGraph(net, {})).toThrow('Cannot build: the axis "batch" has size undefined')
    const graph = new Graph()
    graph.input('x', 'float32', [1])
    expect(() => graph.input('x', 'float32', [1])).toThrow('Cannot build a graph with two tensors called "x"')
  })

  test('refuses heads that do not divide the width', () => {
    const x = new Graph().input('x', 'float32', [2, 6])
    expect(() => attention(x, 'a', { heads: 4, length: 2 })).toThrow('Cannot split a width of 6 into 4 heads')
  })
})

describe('defineView()', () => {
  test('makes another graph over the parameters of the net, and no others', () => {
    const net = perceptron('relu')
    const view = (name: string, to: number) =>
      forwardGraph(
        defineView({
          name: 'first',
          inputs: { x: float32(1, 3) },
          forward: ({ x }) => ({ h: linear(x, name, { to }) }),
        }),
        {},
      )
    expect(() => expectParameters(net, view('body.0', 4))).not.toThrow()
    expect(() => expectParameters(net, view('other', 4))).toThrow('the net "perceptron" has no such parameter')
    expect(() => expectParameters(net, view('body.0', 5))).toThrow('it has another shape in "perceptron"')
  })
})

describe('architectureHash()', () => {
  test('is the same for the same net, and another for another activation or width', async () => {
    const hashes = await Promise.all(
      [perceptron('relu'), perceptron('relu'), perceptron('tanh'), perceptron('relu', 2)].map(architectureHash),
    )
    expect(hashes[1]).toBe(hashes[0])
    expect(new Set(hashes).size).toBe(3)
  })
})

describe('initialWeights()', () => {
  test('repeats by seed, with the deviations that layers ask for', () => {
    const net = perceptron('relu', 1_000)
    const flat = initialWeights(net, createRng(1))
    expect(initialWeights(net, createRng(1))).toEqual(flat)
    const views = parameterViews(net.layout, flat)
    const w = views.get('body.1.weight') ?? new Float32Array()
    expect(Math.sqrt(w.reduce((sum, x) => sum + x * x, 0) / w.length)).toBeCloseTo(0.5, 1)
    expect(views.get('body.1.bias')).toEqual(new Float32Array(1_000))
  })
})
