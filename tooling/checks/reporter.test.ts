import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TestReport } from './reporter.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp reporter '))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs vitest on a made-up file, with this reporter alone. */
function report(text: string): TestReport & { output: string } {
  writeFileSync(join(folder, 'made.test.js'), text)
  const file = join(folder, 'report.json')
  const args = ['run', '--root', folder, '--globals', `--reporter=${path('reporter.ts')}`]
  const { stdout } = spawnSync(process.execPath, [path('../../node_modules/vitest/vitest.mjs'), ...args], {
    env: { ...process.env, SALP_TEST_REPORT: file, NO_COLOR: '1' },
    encoding: 'utf8',
  })
  return { output: stdout, ...JSON.parse(readFileSync(file, 'utf8')) }
}

describe('ChecksReporter', { timeout: 30_000 }, () => {
  test('counts tests, and says where some failed and why some were skipped', () => {
    const { output, counts, failedTests } = report(`
      test('passes', () => {})
      test('fails', () => expect(1).toBe(2))
      test('skips', ({ skip }) => skip('no browser here'))
      describe('group', () => test.skip('is silent', () => {}))`)
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 2 })
    expect(failedTests).toEqual(['made.test.js > fails\n  expected 1 to be 2 // Object.is equality'])
    expect(output).toContain('↓ skips: no browser here')
    expect(output).toContain('↓ group > is silent: skipped, and does not say why; use context.skip("why")')
  })

  test('counts a file that cannot be run, and a promise that nobody handled, as failed', () => {
    const broken = report("throw new Error('no')")
    expect(broken.counts).toEqual({ passed: 0, failed: 1, skipped: 0 })
    expect(broken.failedTests).toEqual(['made.test.js\n  no'])
    const unhandled = report("test('passes', () => void Promise.reject(new Error('late')))")
    expect(unhandled.counts).toEqual({ passed: 1, failed: 1, skipped: 0 })
    expect(unhandled.failedTests).toEqual(['outside of tests\n  late'])
  })
})
