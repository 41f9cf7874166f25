import { describe, expect, test } from 'vitest'
import { encodeGguf, ggufAlignment, tinyGguf } from './tiny-gguf.js'

/** Reads a file as the format's specification says, apart from the writer. */
function decode(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  /** Moves on by so many bytes, and gives where they begin. */
  const take = (bytes: number): number => {
    at += bytes
    return at - bytes
  }
  const uint32 = () => view.getUint32(take(4), true)
  const uint64 = () => Number(view.getBigUint64(take(8), true))
  const string = () => {
    const length = uint64()
    const from = take(length)
    return new TextDecoder().decode(file.subarray(from, from + length))
  }
  const value = (type: number): unknown => {
    switch (type) {
      case 4:
        return uint32()
      case 5:
        return view.getInt32(take(4), true)
      case 6:
        return view.getFloat32(take(4), true)
      case 7:
        return view.getUint8(take(1)) === 1
      case 8:
        return string()
      case 9: {
        const [itemType, count] = [uint32(), uint64()]
        return Array.from({ length: count }, () => value(itemType))
      }
    }
    throw new RangeError(`Cannot read a value of type ${type}`)
  }
  const magic = new TextDecoder().decode(file.subarray(take(4), 4))
  const [version, tensorCount, valueCount] = [uint32(), uint64(), uint64()]
  const metadata = Object.fromEntries(Array.from({ length: valueCount }, () => [string(), value(uint32())]))
  const infos = Array.from({ length: tensorCount }, () => {
    const name = string()
    const shape = Array.from({ length: uint32() }, uint64)
    return { name, shape, type: uint32(), offset: uint64() }
  })
  const start = Math.ceil(at / 32) * 32
  const tensors = infos.map(({ offset, ...info }) => {
    const count = info.shape.reduce((size, side) => size * side, 1)
    const data = Array.from({ length: count }, (_, index) => view.getFloat32(start + offset + 4 * index, true))
    return { ...info, offset, data }
  })
  return { magic, version, metadata, tensors }
}

describe('encodeGguf()', () => {
  test('writes magic, version, metadata of every type, and tensors at aligned places', () => {
    const file = encodeGguf({
      metadata: {
        count: { type: 'uint32', value: 3 },
        part: { type: 'float32', value: 0.5 },
        yes: { type: 'bool', value: true },
        name: { type: 'string', value: 'Salpe, größer' },
        kinds: { type: 'int32s', value: [-1, 2] },
        scores: { type: 'float32s', value: [0.25] },
        words: { type: 'strings', value: ['a', '', 'ü'] },
      },
      tensors: {
        first: { shape: [3], data: Float32Array.of(1, 2, 3) },
        second: { shape: [2, 1], data: Float32Array.of(-1, 0.5) },
      },
    })
    expect(decode(file)).toEqual({
      magic: 'GGUF',
      version: 3,
      metadata: {
        count: 3,
        part: 0.5,
        yes: true,
        name: 'Salpe, größer',
        kinds: [-1, 2],
        scores: [0.25],
        words: ['a', '', 'ü'],
      },
      tensors: [
        { name: 'first', shape: [3], type: 0, offset: 0, data: [1, 2, 3] },
        { name: 'second', shape: [2, 1], type: 0, offset: 32, data: [-1, 0.5] },
      ],
    })
    expect(file.byteLength % ggufAlignment).toBe(0)
  })
})

describe('tinyGguf()', () => {
  test('has a token for each word, with a space as the tokenizer writes it, and a row of weights for each token', () => {
    const { metadata, tensors } = decode(tinyGguf(['Hello', ' there'], { contextTokens: 512 }))
    expect(metadata).toMatchObject({ 'general.architecture': 'llama', 'llama.context_length': 512 })
    const tokens = metadata['tokenizer.ggml.tokens']
    expect(tokens).toHaveLength(264)
    expect(tokens).toEqual(expect.arrayContaining(['<|assistant|>', '<0x0A>', 'Hello', '\u2581there']))
    expect(tensors.find(({ name }) => name === 'output.weight')).toMatchObject({ shape: [64, 264] })
    expect(tensors.every(({ offset }) => offset % ggufAlignment === 0)).toBe(true)
  })

  test('scores what it was written to say above all else', () => {
    const { tensors } = decode(tinyGguf(['Hello', ' there']))
    const row = (name: string, token: number): number[] =>
      tensors.find((tensor) => tensor.name === name)?.data.slice(token * 64, (token + 1) * 64) ?? []
    const likeliest = (token: number): number => {
      const code = row('token_embd.weight', token)
      const scores = Array.from({ length: 264 }, (_, next) =>
        row('output.weight', next).reduce((sum, weight, column) => sum + weight * (code[column] ?? 0), 0),
      )
      return scores.indexOf(Math.max(...scores))
    }
    const [end, user, begin, newline, hello, there] = [2, 4, 5, 6 + 10, 262, 263]
    expect([begin, hello, there, user, newline].map(likeliest)).toEqual([hello, there, end, end, end])
  })
})
