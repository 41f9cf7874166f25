import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import * as reference from '../../testing/internal/reference-ops.js'
import { openGraph } from '../../testing/internal/run-graph.js'
import { gradients } from '../graph/gradients.js'
import { Graph, type Shape, sizeOf, type Value } from '../graph/graph.js'
import { gelu, normalise, relu, sigmoid, silu, softmax, tanh } from './activations.js'
import { add, multiply, scale, subtract, weightedSum } from './arithmetic.js'
import { lookup } from './lookup.js'
import { binaryCrossEntropy, crossEntropy, squaredError } from './losses.js'
import { affine, batchedProduct, tied } from './products.js'
import { concat, dropout, firstRows, reshape, split, transpose } from './shapes.js'

type R = reference.Tensor

/** One operation on parameters of the given shapes, in both implementations. */
interface Case {
  readonly shapes: readonly Shape[]
  readonly graph: (...parameters: Value[]) => Value
  readonly plain: (...parameters: R[]) => R
}

const op = (shapes: readonly Shape[], graph: Case['graph'], plain: Case['plain']): Case => ({ shapes, graph, plain })

const ids = [3, 0, 3, 3, 1]
const classes = [2, 0, 1]
const weights = [0.5, 0, 0.25]
const six = [0.1, 0.4, 0, 0.3, 0.2, 0]
const bits = [1, 0, 1, 0.3, 0, 1]
const idsOf = (value: Value): Value => value.graph.constant(ids, [5], 'int32')
const constant = (value: Value, data: readonly number[], shape: Shape): Value => value.graph.constant(data, shape)

/** A table too large for one-hot products. */
const manyRows = 300

const cases: Readonly<Record<string, Case>> = {
  affine: op([[3, 4], [4, 2], [2]], affine, reference.affine),
  'affine without a bias': op(
    [
      [3, 4],
      [4, 2],
    ],
    affine,
    reference.affine,
  ),
  tied: op(
    [
      [3, 4],
      [5, 4],
    ],
    tied,
    reference.tied,
  ),
  batchedProduct: op(
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
    (a, b) => batchedProduct(a, b),
    (a, b) => reference.batchedProduct(a, b),
  ),
  'batchedProduct transposed': op(
    [
      [2, 2, 3, 4],
      [2, 2, 5, 4],
    ],
    (a, b) => batchedProduct(a, b, { transposeB: true, factor: 0.5 }),
    (a, b) => reference.batchedProduct(a, b, { transposeB: true, factor: 0.5 }),
  ),
  add: op(
    [
      [3, 4],
      [3, 4],
    ],
    add,
    reference.add,
  ),
  'add of a row': op([[2, 3, 4], [4]], add, reference.add),
  'add of a column': op(
    [
      [2, 1],
      [2, 3],
    ],
    add,
    reference.add,
  ),
  subtract: op(
    [
      [3, 4],
      [3, 1],
    ],
    subtract,
    reference.subtract,
  ),
  multiply: op(
    [
      [2, 3, 4],
      [1, 3, 1],
    ],
    multiply,
    reference.multiply,
  ),
  'multiply by itself': op(
    [[3]],
    (x) => multiply(x, x),
    (x) => reference.multiply(x, x),
  ),
  scale: op(
    [[3]],
    (x) => scale(x, -3),
    (x) => reference.multiply(x, reference.tensor([], [-3])),
  ),
  relu: op([[7]], relu, reference.relu),
  silu: op([[7]], silu, reference.silu),
  gelu: op([[7]], gelu, reference.gelu),
  tanh: op([[7]], tanh, reference.tanh),
  sigmoid: op([[7]], sigmoid, reference.sigmoid),
  softmax: op([[2, 3, 5]], softmax, reference.softmax),
  normalise: op([[3, 6], [6], [6]], normalise, reference.normalise),
  reshape: op(
    [[3, 4]],
    (x) => reshape(x, [2, 6]),
    (x) => reference.reshape(x, [2, 6]),
  ),
  transpose: op(
    [[2, 3, 4]],
    (x) => transpose(x, [2, 0, 1]),
    (x) => reference.transpose(x, [2, 0, 1]),
  ),
  'split, one part unused': op(
    [[2, 6]],
    (x) => {
      const [a = x, , c = x] = split(x, 1, [2, 1, 3])
      return concat([c, a], 1)
    },
    (x) => reference.concat([reference.slice(x, 1, 3, 3), reference.slice(x, 1, 0, 2)], 1),
  ),
  concat: op(
    [
      [2, 3],
      [1, 3],
    ],
    (a, b) => concat([a, b], 0),
    (a, b) => reference.concat([a, b], 0),
  ),
  firstRows: op(
    [[5, 3]],
    (x) => firstRows(x, 2),
    (x) => reference.slice(x, 0, 0, 2),
  ),
  lookup: op(
    [[4, 3]],
    (x) => lookup(x, idsOf(x)),
    (x) => reference.lookup(x, ids),
  ),
  'lookup in a large table': op(
    [[manyRows, 3]],
    (x) => lookup(x, idsOf(x)),
    (x) => reference.lookup(x, ids),
  ),
  'a large table both looked up and tied': op(
    [[manyRows, 3]],
    (x) => tied(lookup(x, idsOf(x)), x),
    (x) => reference.tied(reference.lookup(x, ids), x),
  ),
  crossEntropy: op(
    [[3, 4]],
    (x) => crossEntropy(x, x.graph.constant(classes, [3], 'int32'), constant(x, weights, [3])),
    (x) => reference.crossEntropy(x, classes, weights),
  ),
  binaryCrossEntropy: op(
    [[2, 3]],
    (x) => binaryCrossEntropy(x, constant(x, bits, [2, 3]), constant(x, six, [2, 3])),
    (x) => reference.binaryCrossEntropy(x, bits, six),
  ),
  squaredError: op(
    [[2, 3]],
    (x) => squaredError(x, constant(x, bits, [2, 3]), constant(x, six, [2, 3])),
    (x) => reference.squaredError(x, bits, six),
  ),
  'weightedSum of two losses': op(
    [[2, 3]],
    (x) => {
      const [targets, each] = [constant(x, bits, [2, 3]), constant(x, six, [2, 3])]
      return weightedSum([
        [binaryCrossEntropy(x, targets, each), 0.3],
        [squaredError(x, targets, each), 1],
      ])
    },
    (x) => {
      const first = reference.multiply(reference.binaryCrossEntropy(x, bits, six), reference.tensor([], [0.3]))
      return reference.add(first, reference.squaredError(x, bits, six))
    },
  ),
}

