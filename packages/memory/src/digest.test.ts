import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digest } from './digest.js'

describe('digest()', () => {
  test('gives the same integers everywhere', () => {
    expect(['', 'a', 'b', 'revenge', 'revenue', '钥'].map(digest)).toMatchInlineSnapshot(`
      [
        3338908027751811,
        7929297801672961,
        8684336938537663,
        4051478007546757,
        8309097637345594,
        5527406759167496,
      ]
    `)
  })

  test('tells a hundred thousand neighbouring texts apart', () => {
    const digests = new Set(Array.from({ length: 100_000 }, (_, index) => digest(`measurement ${index}`)))
    expect(digests.size).toBe(100_000)
  })

  test('is a safe integer for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void expect(Number.isSafeInteger(digest(text))).toBe(true)),
    )
  })
})
