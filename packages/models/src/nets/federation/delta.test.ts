import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillNormal } from '../initial.js'
import { bytesOf, encodeTensors, TensorFileError } from '../weights/safetensors.js'
import { addDelta, compressDelta, decodeDelta, encodeDelta } from './delta.js'

const normal = (length: number, seed: string): Float32Array => {
  const values = new Float32Array(length)
  fillNormal(values, 1, createRng(seed))
  return values
}

describe('compressDelta()', () => {
  test('keeps the elements of greatest magnitude, and the rest for later', () => {
    const residual = new Float32Array(6)
    const compressed = compressDelta(Float32Array.of(1, -8, 0, 3, 0.5, -3), residual, 2)
    expect([...compressed.indices]).toEqual([1, 3])
    const sum = new Float32Array(6)
    addDelta(sum, compressed)
    expect(sum.map((value, index) => value + (residual[index] ?? 0))).toEqual(Float32Array.of(1, -8, 0, 3, 0.5, -3))
  })

  test('keeps exactly as many as asked, among equals and denormals too', () => {
    const values = fc.array(
      fc.oneof(
        fc.constantFrom(0, 1, -1, 1e-42, -0),
        fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 90), max: 2 ** 90 }),
      ),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(values, fc.nat(), (list, draw) => {
        const delta = Float32Array.from(list)
        const keep = 1 + (draw % delta.length)
        const { indices } = compressDelta(delta, new Float32Array(delta.length), keep)
        expect(indices).toHaveLength(keep)
        const kept = [...indices].map((index) => Math.abs(delta[index] ?? 0))
        const left = [...delta].filter((_, index) => !indices.includes(index)).map(Math.abs)
        expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.max(0, ...left))
      }),
    )
  })

  test('sends everything in the end: with error feedback the sums come close', () => {
    const [sent, wanted, residual] = [0, 1, 2].map(() => new Float32Array(1_000)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    for (let round = 0; round < 60; round++) {
      const delta = normal(1_000, `round ${round}`)
      for (const [index, value] of delta.entries()) wanted[index] = (wanted[index] ?? 0) + value
      addDelta(sent, compressDelta(delta, residual, 100))
    }
    const difference = Math.hypot(...sent.map((value, index) => value - (wanted[index] ?? 0)))
    expect(difference).toBeCloseTo(Math.hypot(...residual), 2)
    expect(difference / Math.hypot(...wanted)).toBeLessThan(0.7)
    for (let round = 0; round < 40; round++) addDelta(sent, compressDelta(new Float32Array(1_000), residual, 100))
    expect(
      Math.hypot(...sent.map((value, index) => value - (wanted[index] ?? 0))) / Math.hypot(...wanted),
    ).toBeLessThan(1e-3)
  })

  test('is small: a hundredth of the elements takes less than a fiftieth of the bytes', () => {
    const delta = normal(100_000, 'small')
    expect(encodeDelta(compressDelta(delta, new Float32Array(100_000), 1_000)).length).toBeLessThan(
      delta.byteLength / 50,
    )
  })

  test('refuses what is not finite', () => {
    expect(() => compressDelta(Float32Array.of(1, Number.NaN), new Float32Array(2), 1)).toThrow(
      'Cannot compress a difference that is not finite',
    )
  })
})

describe('encodeDelta(), decodeDelta()', () => {
  test('come round', () => {
    const compressed = compressDelta(normal(2_000, 'wire'), new Float32Array(2_000), 600)
    expect(decodeDelta(encodeDelta(compressed), 2_000)).toEqual(compressed)
  })

  const file = (indices: number[], scales: number[], codes: number[], length = '8'): Uint8Array =>
    encodeTensors({
      tensors: new Map([
        ['indices', { type: 'I32', shape: [indices.length], bytes: bytesOf(Int32Array.from(indices)) }],
        ['scales', { type: 'F32', shape: [scales.length], bytes: bytesOf(Float32Array.from(scales)) }],
        ['codes', { type: 'I8', shape: [codes.length], bytes: bytesOf(Int8Array.from(codes)) }],
      ]),
      metadata: { length },
    })

  test.each<[string, Uint8Array]>([
    ['another length', file([1], [1], [1], '9')],
    ['a place beyond the end', file([8], [1], [1])],
    ['a negative place', file([-1], [1], [1])],
    ['a place twice', file([1, 1], [1], [1, 1])],
    ['too few codes', file([1, 2], [1], [1])],
    ['too few scales', file([1], [], [1])],
    ['a scale that is not finite', file([1], [Number.NaN], [1])],
    ['no places', encodeTensors({ tensors: new Map(), metadata: { length: '8' } })],
  ])('refuse %s', (_, bytes) => {
    expect(() => decodeDelta(bytes, 8)).toThrow(TensorFileError)
  })
})
