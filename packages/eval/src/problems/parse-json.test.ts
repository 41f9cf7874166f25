import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError, parseJson } from './parse-json.js'

const refusal = (text: string): string | undefined => {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return `${error.line}: ${error.reason}`
  }
}

describe('parseJson()', () => {
  test('reads what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        expect(JSON.stringify(parseJson(text).value)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  test('takes and refuses the texts that JSON.parse takes and refuses, doubled keys and great numbers apart', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-0.5e1',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '"\\u00e9"',
      '"\\x"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('')
        let theirs = true
        try {
          JSON.parse(text)
        } catch {
          theirs = false
        }
        const ours = refusal(text)
        if (ours !== undefined && /twice|too great/.test(ours)) return
        expect(ours === undefined).toBe(theirs)
      }),
      { numRuns: 2_000 },
    )
  })

  test('tells the line of every value', () => {
    const { lineOf } = parseJson('{\n  "a": [\n    1,\n    {"b": 2}\n  ],\n  "c": 3\n}')
    expect([[], ['a'], ['a', 0], ['a', 1, 'b'], ['a', 1, 'b', 'none'], ['c']].map(lineOf)).toEqual([1, 2, 3, 4, 4, 6])
  })

  test('tells the line of what is wrong', () => {
    expect(refusal('{\n  "a": 1,\n  "a": 2\n}')).toBe('3: the key "a" stands twice')
    expect(refusal('{\n  "a": 1\n  "b": 2\n}')).toBe('3: "b" where an object needs "," or "}"')
    expect(refusal('[1,\n2,\n')).toBe('3: it ends too early')
    expect(refusal('[1]\n\n]')).toBe('3: more follows after its end')
    expect(refusal('[1e999]')).toBe('1: 1e999 is too great')
    expect(refusal('[undefined]')).toBe('1: "undefined]" is no JSON')
    expect(refusal('['.repeat(100_000))).toBe('1: it is nested more than 100 deep')
  })
})
