import { createRng } from '@salp/core'
import fc from 'fast-check'
import { InferenceSession as WebSession, Tensor as WebTensor } from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { miniature, miniatureBatch } from '../../testing/internal/miniature.js'
import { openGraph } from '../../testing/internal/run-graph.js'
import { Graph } from '../graph/graph.js'
import { initialWeights } from '../initial.js'
import { forwardGraph, parameterViews } from '../net.js'
import { relu } from '../ops/activations.js'
import { gradientGraph } from '../train-graphs.js'
import { liveInputs, toOnnx } from './onnx.js'
import { MessageWriter } from './protobuf.js'

/** A message, by field: integers as bigint, bytes, and four bytes of a float. */
type Message = Map<number, (bigint | Uint8Array)[]>

/** Reads any protobuf message of the wire types 0, 2 and 5. */
function read(bytes: Uint8Array): Message {
  const message: Message = new Map()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('cut off')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const length = (tag & 7) === 5 ? 4 : (tag & 7) === 2 ? Number(varint()) : undefined
    const value = length === undefined ? varint() : bytes.slice(at, at + length)
    if (value instanceof Uint8Array && value.length !== length) throw new RangeError('cut off')
    at += length ?? 0
    message.set(tag >> 3, [...(message.get(tag >> 3) ?? []), value])
  }
  return message
}

const inner = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((value) => read(value instanceof Uint8Array ? value : new Uint8Array()))
const texts = (message: Message, field: number): string[] =>
  (message.get(field) ?? []).map((value) => new TextDecoder().decode(value instanceof Uint8Array ? value : undefined))

describe('MessageWriter', () => {
  test('writes integers of either sign as a generic reader reads them', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const writer = new MessageWriter()
        writer.integer(3, value)
        const [found] = read(writer.finish()).get(3) ?? []
        expect(BigInt.asIntN(64, typeof found === 'bigint' ? found : 0n)).toBe(BigInt(value))
        if (value < 0) expect(writer.finish()).toHaveLength(11)
      }),
    )
  })
})

describe('toOnnx()', () => {
  test('writes what the messages of ONNX say', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    graph.input('unread', 'float32', [2])
    graph.constant([7], [1])
    const y = graph.scoped('layer', () => relu(x))
    graph.output('y', graph.emit('LeakyRelu', [y], [2], { alpha: { float: 0.5 } }))
    const model = read(toOnnx(graph, { name: 'tiny', metadata: { licence: 'MIT' } }))
    const [opset = new Map()] = inner(model, 8)
    const [body = new Map()] = inner(model, 7)
    expect({ version: model.get(1), opset: opset.get(2), producer: texts(model, 2) }).toEqual({
      version: [9n],
      opset: [20n],
      producer: ['salp'],
    })
    expect(inner(model, 14).map((property) => [...texts(property, 1), ...texts(property, 2)])).toEqual([
      ['licence', 'MIT'],
    ])
    expect(texts(body, 2)).toEqual(['tiny'])
    expect(inner(body, 1).map((node) => [texts(node, 4), texts(node, 1), texts(node, 2), texts(node, 3)])).toEqual([
      [['Relu'], ['x'], ['layer.Relu'], ['layer.Relu']],
      [['LeakyRelu'], ['layer.Relu'], ['LeakyRelu'], ['LeakyRelu']],
      [['Identity'], ['LeakyRelu'], ['y'], ['y']],
    ])
    const [attribute = new Map()] = inner(inner(body, 1)[1] ?? new Map(), 5)
    expect([texts(attribute, 1), attribute.get(2), attribute.get(20)]).toEqual([
      ['alpha'],
      [new Uint8Array(Float32Array.of(0.5).buffer)],
      [1n],
    ])
    expect(inner(body, 11).map((info) => texts(info, 1))).toEqual([['x']])
    expect(body.get(5), 'constants nobody reads').toBeUndefined()
  })

  test('names only what is read among the inputs to feed', () => {
    const names = liveInputs(forwardGraph(miniature, miniature.sizes)).map(({ name }) => name)
    expect(names).toHaveLength(Object.keys(miniature.inputs).length + miniature.layout.parameters.length)
  })

  test('makes small graphs: no weights are in them', () => {
    expect(toOnnx(gradientGraph(miniature, miniature.sizes), { name: 'm' }).length).toBeLessThan(60_000)
  })

  test('makes an inference graph with weights that runs unchanged in onnxruntime-web', async () => {
    const weights = parameterViews(miniature.layout, initialWeights(miniature, createRng('web')))
    const batch = miniatureBatch('web')
    const graph = forwardGraph(miniature, miniature.sizes)
    const native = await (await openGraph(graph))({ ...batch, ...Object.fromEntries(weights) })
    const session = await WebSession.create(toOnnx(graph, { name: 'miniature', weights }), {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    })
    expect([...session.inputNames].sort()).toEqual(Object.keys(miniature.inputs).sort())
    const feeds = Object.fromEntries(
      graph.inputs.flatMap(({ name, type, shape }) => {
        const data = batch[name]
        if (data === undefined) return []
        return [
          [
            name,
            type === 'int32'
              ? new WebTensor(type, Int32Array.from(data), shape)
              : new WebTensor('float32', Float32Array.from(data), shape),
          ],
        ]
      }),
    )
    const web = await session.run(feeds)
    for (const [name, expected] of Object.entries(native)) {
      const found = Array.from(web[name]?.data as Float32Array)
      expect(found).toHaveLength(expected.length)
      for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 4)
    }
  })
})
