import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, oneLine, toHex } from './text.js'

describe('toHex', () => {
  test('writes what can be read back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toHex(bytes)
        expect(text).toMatch(/^[0-9a-f]*$/)
        expect([...(text.match(/../g) ?? [])].map((digits) => Number.parseInt(digits, 16))).toEqual([...bytes])
      }),
    )
  })

  test('writes a part of a buffer as that part', () => {
    const { buffer } = Uint8Array.of(1, 2, 255)
    expect([toHex(buffer), toHex(new Uint8Array(buffer, 1, 1))]).toEqual(['0102ff', '02'])
  })
})

describe('cut', () => {
  test('leaves what is short enough, and else ends in an ellipsis at that length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
        const short = cut(text, length)
        expect(short.length).toBeLessThanOrEqual(length)
        expect(short.isWellFormed()).toBe(true)
        if (text.length <= length) expect(short).toBe(text)
        else expect(short.endsWith('…')).toBe(true)
      }),
    )
  })
})

describe('oneLine', () => {
  test('has no line breaks, and no white space twice or at its ends', () => {
    expect(oneLine(' a\n\n  b\tc \r\n')).toBe('a b c')
  })
})
