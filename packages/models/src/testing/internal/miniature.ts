/** A net with every layer there is, small enough for float64 and finite differences, in both implementations. */

import { createRng } from '@salp/core'
import { hidden, layerNorm, linear, pool, positions, table, transformerBlock } from '../../nets/layers.js'
import { defineNet, float32, int32, type Net } from '../../nets/net.js'
import { scale, weightedSum } from '../../nets/ops/arithmetic.js'
import { lookup } from '../../nets/ops/lookup.js'
import { crossEntropy } from '../../nets/ops/losses.js'
import { tied } from '../../nets/ops/products.js'
import { reshape } from '../../nets/ops/shapes.js'
import * as plain from './reference-ops.js'

const [words, width, heads, inner, longest] = [11, 8, 2, 12, 6]
const [batch, length, reach] = [3, 5, 4]

/** An encoder and a decoder with padding, causal and cross attention, a tied output, and a pooled head. */
export const miniature: Net = defineNet({
  name: 'miniature',
  sizes: { batch, length, reach, rows: batch * length },
  inputs: {
    source: int32('batch', 'reach'),
    ids: int32('batch', 'length'),
    mask: float32('batch', 1, 1, 'reach'),
    share: float32('batch', 'reach'),
  },
  targets: { next: int32('rows'), weights: float32('rows'), label: int32('batch'), each: float32('batch') },
  forward({ source, ids, mask, share }, { batch = 0, length = 0, reach = 0 }, graph) {
    const vectors = table(graph, 'words', { rows: words, width, deviation: 0.5 })
    const read = positions(lookup(vectors, reshape(source, [batch * reach])), 'sourcePlaces', {
      length: reach,
      longest,
    })
    const encoded = transformerBlock(read, 'encoder', { heads, length: reach, inner, mask })
    const start = positions(lookup(vectors, reshape(ids, [batch * length])), 'places', { length, longest })
    const memory = { value: encoded, length: reach, mask }
    const decoded = transformerBlock(start, 'decoder', { heads, length, inner, causal: true, memory })
    return {
      logits: tied(layerNorm(decoded, 'last'), vectors),
      classes: linear(scale(pool(encoded, share), 2), 'head', { to: 3 }),
    }
  },
  loss: ({ logits, classes }, { next, weights, label, each }) =>
    weightedSum([
      [crossEntropy(logits, next, weights), 1],
      [crossEntropy(classes, label, each), 0.5],
    ]),
})

/** A batch for it: the last place of the second source is padding, and so is the end of the third sequence. */
export function miniatureBatch(seed: string): Record<string, number[]> {
  const rng = createRng(seed)
  const draw = (count: number, below: number): number[] =>
    Array.from({ length: count }, () => Math.floor(rng() * below))
  const counted = Array.from({ length: batch * length }, (_, row) =>
    row < batch * length - 2 ? 1 / (batch * length - 2) : 0,
  )
  return {
    source: draw(batch * reach, words),
    ids: draw(batch * length, words),
    mask: Array.from({ length: batch * reach }, (_, index) => (index === 2 * reach - 1 ? hidden : 0)),
    share: Array.from({ length: batch * reach }, (_, index) =>
      index === 2 * reach - 1 ? 0 : 1 / (Math.floor(index / reach) === 1 ? reach - 1 : reach),
    ),
    next: draw(batch * length, words),
    weights: counted,
    label: draw(batch, 3),
    each: [0.5, 0.25, 0.25],
  }
}

