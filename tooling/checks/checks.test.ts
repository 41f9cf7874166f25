import { describe, expect, test } from 'vitest'
import { type Check, runChecks, summary } from './checks.mjs'

const check = (
  name: string,
  ok: boolean,
  report: Pick<Awaited<ReturnType<Check['run']>>, 'counts' | 'failedTests'> = {},
): Check => ({
  name,
  run: async () => ({ ok, output: ok ? '' : `${name} says why\n`, ...report }),
})

describe('runChecks()', () => {
  test('runs every check although some fail, and counts them', async () => {
    const lines: string[] = []
    const result = await runChecks({
      lanes: [[check('build', false), check('shape', true)], [check('types', true)]],
      last: [
        check('unit', false, { counts: { passed: 10, failed: 2, skipped: 1 }, failedTests: ['a > b', 'a > c'] }),
        check('e2e', true, { counts: { passed: 3, failed: 0, skipped: 0 } }),
      ],
      say: (line) => lines.push(line),
      now: () => 0,
    })
    expect(result).toEqual({
      totals: { passed: 15, failed: 3, skipped: 1 },
      failures: [
        { name: 'build', failedTests: [] },
        { name: 'unit', failedTests: ['a > b', 'a > c'] },
      ],
    })
    expect(lines.filter((line) => !line.includes('types'))).toEqual([
      'build says why',
      '✗ build (0.0 s)',
      '✓ shape (0.0 s)',
      'unit says why',
      '✗ unit (0.0 s)',
      '✓ e2e (0.0 s)',
    ])
  })

  test('counts a failure when tests passed but their run failed', async () => {
    const last = [check('unit', false, { counts: { passed: 1, failed: 0, skipped: 0 } }), check('e2e', false)]
    const { totals } = await runChecks({ lanes: [], last, say: () => undefined, now: () => 0 })
    expect(totals).toEqual({ passed: 1, failed: 2, skipped: 0 })
  })
})

describe('summary()', () => {
  test('ends with a line of counts alone', () => {
    expect(summary({ passed: 5, failed: 0, skipped: 0 }, [])).toBe('\n5 passed, 0 failed')
    const failures = [
      { name: 'types', failedTests: [] },
      { name: 'unit', failedTests: ['x.test.ts > a > b\n  AssertionError: no'] },
    ]
    expect(summary({ passed: 5, failed: 2, skipped: 1 }, failures).split('\n')).toEqual([
      '',
      '✗ types',
      '✗ unit',
      '  x.test.ts > a > b',
      '    AssertionError: no',
      '',
      '5 passed, 2 failed, 1 skipped',
    ])
  })
})
