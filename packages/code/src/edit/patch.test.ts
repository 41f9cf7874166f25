import { createTwoFilesPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyHunks, type Hunk, parsePatch } from './patch.js'

const poem = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
  .map((line) => `${line}\n`)
  .join('')

function hunksOf(patch: string): readonly Hunk[] {
  const parsed = parsePatch(patch)
  if (parsed.status === 'refused') throw new Error(parsed.reason)
  return parsed.files[0]?.hunks ?? []
}

const head = '--- a/poem.txt\n+++ b/poem.txt\n'

describe('parsePatch()', () => {
  test('reads several files, among them new, deleted and renamed ones', () => {
    const patch = `diff --git a/x b/x
index 111..222 100644
--- a/x
+++ b/x
@@ -1,2 +1,2 @@ heading
 a
-b
+c
diff --git a/new b/new
new file mode 100644
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+n
diff --git a/old b/old
deleted file mode 100644
--- a/old
+++ /dev/null
@@ -1 +0,0 @@
-o
diff --git a/from b/to
similarity index 100%
rename from from
rename to to
`
    expect(parsePatch(patch)).toMatchObject({
      status: 'parsed',
      files: [
        { from: 'x', to: 'x', hunks: [{ line: 1 }] },
        { from: undefined, to: 'new', hunks: [{ lines: [{ type: 'add', text: 'n' }] }] },
        { from: 'old', to: undefined },
        { from: 'from', to: 'to', hunks: [] },
      ],
    })
  })

  test.each([
    ['', 'it names no file'],
    ['hello', 'it names no file'],
    ['@@ -1 +1 @@\n-a\n+b\n', 'a hunk stands before any file'],
    [`${head}@@ -1 +1 @@\n one\n`, 'it changes nothing'],
    ['--- /dev/null\n+++ /dev/null\n@@ @@\n+a\n', 'a file has no name'],
    ['--- a/x\n+++ b/x\nGIT binary patch\n', 'it holds binary data'],
  ])('refuses %j', (patch, reason) =>
    expect(parsePatch(patch)).toMatchObject({ status: 'refused', reason: expect.stringContaining(reason) }),
  )

  test('never throws', () => {
    const piece = fc.constantFrom(
      '--- a/x\n',
      '+++ b/x\n',
      '@@ -1,2 +3 @@\n',
      '@@\n',
      ' a\n',
      '-b\n',
      '+c\n',
      '\\ No newline\n',
      '\n',
      'diff --git a/x b/x\n',
      'rename from a\n',
      'rename to b\n',
      '```diff\n',
      '```',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => void parsePatch(text),
      ),
    )
  })
})

