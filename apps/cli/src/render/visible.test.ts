import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oneLine, visible } from './visible.js'

describe('visible()', () => {
  test('shows what a terminal would obey', () => {
    expect(visible('\u001b[2Jgone\u0007 \u009b31m \u202etxt.exe')).toBe('␛[2Jgone␇ <U+009B>31m <U+202E>txt.exe')
  })

  test('keeps lines and tabs, and drops carriage returns, which hide what stood before', () => {
    expect(visible('rm -rf /\r\tls\n')).toBe('rm -rf /\tls\n')
  })

  test('leaves no control character but line ends and tabs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/(?![\n\t])\p{Cc}/u)
      }),
    )
  })
})

describe('oneLine()', () => {
  test('joins lines and cuts long ones', () => {
    expect(oneLine(' a\n  b ', 10)).toBe('a b')
    expect(oneLine('a longer text', 8)).toBe('a longe…')
    expect(oneLine('🪼🪼🪼', 4)).toBe('🪼\ufffd…')
  })
})
