import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spiralNet } from '../../testing/internal/spirals.js'
import { initialWeights } from '../initial.js'
import { decodeWeights, encodeWeights } from './net-file.js'
import { bytesOf, decodeTensors, encodeTensors, float32Of, type StoredTensor, TensorFileError } from './safetensors.js'

/** A file with any header. */
function fileOf(header: unknown, dataBytes: number, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + json.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true)
  file.set(json, 8)
  return file
}

const four = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }

describe('encodeTensors(), decodeTensors()', () => {
  const tensor = fc.record({
    type: fc.constantFrom<StoredTensor['type']>('F32', 'I32', 'I8', 'U8'),
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
  })

  test('come round with any tensors and texts', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__')
    const file = fc.record({ tensors: fc.dictionary(name, tensor), metadata: fc.dictionary(name, fc.string()) })
    fc.assert(
      fc.property(file, ({ tensors, metadata }) => {
        const stored = new Map(
          Object.entries(tensors)
            .filter(([name]) => name !== '__metadata__' && !/^\d+$/.test(name))
            .map(([name, { type, shape }]): [string, StoredTensor] => {
              const size = shape.reduce((product, axis) => product * axis, 1)
              const bytes = Uint8Array.from(
                { length: size * (type === 'F32' || type === 'I32' ? 4 : 1) },
                (_, index) => index,
              )
              return [name, { type, shape, bytes }]
            }),
        )
        const encoded = encodeTensors({ tensors: stored, metadata })
        const decoded = decodeTensors(encoded)
        expect(decoded.metadata).toEqual(metadata)
        expect(decoded.tensors).toEqual(stored)
        expect(Number(new DataView(encoded.buffer).getBigUint64(0, true)) % 8).toBe(0)
      }),
    )
  })

  test('refuse a name that readers of JSON take for something else', () => {
    const stored: StoredTensor = { type: 'U8', shape: [0], bytes: new Uint8Array() }
    const metadata: Record<string, string> = JSON.parse('{"__proto__":"x"}')
    expect(() => encodeTensors({ tensors: new Map([['__proto__', stored]]), metadata: {} })).toThrow(RangeError)
    expect(() => encodeTensors({ tensors: new Map(), metadata })).toThrow(RangeError)
  })

  test('read numbers that are not aligned', () => {
    const encoded = encodeTensors({
      tensors: new Map([['a', { type: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(1, 2)) }]]),
      metadata: {},
    })
    const shifted = new Uint8Array(encoded.length + 1)
    shifted.set(encoded, 1)
    const { tensors } = decodeTensors(shifted.subarray(1))
    const a = tensors.get('a')
    expect(a === undefined ? a : float32Of(a, 'a')).toEqual(Float32Array.of(1, 2))
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['seven bytes', new Uint8Array(7)],
    ['a header longer than the file', fileOf('{}', 0, 3n)],
    ['a header of 2⁶³ bytes', fileOf('{}', 0, 1n << 63n)],
    ['a header that is no JSON', fileOf('{"a":', 0)],
    ['a header that is no object', fileOf('[]', 0)],
    ['a header that is not UTF-8', fileOf('{}', 0).fill(0xff, 8)],
    ['metadata that are no texts', fileOf({ __metadata__: { a: 1 } }, 0)],
    ['an unknown type', fileOf({ a: { ...four, dtype: 'F8_E4M3' } }, 4)],
    ['a negative size', fileOf({ a: { ...four, shape: [-1] } }, 4)],
    ['a size beyond safe integers', fileOf({ a: { ...four, shape: [2 ** 60] } }, 4)],
    ['a product beyond the data', fileOf({ a: { ...four, shape: [2 ** 30, 2 ** 30] } }, 4)],
    ['offsets that are no integers', fileOf({ a: { ...four, data_offsets: [0, 4.5] } }, 4)],
    ['an end before the start', fileOf({ a: { ...four, data_offsets: [4, 0] } }, 4)],
    ['a hole', fileOf({ a: four, b: { ...four, data_offsets: [8, 12] } }, 12)],
    [
      'an overlap',
      fileOf({ a: { ...four, shape: [2], data_offsets: [0, 8] }, b: { ...four, data_offsets: [4, 8] } }, 8),
    ],
    ['a tail', fileOf({ a: four }, 5)],
    ['a truncated end', fileOf({ a: four }, 3)],
    ['a field too many', fileOf({ a: { ...four, extra: 1 } }, 4)],
  ])('refuse %s', (_, file) => {
    expect(() => decodeTensors(file)).toThrow(TensorFileError)
  })

  test('refuse or read any bytes, and never fail otherwise', () => {
    const valid = encodeTensors({
      tensors: new Map([['a', { type: 'F32', shape: [2], bytes: new Uint8Array(8) }]]),
      metadata: { b: 'c' },
    })
    const damaged = fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => valid.with(at, byte))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (file) => {
        try {
          decodeTensors(file)
        } catch (error) {
          expect(error).toBeInstanceOf(TensorFileError)
        }
      }),
    )
  })
})

describe('encodeWeights(), decodeWeights()', () => {
  const net = spiralNet()
  const flat = initialWeights(net, createRng(1))
  const info = { steps: 12, dataDigest: 'ab'.repeat(32) }

  test('come round, with what is known about the weights', async () => {
    const decoded = await decodeWeights(net, await encodeWeights(net, flat, info, { licence: 'MIT' }))
    expect(decoded).toMatchObject({ ...info, metadata: { net: 'spirals', licence: 'MIT' } })
    expect(decoded.flat).toEqual(flat)
  })

  test('refuse another architecture', async () => {
    const other = spiralNet({ width: 17 })
    await expect(decodeWeights(other, await encodeWeights(net, flat, info))).rejects.toMatchObject({
      code: 'models/architecture',
      message: expect.stringMatching(
        /^Cannot load weights into "spirals": they belong to the architecture [0-9a-f]{12}, not [0-9a-f]{12}\. Train it anew$/,
      ),
    })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuse a weight of %s', async (bad) => {
    const encoded = await encodeWeights(net, flat.with(5, bad), info)
    await expect(decodeWeights(net, encoded)).rejects.toThrow(/holds a weight that is not finite/)
  })

  test('refuse a file that is no net', async () => {
    const file = encodeTensors({ tensors: new Map(), metadata: { format: 'pt' } })
    await expect(decodeWeights(net, file)).rejects.toThrow('its metadata are not those of a net')
  })
})
