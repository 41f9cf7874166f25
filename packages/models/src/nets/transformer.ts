/** Transformers that write sequences, with an encoder or without, and the graphs by which they write one word at a time. */

import type { Graph, Value } from './graph/graph.js'
import { feedForward, layerNorm, linear, pool, positions, table, transformerBlock } from './layers.js'
import { defineNet, defineView, float32, int32, type Net, type TensorSpecs, type View } from './net.js'
import { softmax } from './ops/activations.js'
import { add, weightedSum } from './ops/arithmetic.js'
import { lookup } from './ops/lookup.js'
import { crossEntropy } from './ops/losses.js'
import { batchedProduct, tied } from './ops/products.js'
import { concat, reshape, split, transpose } from './ops/shapes.js'

/** Sizes of a transformer. */
export interface TransformerShape {
  readonly name: string
  /** Size of the vocabulary. */
  readonly words: number
  readonly width: number
  readonly heads: number
  /** Width within the feed-forward parts. */
  readonly inner: number
  /** Blocks of the decoder. */
  readonly layers: number
  /** Longest sequence. */
  readonly longest: number
  /** What is read before writing. @defaultValue nothing */
  readonly encoder?:
    | {
        readonly layers: number
        readonly longest: number
        /** A head on the mean of what was read: widths, the last being the number of classes. @defaultValue none */
        readonly head?: { readonly widths: readonly number[]; readonly weight: number } | undefined
      }
    | undefined
  /** Share of each block's result that is dropped while training. @defaultValue `0` */
  readonly drop?: number | undefined
}

/** A transformer: the net that is trained, and the views that write. */
export interface TransformerModel {
  readonly shape: TransformerShape
  /**
   * Takes `ids` [batch, length], and with an encoder `source` [batch, reach], `mask` [batch, 1, 1, reach] (0, or `hidden`) and
   * `share` [batch, reach] (weights that sum to 1 over what is read). Gives `logits` [batch · length, words], and `classes`
   * if there is a head. Learns `next` [batch · length] with `weights`, and `label` [batch] with `each`.
   */
  readonly net: Net
  /** Reads one source: gives keys and values for each block, and `classes` if there is a head. */
  readonly read: View | undefined
  /** Writes one word: takes it, its place, what was kept of the words before; gives `logits` and what to keep of this one. */
  readonly write: View
}

/** Names of what is kept for each block. */
export const keptNames = {
  keys: (layer: number): string => `keys${layer}`,
  values: (layer: number): string => `values${layer}`,
  readKeys: (layer: number): string => `readKeys${layer}`,
  readValues: (layer: number): string => `readValues${layer}`,
}

/** Describes a transformer. Embedding and output share one table. */
export function defineTransformer(shape: TransformerShape): TransformerModel {
  const { encoder } = shape
  return { shape, net: trained(shape), read: encoder === undefined ? undefined : reading(shape), write: writing(shape) }
}

const wordsOf = (graph: Graph, { words, width }: TransformerShape): Value =>
  table(graph, 'words', { rows: words, width, deviation: 1 / Math.sqrt(width) })

function encode(
  vectors: Value,
  source: Value,
  mask: Value,
  { heads, inner, drop, encoder }: TransformerShape,
  { batch, reach }: { batch: number; reach: number },
): Value {
  const longest = encoder?.longest ?? 0
  const start = positions(lookup(vectors, reshape(source, [batch * reach])), 'sourcePlaces', { length: reach, longest })
  const layers = [...Array(encoder?.layers ?? 0).keys()]
  const last = layers.reduce(
    (x, layer) => transformerBlock(x, `encoder${layer}`, { heads, length: reach, inner, mask, drop }),
    start,
  )
  return layerNorm(last, 'encoderNorm')
}

function classify(encoded: Value, share: Value, { encoder }: TransformerShape): Record<string, Value> {
  if (encoder?.head === undefined) return {}
  return { classes: feedForward(pool(encoded, share), 'head', { widths: encoder.head.widths, activation: 'silu' }) }
}

