import { expect, test } from 'vitest'
import { compareResults, type TestResults } from './results.js'

const failed = (...names: readonly string[]): TestResults => ({
  passed: 1,
  failed: names.length,
  skipped: 0,
  failures: names.map((name) => ({ name, file: 'a.test.ts', line: 1, message: 'no' })),
})

test('compareResults() tells what broke from what failed before', () => {
  expect(compareResults(failed('old', 'gone'), failed('old', 'fresh'))).toEqual({
    broken: [{ name: 'fresh', file: 'a.test.ts', line: 1, message: 'no' }],
    mended: ['gone'],
  })
  expect(compareResults(failed('old'), failed('old'))).toEqual({ broken: [], mended: [] })
})
