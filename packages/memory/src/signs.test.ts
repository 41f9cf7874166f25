import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSigns, signsOf } from './signs.js'

const vectors = (dimensions: number) =>
  fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions }), {
    minLength: 1,
    maxLength: 40,
  })

describe('signsOf()', () => {
  test('sets a bit for each positive number, in whole words', () => {
    const bits = signsOf(Float32Array.from({ length: 33 }, (_, index) => (index === 1 || index === 32 ? 1 : -1)))
    expect([...bits]).toEqual([2, 0, 0, 0, 1, 0, 0, 0])
  })
})

describe('likeliest()', () => {
  test('gives at least as many as asked for, each once, the vector itself among them', () => {
    fc.assert(
      fc.property(vectors(40), fc.integer({ min: 1, max: 20 }), (rows, count) => {
        const signs = createSigns(40)
        for (const [row, vector] of rows.entries()) signs.add(row, 1, signsOf(Float32Array.from(vector)))
        const question = Float32Array.from(rows[0] ?? [])
        const found = signs.likeliest(question, 1, count)
        expect(new Set(found).size).toBe(found.length)
        expect(found.length).toBeGreaterThanOrEqual(Math.min(count, rows.length))
        expect(found).toContain(0)
        expect(signs.likeliest(question, 2, count)).toEqual([])
      }),
    )
  })

  test('prefers what agrees where the question says most', () => {
    const signs = createSigns(32)
    const question = Float32Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0.01))
    const loud = question.map((value, index) => (index > 0 && index < 5 ? -value : value))
    const quiet = question.map((value, index) => (index === 0 ? -value : value))
    const far = question.map((value) => -value)
    signs.add(1, 1, signsOf(quiet))
    signs.add(2, 1, signsOf(loud))
    for (let row = 3; row < 20; row++) signs.add(row, 1, signsOf(far))
    expect(signs.likeliest(question, 1, 1)).toEqual([2])
  })

  test('holds more than it first had room for', () => {
    const signs = createSigns(8)
    for (let row = 0; row < 3_000; row++) signs.add(row, 1, Uint8Array.of(row % 256, 0, 0, 0))
    expect([signs.size, signs.likeliest(new Float32Array(8).fill(1), 1, 1).every((row) => row % 256 === 255)]).toEqual([
      3_000,
      true,
    ])
  })
})