function trained(shape: TransformerShape): Net {
  const { encoder } = shape
  const head = encoder?.head
  const sources: TensorSpecs = {
    source: int32('batch', 'reach'),
    mask: float32('batch', 1, 1, 'reach'),
    ...(head === undefined ? {} : { share: float32('batch', 'reach') }),
  }
  return defineNet<TensorSpecs, TensorSpecs, string>({
    name: shape.name,
    sizes: { batch: 1, length: 2, reach: 2 },
    inputs: { ids: int32('batch', 'length'), ...(encoder === undefined ? {} : sources) },
    targets: {
      ...{ next: int32('batch', 'length'), weights: float32('batch', 'length') },
      ...(head === undefined ? {} : { label: int32('batch'), each: float32('batch') }),
    },
    forward({ ids, source, mask, share }, { batch = 0, length = 0, reach = 0 }, graph) {
      const vectors = wordsOf(graph, shape)
      const encoded =
        source === undefined || mask === undefined ? undefined : encode(vectors, source, mask, shape, { batch, reach })
      const memory = encoded === undefined ? undefined : { value: encoded, length: reach, mask }
      const { heads, inner, drop, layers, longest } = shape
      const start = positions(lookup(vectors, reshape(present(ids), [batch * length])), 'places', { length, longest })
      const last = [...Array(layers).keys()].reduce(
        (x, layer) => transformerBlock(x, `decoder${layer}`, { heads, length, inner, causal: true, memory, drop }),
        start,
      )
      const classes = encoded === undefined || share === undefined ? {} : classify(encoded, share, shape)
      return { logits: tied(layerNorm(last, 'decoderNorm'), vectors), ...classes }
    },
    loss({ logits, classes }, { next, weights, label, each }) {
      const flat = (value: Value): Value => reshape(value, [present(logits).shape[0] ?? 0])
      const slow = crossEntropy(present(logits), flat(present(next)), flat(present(weights)))
      if (classes === undefined || head === undefined) return slow
      return weightedSum([
        [slow, 1],
        [crossEntropy(classes, present(label), present(each)), head.weight],
      ])
    },
  })
}

/** A tensor that the specs of this file declare. */
function present(value: Value | undefined): Value {
  if (value === undefined) throw new RangeError('Cannot build a transformer: a tensor is missing')
  return value
}

function reading(shape: TransformerShape): View {
  const { heads, width, layers } = shape
  return defineView<TensorSpecs, string>({
    name: `${shape.name}.read`,
    inputs: {
      ...{ source: int32(1, 'reach'), mask: float32(1, 1, 1, 'reach') },
      ...(shape.encoder?.head === undefined ? {} : { share: float32(1, 'reach') }),
    },
    forward({ source, mask, share }, { reach = 0 }, graph) {
      const encoded = encode(wordsOf(graph, shape), present(source), present(mask), shape, { batch: 1, reach })
      const kept = [...Array(layers).keys()].flatMap((layer) =>
        graph.scoped(`decoder${layer}`, () =>
          graph.scoped('cross', () => {
            const both = linear(encoded, 'keysValues', { to: 2 * width, bias: false })
            const headed = transpose(reshape(both, [reach, 2, heads, width / heads]), [1, 2, 0, 3])
            const [keys = headed, values = headed] = split(headed, 0, [1, 1]).map((part) =>
              reshape(part, [heads, reach, width / heads]),
            )
            return [
              [keptNames.readKeys(layer), keys],
              [keptNames.readValues(layer), values],
            ] as const
          }),
        ),
      )
      return { ...Object.fromEntries(kept), ...(share === undefined ? {} : classify(encoded, share, shape)) }
    },
  })
}

