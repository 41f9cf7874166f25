import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBoundedText, isBinary } from './bounded-text.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('createBoundedText()', () => {
  test('gives back what fits, however it was cut into chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 1, max: 7 }), (text, size) => {
        fc.pre(!isBinary(bytes(text)))
        const kept = createBoundedText({ maxBytes: 10_000 })
        const whole = bytes(text)
        for (let at = 0; at < whole.length; at += size) kept.add(whole.slice(at, at + size))
        expect(kept.read()).toEqual({ text, truncated: false, totalBytes: whole.length })
      }),
    )
  })

  test('keeps start and end, and says what is missing', () => {
    const kept = createBoundedText({ maxBytes: 40 })
    for (let line = 0; line < 1_000; line++) kept.add(bytes(`line ${line}\n`))
    expect(kept.read()).toEqual({
      text: 'line 0\nlin\n[… 8850 bytes left out …]\n997\nline 998\nline 999\n'.replace('997', expectTail(1_000)),
      truncated: true,
      totalBytes: 8_890,
    })
  })

  test('never cuts a character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 50, maxLength: 80 }),
        fc.integer({ min: 4, max: 60 }),
        (parts, maxBytes) => {
          const kept = createBoundedText({ maxBytes })
          for (const part of parts) kept.add(bytes(part.replaceAll('\uFFFD', '?')))
          expect(kept.read().text).not.toContain('\uFFFD')
        },
      ),
    )
  })

  test('describes binary output', () => {
    const kept = createBoundedText({ maxBytes: 100 })
    kept.add(new Uint8Array(1_000))
    expect(kept.read()).toEqual({ text: '[binary output, 1000 bytes]', truncated: true, totalBytes: 1_000 })
  })
})

/** Thirty bytes from the end of a thousand lines, without the last two. */
function expectTail(lines: number): string {
  const all = Array.from({ length: lines }, (_, line) => `line ${line}\n`).join('')
  return all.slice(-30, -18).trim()
}
