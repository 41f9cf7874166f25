/** Layers: operations with parameters of their own. Activations are two-dimensional, [rows, width], outside of attention. */

import { expectShape, matrixSizes, type Value } from './graph/graph.js'
import { gelu, normalise, relu, silu, softmax, tanh } from './ops/activations.js'
import { add } from './ops/arithmetic.js'
import { lookup } from './ops/lookup.js'
import { affine, batchedProduct } from './ops/products.js'
import { dropout, firstRows, reshape, split, transpose } from './ops/shapes.js'

/** What follows a linear layer. */
export type Activation = 'relu' | 'silu' | 'gelu' | 'tanh'

const activations: Readonly<Record<Activation, (x: Value) => Value>> = { relu, silu, gelu, tanh }

/** How a linear layer is made. */
export interface LinearOptions {
  /** Width of the result. */
  readonly to: number
  /** @defaultValue `true` */
  readonly bias?: boolean | undefined
  /** Deviation of the first weights is `gain / √in`: √2 keeps the variance before a ReLU. @defaultValue `1` */
  readonly gain?: number | undefined
}

/** x·w + b: x [rows, in] → [rows, to]. */
export function linear(x: Value, name: string, { to, bias = true, gain = 1 }: LinearOptions): Value {
  return x.graph.scoped(name, () => {
    const [, from] = matrixSizes(x, 'the input')
    const w = x.graph.parameter('weight', {
      shape: [from, to],
      initialiser: { deviation: gain / Math.sqrt(from) },
      decay: true,
    })
    const b = bias ? x.graph.parameter('bias', { shape: [to], initialiser: { fill: 0 }, decay: false }) : undefined
    return affine(x, w, b)
  })
}

/** Linear layers one after the other, with an activation between, not behind the last. */
export function feedForward(
  x: Value,
  name: string,
  {
    widths,
    activation,
    drop = 0,
  }: { readonly widths: readonly number[]; readonly activation: Activation; readonly drop?: number | undefined },
): Value {
  return x.graph.scoped(name, () =>
    widths.reduce((value, to, index) => {
      if (index === widths.length - 1) return linear(value, `${index}`, { to })
      const hidden = linear(value, `${index}`, { to, gain: activation === 'relu' ? Math.SQRT2 : 1 })
      return dropout(activations[activation](hidden), drop)
    }, x),
  )
}

/** Normalises each row, with a gain and a shift that are learnt: x [rows, d] → [rows, d]. */
export function layerNorm(x: Value, name: string): Value {
  return x.graph.scoped(name, () => {
    const [, width] = matrixSizes(x, 'the input')
    const gain = x.graph.parameter('gain', { shape: [width], initialiser: { fill: 1 }, decay: false })
    const shift = x.graph.parameter('shift', { shape: [width], initialiser: { fill: 0 }, decay: false })
    return normalise(x, gain, shift)
  })
}

/** Makes a table of vectors, one a row, without decay, since rows that are not looked up would only fade. */
export function table(
  graph: Value['graph'],
  name: string,
  {
    rows,
    width,
    deviation = 0.02,
  }: { readonly rows: number; readonly width: number; readonly deviation?: number | undefined },
): Value {
  return graph.parameter(name, { shape: [rows, width], initialiser: { deviation }, decay: false })
}

/** Vectors of ids, from a table of this layer's own: ids [rows] → [rows, width]. */
export function embedding(
  ids: Value,
  name: string,
  options: { readonly rows: number; readonly width: number; readonly deviation?: number | undefined },
): Value {
  return lookup(table(ids.graph, name, options), ids)
}

/** Adds a learnt vector for each place in a sequence: x [batch · length, d], at most `longest` places. */
export function positions(
  x: Value,
  name: string,
  { length, longest }: { readonly length: number; readonly longest: number },
): Value {
  const [rows, width] = matrixSizes(x, 'the input')
  const places = firstRows(table(x.graph, name, { rows: longest, width }), length)
  return reshape(add(reshape(x, [rows / length, length, width]), places), [rows, width])
}