/** The same net in plain loops: loss and gradients, by parameter. */
export function miniaturePlain(
  weights: ReadonlyMap<string, ArrayLike<number>>,
  data: Readonly<Record<string, readonly number[]>>,
): { loss: number; gradients: Map<string, Float64Array> } {
  const tensors = new Map(
    miniature.layout.parameters.map(({ name, shape }) => [name, plain.tensor(shape, weights.get(name) ?? [])]),
  )
  const parameter = (name: string): plain.Tensor => {
    const found = tensors.get(name)
    if (found === undefined) throw new RangeError(`No parameter "${name}"`)
    return found
  }
  const feed = (name: string): readonly number[] => data[name] ?? []

  const norm = (x: plain.Tensor, name: string): plain.Tensor =>
    plain.normalise(x, parameter(`${name}.gain`), parameter(`${name}.shift`))
  const layer = (x: plain.Tensor, name: string): plain.Tensor =>
    plain.affine(x, parameter(`${name}.weight`), parameter(`${name}.bias`))
  const places = (x: plain.Tensor, name: string, count: number): plain.Tensor => {
    const rows = plain.slice(parameter(name), 0, 0, count)
    return plain.reshape(plain.add(plain.reshape(x, [batch, count, width]), rows), [batch * count, width])
  }
  /** Heads one at a time, each by slicing columns: another way than the graph's. */
  const attend = (
    x: plain.Tensor,
    memory: plain.Tensor,
    name: string,
    mask: plain.Tensor | undefined,
    causal: boolean,
  ): plain.Tensor => {
    const [here, there] = [(x.shape[0] ?? 0) / batch, (memory.shape[0] ?? 0) / batch]
    const size = width / heads
    const own = x === memory
    const w = (part: number): plain.Tensor => {
      if (own) return plain.slice(parameter(`${name}.queriesKeysValues.weight`), 1, part * width, width)
      return part === 0
        ? parameter(`${name}.queries.weight`)
        : plain.slice(parameter(`${name}.keysValues.weight`), 1, (part - 1) * width, width)
    }
    const [q, k, v] = [plain.affine(x, w(0)), plain.affine(memory, w(1)), plain.affine(memory, w(2))]
    const results = Array.from({ length: heads }, (_, head) => {
      const pick = (of: plain.Tensor, count: number): plain.Tensor =>
        plain.reshape(plain.slice(of, 1, head * size, size), [batch, count, size])
      let scores = plain.batchedProduct(pick(q, here), pick(k, there), {
        transposeB: true,
        factor: 1 / Math.sqrt(size),
      })
      if (causal)
        scores = plain.add(
          scores,
          plain.tensor(
            [here, there],
            Array.from({ length: here * there }, (_, i) => (i % there > Math.floor(i / there) ? hidden : 0)),
          ),
        )
      if (mask !== undefined) scores = plain.add(scores, mask)
      return plain.reshape(plain.batchedProduct(plain.softmax(scores), pick(v, there)), [batch * here, size])
    })
    return layer(plain.concat(results, 1), `${name}.output`)
  }
  const block = (
    x: plain.Tensor,
    name: string,
    options: { mask?: plain.Tensor; causal?: boolean; memory?: plain.Tensor; memoryMask?: plain.Tensor },
  ): plain.Tensor => {
    const normal = norm(x, `${name}.selfNorm`)
    let value = plain.add(x, attend(normal, normal, `${name}.self`, options.mask, options.causal ?? false))
    if (options.memory !== undefined) {
      value = plain.add(
        value,
        attend(norm(value, `${name}.crossNorm`), options.memory, `${name}.cross`, options.memoryMask, false),
      )
    }
    const middle = plain.silu(layer(norm(value, `${name}.feedForwardNorm`), `${name}.feedForward.0`))
    return plain.add(value, layer(middle, `${name}.feedForward.1`))
  }

  const mask = plain.tensor([batch, 1, reach], feed('mask'))
  const encoded = block(places(plain.lookup(parameter('words'), feed('source')), 'sourcePlaces', reach), 'encoder', {
    mask,
  })
  const start = places(plain.lookup(parameter('words'), feed('ids')), 'places', length)
  const decoded = block(start, 'decoder', { causal: true, memory: encoded, memoryMask: mask })
  const logits = plain.tied(norm(decoded, 'last'), parameter('words'))
  const share = plain.tensor(
    [batch, 1, reach],
    feed('share').map((x) => 2 * x),
  )
  const pooled = plain.reshape(plain.batchedProduct(share, plain.reshape(encoded, [batch, reach, width])), [
    batch,
    width,
  ])
  const classes = layer(pooled, 'head')
  const half = plain.multiply(plain.crossEntropy(classes, feed('label'), feed('each')), plain.tensor([], [0.5]))
  const loss = plain.add(plain.crossEntropy(logits, feed('next'), feed('weights')), half)
  plain.backward(loss)
  return {
    loss: loss.data[0] ?? Number.NaN,
    gradients: new Map([...tensors].map(([name, { gradient }]) => [name, gradient])),
  }
}