/** Numbers in (−1, 1), away from 0, where ReLU has a kink. */
function draw(seed: string, length: number): number[] {
  const rng = createRng(seed)
  return Array.from({ length }, () => (rng() < 0.5 ? -1 : 1) * (0.1 + 0.9 * rng()))
}

/** The operation in a graph, followed by a squared error that gives each element of its result another weight. */
function build(found: Case, float: 'float32' | 'float64'): { graph: Graph; loss: Value } {
  const graph = new Graph({ float, mode: 'training' })
  const parameters = found.shapes.map((shape, index) =>
    graph.parameter(`p${index}`, { shape, initialiser: { fill: 0 }, decay: false }),
  )
  const result = found.graph(...parameters)
  const size = sizeOf(result.shape)
  const flat = reshape(result, [size])
  const loss = squaredError(
    flat,
    graph.constant(draw('targets', size), [size]),
    graph.constant(draw('weights', size), [size]),
  )
  return { graph, loss }
}

function withGradients(found: Case, float: 'float32' | 'float64'): Graph {
  const { graph, loss } = build(found, float)
  const all = gradients(graph, loss)
  graph.output('loss', loss)
  for (const [value, gradient] of all) graph.output(`${value.name}#gradient`, gradient)
  return graph
}

function plainGradients(
  found: Case,
  feeds: Readonly<Record<string, number[]>>,
): { loss: number; gradients: number[][] } {
  const parameters = found.shapes.map((shape, index) => reference.tensor(shape, feeds[`p${index}`] ?? []))
  const result = found.plain(...parameters)
  const size = sizeOf(result.shape)
  const loss = reference.squaredError(reference.reshape(result, [size]), draw('targets', size), draw('weights', size))
  reference.backward(loss)
  return { loss: loss.data[0] ?? Number.NaN, gradients: parameters.map(({ gradient }) => [...gradient]) }
}

/** Greatest difference, relative to the root mean square of what is expected. */
function worst(actual: readonly number[], expected: readonly number[]): number {
  const rms = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length)
  return Math.max(...expected.map((x, index) => Math.abs(x - (actual[index] ?? Number.NaN)))) / (rms || 1)
}

