import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, diffReplacement, parseUnifiedDiff } from './diff-lines.js'

const show = (lines: ReturnType<typeof parseUnifiedDiff>) => lines.map(({ kind, text }) => `${kind} ${text}`)

describe('parseUnifiedDiff()', () => {
  test('tells headings from lines that begin alike', () => {
    expect(show(parseUnifiedDiff('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same\n'))).toEqual([
      'heading --- a/x',
      'heading +++ b/x',
      'heading @@ -1 +1 @@',
      'removed old',
      'added new',
      'context same',
    ])
  })
})

describe('diffReplacement()', () => {
  test('keeps what is equal at both ends', () => {
    expect(show(diffReplacement('a\nb\nc\n', 'a\nB\nB2\nc\n'))).toEqual([
      'context a',
      'removed b',
      'added B',
      'added B2',
      'context c',
    ])
  })

  test('adds every line of a new text', () => {
    expect(show(diffReplacement('', 'a\nb'))).toEqual(['added a', 'added b'])
  })

  test('does not count a repeated line twice', () => {
    expect(show(diffReplacement('a\na', 'a'))).toEqual(['context a', 'removed a'])
  })
})

describe('diffLines()', () => {
  const text = (lines: readonly string[]) => lines.join('\n')
  const line = fc.constantFrom('a', 'b', 'c', '')
  const lines = fc.array(line, { minLength: 1, maxLength: 12 })

  test('leads from one text to the other, by no more lines than differ', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(text(before), text(after))
        const count = (kind: string) => diff.filter((found) => found.kind === kind).length
        expect(count('added') - count('removed')).toBe(
          before.join() === after.join() ? 0 : after.length - before.length,
        )
        // Equal lines stand in the order of both texts.
        const left = diff.filter(({ kind }) => kind === 'context' || kind === 'removed').map(({ text }) => text)
        const right = diff.filter(({ kind }) => kind === 'context' || kind === 'added').map(({ text }) => text)
        if (diff.every(({ kind }) => kind !== 'heading') && diff.length > 0)
          expect([left, right]).toEqual([before, after])
      }),
    )
  })

  test('finds two places, and folds what is equal between them', () => {
    const before = ['one', ...'abcdefgh', 'two']
    const after = ['One', ...'abcdefgh', 'two', 'three']
    expect(diffLines(text(before), text(after)).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      ...['removed one', 'added One', 'context a', 'context b', 'context c', 'heading 3 equal lines'],
      ...['context g', 'context h', 'context two', 'added three'],
    ])
  })

  test('says nothing of equal texts', () => {
    expect(diffLines('a\nb', 'a\nb')).toEqual([])
  })

  test('is done with long texts that have nothing in common', () => {
    const numbered = (word: string) => text(Array.from({ length: 3_000 }, (_, index) => `${word} ${index}`))
    expect(diffLines(numbered('a'), numbered('b')).length).toBe(6_000)
  })
})
