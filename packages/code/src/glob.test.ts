import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { globMatcher, parseIgnore } from './glob.js'

describe('globMatcher()', () => {
  test.each([
    ['*.ts', 'a.ts', true],
    ['*.ts', 'src/a.ts', true],
    ['*.ts', 'a.tsx', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/b/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/b/c/a.ts', true],
    ['**/a.ts', 'a.ts', true],
    ['src/**', 'src/a/b', true],
    ['./src/a.ts', 'src/a.ts', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['*.{ts,tsx}', 'a.tsx', true],
    ['[ab].ts', 'b.ts', true],
    ['[!ab].ts', 'b.ts', false],
    ['[!a].ts', '/.ts', false],
    ['a.b', 'axb', false],
    ['a+(b)', 'a+(b)', true],
    ['a\\*', 'a*', true],
    ['{a', '{a', true],
    ['[', '[', true],
    ['日本*', '日本語', true],
  ])('%s and %s: %s', (glob, path, fits) => expect(globMatcher(glob)(path)).toBe(fits))

  test('fits or not, or says that a range is malformed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (glob, path) => {
        try {
          expect(typeof globMatcher(glob)(path)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
    )
  })
})

describe('parseIgnore()', () => {
  const ignored = (text: string, path: string, { folder = false, base = '' } = {}): boolean =>
    parseIgnore(text, base).reduce((verdict, rule) => rule(path, folder) ?? verdict, false)

  test.each([
    ['dist', 'dist', true],
    ['dist', 'packages/a/dist', true],
    ['/dist', 'packages/a/dist', false],
    ['*.log', 'a/b.log', true],
    ['*.log\n!keep.log', 'a/keep.log', false],
    ['# dist', 'dist', false],
    ['', 'dist', false],
    ['dist/', 'dist', false],
    ['a/b', 'x/a/b', false],
    ['\\#a', '#a', true],
    ['[z-a]', 'a', false],
  ])('%j for %s: %s', (text, path, expected) => expect(ignored(text, path)).toBe(expected))

  test('knows folders, and rules of a folder below', () => {
    expect(ignored('dist/', 'dist', { folder: true })).toBe(true)
    expect(ignored('/out', 'a/out', { base: 'a' })).toBe(true)
    expect(ignored('/out', 'out', { base: 'a' })).toBe(false)
  })
})
