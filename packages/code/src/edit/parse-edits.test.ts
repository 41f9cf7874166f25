import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEdits, pathsOf } from './parse-edits.js'

describe('parseEdits()', () => {
  test('reads blocks, each for the path above it', () => {
    const text =
      'a.ts\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n'
    expect(parseEdits(text)).toEqual({
      status: 'parsed',
      format: 'blocks',
      edits: [
        { type: 'replace', path: 'a.ts', find: 'one\n', replace: 'two\n', all: false, wholeLines: true },
        { type: 'write', path: 'a.ts', text: 'x\n', create: true },
      ],
    })
  })

  test('reads the patch envelope, with stacked anchors', () => {
    const text =
      '*** Begin Patch\n*** Update File: a.py\n@@ class A\n@@   def f\n-x\n+y\n*** Delete File: b.py\n*** End Patch'
    expect(parseEdits(text)).toMatchObject({
      format: 'patch',
      edits: [
        { type: 'patch', from: 'a.py', to: 'a.py', hunks: [{ anchors: ['class A', 'def f'] }] },
        { type: 'patch', from: 'b.py', to: undefined },
      ],
    })
  })

  test('reads lines and whole files from fences, passing over prose and fences without a path', () => {
    const text = 'Run it:\n```sh\nnpm test\n```\n`src/a.ts:3-4`\n```ts\nx\n```\n\nsrc/b.ts:\n```ts\ny\n```\n'
    expect(parseEdits(text)).toEqual({
      status: 'parsed',
      format: 'files',
      edits: [
        { type: 'lines', path: 'src/a.ts', first: 3, last: 4, text: 'x\n' },
        { type: 'write', path: 'src/b.ts', text: 'y\n', create: false },
      ],
    })
  })

  test.each([
    ['', 'neither SEARCH'],
    ['*** Begin Patch\n*** End Patch', 'names no file'],
    ['*** Update File: a\n context\n*** End Patch', 'changes nothing'],
    ['*** Begin Patch\n*** Move to: b\n', 'outside of'],
    ['a.ts\n<<<<<<< SEARCH\na\n=======\nb\n', 'no ">>>>>>> REPLACE"'],
    ['a.ts\n<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE', 'two "======="'],
    ['a.ts\n```\nx\n', 'not closed'],
  ])('refuses %j', (text, reason) => {
    expect(parseEdits(text)).toMatchObject({ status: 'refused', reason: expect.stringContaining(reason) })
  })

  test('never throws', () => {
    const piece = fc.constantFrom(
      ...['a.ts\n', '<<<<<<< SEARCH\n', '=======\n', '>>>>>>> REPLACE\n', '```\n', '```ts a.ts:1-2\n', ' x\n', '+y\n'],
      ...['*** Begin Patch\n', '*** Update File: a.ts\n', '*** Add File: b\n', '*** Move to: c\n', '*** End Patch\n'],
      ...['--- a/x\n', '+++ b/x\n', '@@ -1 +1 @@\n', '@@ f\n', '-z\n', '...\n', '\n'],
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => void parseEdits(pieces.join(''), { path: 'a.ts' })))
  })
})

describe('pathsOf()', () => {
  test('names what is read and what is written', () => {
    expect(pathsOf({ type: 'patch', from: 'a', to: 'b', hunks: [] })).toEqual(['a', 'b'])
    expect(pathsOf({ type: 'patch', from: undefined, to: 'b', hunks: [] })).toEqual(['b'])
    expect(pathsOf({ type: 'write', path: 'a', text: '', create: false })).toEqual(['a'])
  })
})