function writing(shape: TransformerShape): View {
  const { heads, width, inner, layers, longest, encoder } = shape
  const size = width / heads
  const each = (name: (layer: number) => string, length: string): TensorSpecs =>
    Object.fromEntries([...Array(layers).keys()].map((layer) => [name(layer), float32(heads, length, size)]))
  return defineView<TensorSpecs, string>({
    name: `${shape.name}.write`,
    inputs: {
      ...{ id: int32(1), place: int32(1), kept: float32(1, 1, 'capacity') },
      ...{ ...each(keptNames.keys, 'capacity'), ...each(keptNames.values, 'capacity') },
      ...(encoder === undefined
        ? {}
        : {
            mask: float32(1, 1, 'reach'),
            ...each(keptNames.readKeys, 'reach'),
            ...each(keptNames.readValues, 'reach'),
          }),
    },
    forward(inputs, _, graph) {
      const { id, place, kept, mask } = inputs
      const vectors = wordsOf(graph, shape)
      const places = table(graph, 'places', { rows: longest, width })
      const outputs: Record<string, Value> = {}
      let x = add(lookup(vectors, present(id)), lookup(places, present(place)))
      for (let layer = 0; layer < layers; layer++) {
        const step = blockStep(x, `decoder${layer}`, {
          ...{ heads, inner, kept: present(kept) },
          ...{ keys: present(inputs[keptNames.keys(layer)]), values: present(inputs[keptNames.values(layer)]) },
          memory:
            mask === undefined
              ? undefined
              : {
                  mask,
                  keys: present(inputs[keptNames.readKeys(layer)]),
                  values: present(inputs[keptNames.readValues(layer)]),
                },
        })
        x = step.x
        outputs[`${keptNames.keys(layer)}:new`] = step.keys
        outputs[`${keptNames.values(layer)}:new`] = step.values
      }
      return { ...outputs, logits: tied(layerNorm(x, 'decoderNorm'), vectors) }
    },
  })
}

/** What a block keeps of the words before. */
interface Kept {
  readonly keys: Value
  readonly values: Value
}

/** One block for one word: the same parameters as `transformerBlock`. */
function blockStep(
  x: Value,
  name: string,
  {
    heads,
    inner,
    kept,
    keys,
    values,
    memory,
  }: Kept & { heads: number; inner: number; kept: Value; memory: (Kept & { mask: Value }) | undefined },
): Kept & { x: Value } {
  const { graph } = x
  const width = x.shape[1] ?? 0
  const size = width / heads
  const factor = 1 / Math.sqrt(size)
  const scores = (queries: Value, of: Value): Value => batchedProduct(queries, of, { transposeB: true, factor })
  return graph.scoped(name, () => {
    const normal = layerNorm(x, 'selfNorm')
    const own = graph.scoped('self', () => {
      const all = reshape(linear(normal, 'queriesKeysValues', { to: 3 * width, bias: false }), [3, heads, 1, size])
      const [queries = all, newKeys = all, newValues = all] = split(all, 0, [1, 1, 1]).map((part) =>
        reshape(part, [heads, 1, size]),
      )
      const both = concat([add(scores(queries, keys), kept), scores(queries, newKeys)], 2)
      const [before = both, now = both] = split(softmax(both), 2, [keys.shape[1] ?? 0, 1])
      const mixed = add(batchedProduct(before, values), batchedProduct(now, newValues))
      return { keys: newKeys, values: newValues, x: linear(reshape(mixed, [1, width]), 'output', { to: width }) }
    })
    let result = add(x, own.x)
    if (memory !== undefined) {
      const before = layerNorm(result, 'crossNorm')
      const read = graph.scoped('cross', () => {
        const queries = reshape(linear(before, 'queries', { to: width, bias: false }), [heads, 1, size])
        const shares = softmax(add(scores(queries, memory.keys), memory.mask))
        return linear(reshape(batchedProduct(shares, memory.values), [1, width]), 'output', { to: width })
      })
      result = add(result, read)
    }
    const last = feedForward(layerNorm(result, 'feedForwardNorm'), 'feedForward', {
      widths: [inner, width],
      activation: 'silu',
    })
    return { ...own, x: add(result, last) }
  })
}
