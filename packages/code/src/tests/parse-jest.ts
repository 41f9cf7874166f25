/** Reads the JSON that vitest and jest report. */

import { z } from 'zod'
import { failureOf, resultsOf, type TestFailure, type TestResults } from './results.js'

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().catch(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish().catch([]),
        }),
      ),
    }),
  ),
})

/** @returns Nothing if the text holds no report. */
export function parseJest(text: string): TestResults | undefined {
  const report = jsonIn(text)
  if (report === undefined) return undefined
  const failures: TestFailure[] = []
  const counts = { passed: 0, skipped: 0 }
  for (const { name: file, status, message, assertionResults } of report.testResults) {
    if (assertionResults.every((one) => one.status !== 'failed') && status === 'failed')
      failures.push(failureOf({ name: file, message }, { file }))
    for (const { fullName, status: outcome, failureMessages } of assertionResults) {
      const whole = (failureMessages ?? []).join('\n')
      if (outcome === 'passed') counts.passed++
      else if (outcome !== 'failed') counts.skipped++
      else
        failures.push(failureOf({ name: fullName, message: whole.split(/\n\s+at /)[0] ?? '' }, { file, trace: whole }))
    }
  }
  return resultsOf(failures, counts)
}

/** The report, whatever was printed before and after it. */
function jsonIn(text: string): z.output<typeof reportSchema> | undefined {
  const lines = [text, ...text.split('\n').filter((line) => line.startsWith('{') && line.includes('"testResults"'))]
  for (const line of lines) {
    try {
      const parsed = reportSchema.safeParse(JSON.parse(line))
      if (parsed.success) return parsed.data
    } catch {
      // Not JSON: the tests printed beside it.
    }
  }
  return undefined
}
