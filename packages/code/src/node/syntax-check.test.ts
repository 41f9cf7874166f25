import { describe, expect, test } from 'vitest'
import { languages } from '../map/languages.js'
import { createSyntaxCheck } from './syntax-check.js'

const check = createSyntaxCheck()

/** A whole text and one that is broken, by the ending of its file. */
const samples: Readonly<Record<string, readonly [whole: string, broken: string]>> = {
  '.ts': ['const a: number = 1\n', 'const a: number = (1\n'],
  '.tsx': ['const a = <b>{c}</b>\n', 'const a = <b>{c}</d\n'],
  '.js': ['f(1)\n', 'f(1\nfunction\n'],
  '.py': ['def f():\n    return 1\n', 'def f(:\n    return 1\n'],
  '.go': ['package a\nfunc f() {}\n', 'package a\nfunc f( {}\n'],
  '.rs': ['fn f() {}\n', 'fn f( {}\n'],
  '.java': ['class A {}\n', 'class A {\n'],
  '.c': ['int f(void) { return 1; }\n', 'int f(void) { return 1;\n'],
  '.cc': ['class A {};\n', 'class A {;\n'],
  '.cs': ['class A {}\n', 'class A {\n'],
  '.rb': ['def f\n  1\nend\n', 'def f\n  1\n'],
  '.php': ['<?php\nfunction f() {}\n', '<?php\nfunction f( {}\n'],
  '.sh': ['f() {\n  echo 1\n}\n', 'if true; then\n'],
}

describe('createSyntaxCheck()', () => {
  test('has a sample of every language', () => {
    expect(languages.map(({ files }) => files[0])).toEqual(Object.keys(samples))
  })

  test.each(Object.entries(samples))('tells a broken %s from a whole one', async (end, [whole, broken]) => {
    expect(await check({ path: `a${end}`, before: '', after: whole })).toEqual([])
    expect((await check({ path: `a${end}`, before: whole, after: broken })).length).toBeGreaterThan(0)
  })

  test('names the line and what stands there', async () => {
    const before = 'f(1)\n'
    expect(await check({ path: 'a.js', before, after: `${before}g(2\n` })).toEqual([
      { line: 2, text: 'unexpected g(2' },
    ])
  })

  test('does not blame an edit for what was broken before', async () => {
    const broken = 'f(1\n'
    expect(await check({ path: 'a.js', before: broken, after: `g(2)\n${broken}` })).toEqual([])
  })

  test('knows nothing of other files', async () => {
    expect(await check({ path: 'a.txt', before: '', after: '((((' })).toEqual([])
  })
})
