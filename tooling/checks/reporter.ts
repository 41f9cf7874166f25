/** Says why tests were skipped, and hands counts and failures to the program that runs all checks. */

import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/** How many tests ended how; a file that cannot be run and an error outside of tests count as failed. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What the program that runs all checks is told. */
export interface TestReport {
  readonly counts: TestCounts
  /** For each failure where it stands, and the first line of each of its errors. */
  readonly failedTests: readonly string[]
}

/** A vitest reporter that runs beside the default one. */
export default class ChecksReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const ended = (state: string): TestCase[] => tests.filter((test) => test.result().state === state)
    for (const test of ended('skipped')) console.log(` ↓ ${test.fullName}: ${reason(test)}`)
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
    )
    const failedTests = [
      ...ended('failed').map((test) =>
        failure(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors),
      ),
      ...broken.map((module) => failure(module.relativeModuleId, module.errors())),
      ...errors.map((error) => failure('outside of tests', [error])),
    ]
    const counts = { passed: ended('passed').length, failed: failedTests.length, skipped: ended('skipped').length }
    const file = process.env.SALP_TEST_REPORT
    if (file !== undefined) writeFileSync(file, JSON.stringify({ counts, failedTests } satisfies TestReport))
  }
}

function failure(place: string, errors: readonly { readonly message: string }[] = []): string {
  return [place, ...errors.map(({ message }) => `  ${message.split('\n', 1)[0]}`)].join('\n')
}

/** The note of `context.skip('why')`. */
function reason(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note ?? 'skipped, and does not say why; use context.skip("why")'
}