/** How attention is made. */
export interface AttentionOptions {
  readonly heads: number
  /** Length of the sequences in `x`; it has batch · length rows. */
  readonly length: number
  /** Hides what comes later. @defaultValue `false` */
  readonly causal?: boolean | undefined
  /** What is attended to, if not `x` itself: [batch · memoryLength, d]. */
  readonly memory?: { readonly value: Value; readonly length: number } | undefined
  /** What is added to the scores: 0, or −1e9 to hide; [batch, 1, 1, places attended to]. */
  readonly mask?: Value | undefined
  /** Share of the attention weights that is dropped while training. @defaultValue `0` */
  readonly drop?: number | undefined
}

/** Large enough to hide after a softmax, small enough to add. */
export const hidden = -1e9

/**
 * Attention with several heads: x [batch · length, d] → the same.
 *
 * Queries, keys and values have no bias: that of the keys has a true gradient of zero, and Adam would turn its rounding
 * noise into full steps.
 */
export function attention(
  x: Value,
  name: string,
  { heads, length, causal = false, memory, mask, drop = 0 }: AttentionOptions,
): Value {
  const { graph } = x
  return graph.scoped(name, () => {
    const [rows, width] = matrixSizes(x, 'the input')
    const batch = rows / length
    const size = width / heads
    if (!Number.isInteger(size)) throw new RangeError(`Cannot split a width of ${width} into ${heads} heads`)
    const parts = (value: Value, of: string, count: number, places: number): Value[] => {
      const all = linear(value, of, { to: count * width, bias: false })
      const heading = transpose(reshape(all, [batch, places, count, heads, size]), [2, 0, 3, 1, 4])
      const each = count === 1 ? [heading] : split(heading, 0, Array<number>(count).fill(1))
      return each.map((part) => reshape(part, [batch, heads, places, size]))
    }
    const [queries = x, keys = x, values = x] =
      memory === undefined
        ? parts(x, 'queriesKeysValues', 3, length)
        : [...parts(x, 'queries', 1, length), ...parts(memory.value, 'keysValues', 2, memory.length)]
    const scores = batchedProduct(queries, keys, { transposeB: true, factor: 1 / Math.sqrt(size) })
    const later = causal ? add(scores, triangle(graph, length)) : scores
    const shares = dropout(softmax(mask === undefined ? later : add(later, mask)), drop)
    const mixed = reshape(transpose(batchedProduct(shares, values), [0, 2, 1, 3]), [rows, width])
    return linear(mixed, 'output', { to: width })
  })
}

/** Hides, for each place (row), the places after it. */
function triangle(graph: Value['graph'], length: number): Value {
  const all = graph.emit(
    'Expand',
    [graph.scalar(hidden), graph.constant([length, length], [2], 'int64')],
    [length, length],
  )
  return graph.emit('Trilu', [all, graph.constant([1], [], 'int64')], [length, length], { upper: 1 })
}

/** Weighted mean over the places of each sequence: x [batch · length, d], weights [batch, length] → [batch, d]. */
export function pool(x: Value, weights: Value): Value {
  const [batch, length] = matrixSizes(weights, 'weights')
  const [, width] = matrixSizes(x, 'the input')
  expectShape(x, 'the input', [batch * length, width])
  const mean = batchedProduct(reshape(weights, [batch, 1, length]), reshape(x, [batch, length, width]))
  return reshape(mean, [batch, width])
}

/** One block of a transformer, normalised before each part: attention, attention to `memory` if there is one, and a feed-forward part. */
export function transformerBlock(
  x: Value,
  name: string,
  {
    memory,
    inner,
    drop = 0,
    ...options
  }: Omit<AttentionOptions, 'memory'> & {
    readonly inner: number
    readonly memory?: (NonNullable<AttentionOptions['memory']> & { readonly mask?: Value | undefined }) | undefined
  },
): Value {
  return x.graph.scoped(name, () => {
    const width = x.shape[1] ?? 0
    const part = (before: Value, of: string, apply: (normal: Value) => Value): Value =>
      add(before, dropout(apply(layerNorm(before, `${of}Norm`)), drop))
    const own = part(x, 'self', (value) => attention(value, 'self', options))
    const both =
      memory === undefined
        ? own
        : part(own, 'cross', (value) => {
            const { heads, length } = options
            return attention(value, 'cross', { heads, length, memory, mask: memory.mask })
          })
    return part(both, 'feedForward', (value) =>
      feedForward(value, 'feedForward', { widths: [inner, width], activation: 'silu' }),
    )
  })
}
