import { describe, expect, test } from 'vitest'
import { diffReplacement, parseUnifiedDiff } from './diff-lines.js'

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