describe.each(Object.entries(cases))('%s', (name, found) => {
  const feeds = Object.fromEntries(
    found.shapes.map((shape, index) => [`p${index}`, draw(`${name} ${index}`, sizeOf(shape))]),
  )

  test('has the loss and the gradients of the plain implementation', async () => {
    const plain = plainGradients(found, feeds)
    for (const [float, bound] of [
      ['float64', 1e-11],
      ['float32', 1e-5],
    ] as const) {
      const run = await openGraph(withGradients(found, float))
      const { loss = [], ...all } = await run(feeds)
      expect(worst(loss, [plain.loss])).toBeLessThan(bound)
      for (const [index, expected] of plain.gradients.entries()) {
        expect(worst(all[`p${index}#gradient`] ?? [], expected), `p${index} in ${float}`).toBeLessThan(bound)
      }
    }
  })

  test('has the gradients of central differences', async () => {
    const run = await openGraph(withGradients(found, 'float64'))
    const exact = await run(feeds)
    for (const [name, values] of Object.entries(feeds)) {
      const gradient = exact[`${name}#gradient`] ?? []
      const rms = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0) / gradient.length)
      for (let index = 0; index < values.length; index += Math.ceil(values.length / 8)) {
        const at = async (change: number): Promise<number> => {
          const { loss: [loss = Number.NaN] = [] } = await run({
            ...feeds,
            [name]: values.with(index, (values[index] ?? 0) + change),
          })
          return loss
        }
        const h = 1e-5
        const slope = ((await at(h)) - (await at(-h))) / (2 * h)
        expect(Math.abs(slope - (gradient[index] ?? Number.NaN)) / Math.max(Math.abs(slope), rms)).toBeLessThan(1e-6)
      }
    }
  })
})

describe('dropout()', () => {
  test('multiplies by the mask that is fed, forward and backward', async () => {
    const graph = new Graph({ mode: 'training' })
    const x = graph.parameter('x', { shape: [4], initialiser: { fill: 0 }, decay: false })
    const loss = squaredError(dropout(x, 0.5), graph.constant([0, 0, 0, 0], [4]), graph.constant([1, 1, 1, 1], [4]))
    const [gradient = x] = gradients(graph, loss).values()
    graph.output('gradient', gradient)
    const run = await openGraph(graph)
    expect(graph.dropouts).toMatchObject([{ value: { name: 'dropout:0', shape: [4] }, rate: 0.5 }])
    expect(await run({ x: [1, 2, 3, 4], 'dropout:0': [0, 2, 2, 0] })).toEqual({ gradient: [0, 16, 24, 0] })
  })

  test('is left out of inference', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [4])
    expect(dropout(x, 0.5)).toBe(x)
  })
})

describe('gradients()', () => {
  test('emits nothing for what no parameter needs', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [8, 3])
    const w = graph.parameter('w', { shape: [3, 1], initialiser: { fill: 0 }, decay: true })
    const y = affine(x, w)
    const loss = squaredError(y, graph.constant(Array(8).fill(0), [8, 1]), graph.constant(Array(8).fill(1), [8, 1]))
    gradients(graph, loss)
    expect(graph.nodes.filter(({ op }) => op === 'Gemm')).toHaveLength(2)
  })

  test('throws if a parameter does not influence the loss', () => {
    const graph = new Graph()
    const [x, y] = ['x', 'y'].map((name) =>
      graph.parameter(name, { shape: [1], initialiser: { fill: 0 }, decay: false }),
    )
    if (x === undefined || y === undefined) return
    const loss = squaredError(x, graph.constant([0], [1]), graph.constant([1], [1]))
    expect(() => gradients(graph, loss)).toThrow('Cannot train "y": it does not influence the loss')
  })
})

describe('lookup()', () => {
  test('adds up repeated ids the same way in every run, with two threads', async () => {
    const graph = new Graph()
    const table = graph.parameter('table', { shape: [manyRows, 64], initialiser: { fill: 0 }, decay: false })
    const many = graph.input('ids', 'int32', [2_048])
    const zeros = graph.constant(new Float32Array(2_048 * 64), [2_048, 64])
    const loss = squaredError(
      lookup(table, many),
      zeros,
      graph.constant(Float32Array.from(draw('w', 2_048 * 64)), [2_048, 64]),
    )
    for (const gradient of gradients(graph, loss).values()) graph.output('gradient', gradient)
    expect(graph.nodes.map(({ op }) => op)).not.toContain('ScatterND')
    const feeds = { table: draw('table', manyRows * 64), ids: Array.from({ length: 2_048 }, (_, index) => index % 3) }
    const run = await openGraph(graph, { intraOpNumThreads: 2 })
    const { gradient: first } = await run(feeds)
    for (let again = 0; again < 20; again++) expect((await run(feeds)).gradient).toEqual(first)
  })
})
