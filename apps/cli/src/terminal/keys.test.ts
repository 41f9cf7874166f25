import { describe, expect, test } from 'vitest'
import { readKeys } from './keys.js'

describe('readKeys()', () => {
  test('knows arrows in both modes of a terminal, letters in any case, digits, Space, Enter and Escape', () => {
    const typed = '\u001b[A\u001b[B\u001bOC\u001b[1;2DaZ7 \r\u001b'
    expect(readKeys(typed)).toEqual({ codes: [38, 40, 39, 37, 65, 90, 55, 32, 13, 27], leaves: false })
  })

  test('leaves out what cartridges do not know', () => {
    expect(readKeys('\u001b[3~\u001b[H\tä!')).toEqual({ codes: [], leaves: false })
  })

  test('tells who wants to leave', () => {
    expect([readKeys('q').leaves, readKeys('\u0003').leaves, readKeys('w').leaves]).toEqual([true, true, false])
  })
})