describe('applyHunks()', () => {
  const line = fc.constantFrom('a', 'b', '', '  c', 'd')
  const text = fc
    .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
    .map(([lines, end]) => lines.join('\n') + (end && lines.length > 0 ? '\n' : ''))

  test('gives what another implementation wrote the patch from', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 4 }), (before, after, context) => {
        fc.pre(before !== after)
        const patch = createTwoFilesPatch('a/x', 'b/x', before, after, undefined, undefined, { context })
        expect(applyHunks(before, hunksOf(patch))).toMatchObject({ status: 'patched', text: after })
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['right line numbers', '@@ -4,3 +4,3 @@\n four\n-five\n+5\n six\n'],
    ['wrong line numbers', '@@ -1,3 +1,3 @@\n four\n-five\n+5\n six\n'],
    ['line numbers beyond the end', '@@ -400,3 +400,3 @@\n four\n-five\n+5\n six\n'],
    ['wrong counts', '@@ -4,9 +4,1 @@\n four\n-five\n+5\n six\n'],
    ['no line numbers', '@@\n four\n-five\n+5\n six\n'],
    ['dots for line numbers', '@@ ... @@\n four\n-five\n+5\n six\n'],
    ['numbered context', '@@ -4,3 +4,3 @@\n  4| four\n- 5| five\n+ 5| 5\n  6| six\n'],
    ['numbers with tabs', '@@ -4,3 +4,3 @@\n 4\tfour\n-5\tfive\n+5\t5\n 6\tsix\n'],
    ['context without its blank', '@@ -4,3 +4,3 @@\nfour\n-five\n+5\nsix\n'],
    ['trailing white space', '@@ -4,3 +4,3 @@\n four  \n-five \n+5\n six\n'],
    ['blank lines after it', '@@ -4,3 +4,3 @@\n four\n-five\n+5\n six\n\n\n'],
    ['Windows line ends', '@@ -4,3 +4,3 @@\r\n four\r\n-five\r\n+5\r\n six\r\n'],
  ])('takes a patch with %s', (_, hunk) => {
    expect(applyHunks(poem, hunksOf(head + hunk))).toMatchObject({ status: 'patched', text: poem.replace('five', '5') })
  })

  test('takes a patch in a fence of Markdown', () => {
    expect(applyHunks(poem, hunksOf(`\`\`\`diff\n${head}@@ -5 +5 @@\n-five\n+5\n\`\`\``))).toMatchObject({
      text: poem.replace('five', '5'),
    })
  })

  test('keeps Windows line ends', () => {
    const given = poem.replaceAll('\n', '\r\n')
    expect(applyHunks(given, hunksOf(`${head}@@ -5 +5,2 @@\n-five\n+5\n+5b\n`))).toMatchObject({
      status: 'patched',
      text: given.replace('five\r\n', '5\r\n5b\r\n'),
    })
  })

  test('takes over the indentation of the file', () => {
    const given = 'if (x) {\n    first()\n    second()\n}\n'
    expect(applyHunks(given, hunksOf(`${head}@@\n first()\n-second()\n+third()\n+  .now()\n`))).toMatchObject({
      status: 'patched',
      text: 'if (x) {\n    first()\n    third()\n      .now()\n}\n',
    })
  })

  test('chooses the place nearest to the line number', () => {
    const given = 'a\nx\nb\nx\nc\nx\n'
    expect(applyHunks(given, hunksOf(`${head}@@ -4 +4 @@\n-x\n+y\n`))).toMatchObject({ text: 'a\nx\nb\ny\nc\nx\n' })
  })

  test('refuses an ambiguous place, and shows the file with numbers', () => {
    expect(applyHunks('a\nx\nb\nx\n', hunksOf(`${head}@@\n-x\n+y\n`))).toEqual({
      status: 'refused',
      hunk: 1,
      reason: 'its old lines stand in 2 places. Give more context',
      excerpt: '1| a\n2| x\n3| b\n4| x',
      candidates: [2, 4],
    })
  })

  test('refuses what does not fit, with the lines most like it', () => {
    const given = Array.from({ length: 300 }, (_, index) => `const value${index} = ${index}\n`).join('')
    const result = applyHunks(
      given,
      hunksOf(`${head}@@ -5,2 +5,2 @@\n const value250 = 250\n-const value251 = "old"\n+const value251 = 1\n`),
    )
    expect(result).toMatchObject({ status: 'refused', hunk: 1, reason: 'its old lines are not in the file' })
    expect(result).toHaveProperty('excerpt', expect.stringContaining('251| const value250 = 250'))
  })

  test('does not apply hunks out of order', () => {
    expect(applyHunks(poem, hunksOf(`${head}@@ -8 +8 @@\n-eight\n+8\n@@ -2 +2 @@\n-two\n+2\n`))).toMatchObject({
      status: 'refused',
      hunk: 2,
    })
  })

  test('inserts where only the line number says it', () => {
    expect(applyHunks('a\nb\n', hunksOf(`${head}@@ -1,0 +2 @@\n+x\n`))).toMatchObject({ text: 'a\nx\nb\n' })
  })
})
