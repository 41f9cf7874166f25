import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replacePassage } from './replace-passage.js'

const edit = (text: string, find: string, replace: string, all = false) => replacePassage(text, { find, replace, all })

describe('replacePassage()', () => {
  test('replaces the one place that fits exactly', () => {
    expect(edit('a b c', 'b', 'x')).toEqual({
      status: 'edited',
      text: 'a x c',
      places: [{ line: 1, difference: 'none', confidence: 1 }],
    })
  })

  test('takes the replacement literally', () => {
    expect(edit('a b c', 'b', '$& $1 $$')).toMatchObject({ text: 'a $& $1 $$ c' })
  })

  test('replaces every place if told so', () => {
    expect(edit('b a b', 'b', 'x', true)).toMatchObject({
      status: 'edited',
      text: 'x a x',
      places: [{ line: 1 }, { line: 1 }],
    })
  })

  test('refuses several places, naming their lines', () => {
    expect(edit('b\na\nb\n', 'b', 'x')).toEqual({
      status: 'refused',
      reason: '"find" stands in 2 places (lines 1, 3). Quote more lines around it, or set "all"',
      excerpt: '1| b\n2| a\n3| b',
      candidates: [1, 3],
    })
  })

  test('passes over white space where one place is left, taking over its indentation', () => {
    expect(
      edit('if (x) {\n\tfirst( )\n\tsecond()\n}\n', '  first( )\n  second()', '  third()\n    .now()'),
    ).toMatchObject({
      status: 'edited',
      text: 'if (x) {\n\tthird()\n\t\t.now()\n}\n',
      places: [{ line: 2, difference: 'white space' }],
    })
  })

  test('passes over blank lines around the quote, and trailing blanks', () => {
    expect(edit('a  \nb\nc\n', '\na\nb \n', 'x\ny\n')).toMatchObject({ text: 'x\ny\nc\n' })
  })

  test('deletes lines that differ in white space', () => {
    expect(edit('a\n    b\nc\n', 'b ', '')).toMatchObject({ text: 'a\nc\n' })
  })

  test('keeps Windows line ends', () => {
    expect(edit('a\r\nb\r\nc\r\n', 'a\nb', 'x\ny')).toMatchObject({ text: 'x\r\ny\r\nc\r\n' })
  })

  test.each([
    ['', 'x', '"find" is empty'],
    ['b', 'b', 'are the same'],
    ['zzz', 'x', 'is not in the file'],
  ])('refuses %j for %j', (find, replace, reason) => {
    expect(edit('a\nb\n', find, replace)).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining(reason),
      excerpt: '1| a\n2| b',
    })
  })

  test('shows the part of a long text that is most like the quote', () => {
    const text = Array.from({ length: 500 }, (_, index) => `line ${index} word${index}`).join('\n')
    const result = edit(text, 'line 400 word400 !', 'x')
    expect(result).toHaveProperty('excerpt', expect.stringContaining('401| line 400 word400'))
    expect(result).toHaveProperty('excerpt', expect.not.stringContaining('\n100|'))
  })

  test('undoes itself, for a quote that stands in one place', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (before, find, after) => {
        fc.pre(!before.includes(find) && !after.includes(find) && !(before + after).includes(find) && find !== 'ß')
        const text = `${before}${find}${after}`
        fc.pre(text.split(find).length === 2 && text.split('ß').length === 1)
        const there = edit(text, find, 'ß')
        expect(there).toMatchObject({ status: 'edited', text: `${before}ß${after}` })
      }),
    )
  })
})
