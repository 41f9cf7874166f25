/** Reads the events that `go test -json` prints. */

import { z } from 'zod'
import { failureOf, resultsOf, type TestFailure, type TestResults } from './results.js'

const eventSchema = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  FailedBuild: z.string().optional(),
})

/**
 * Counts the innermost tests. A package that cannot be built, or fails outside of its tests, counts as one.
 *
 * @returns Nothing if the text holds no events.
 */
export function parseGo(text: string): TestResults | undefined {
  const output = new Map<string, string>()
  const ended: { readonly name: string; readonly package: string; readonly action: string }[] = []
  let events = 0
  const brokenPackages: TestFailure[] = []
  for (const line of text.split('\n')) {
    const event = eventIn(line)
    if (event === undefined) continue
    events++
    const { Action: action, Package: owner = '', Test: name, ImportPath: built, FailedBuild: failedBuild } = event
    const key = built ?? `${owner} ${name ?? ''}`
    if (event.Output !== undefined) output.set(key, (output.get(key) ?? '') + event.Output)
    if (name !== undefined && ['pass', 'fail', 'skip'].includes(action)) ended.push({ name, package: owner, action })
    else if (action === 'fail' && name === undefined) {
      const failedTests = ended.some((test) => test.package === owner && test.action === 'fail')
      if (!failedTests) {
        const message = output.get(failedBuild ?? key) ?? ''
        brokenPackages.push(failureOf({ name: owner, message: message.replace(/^# .*\n/gm, '') }))
      }
    }
  }
  if (events === 0) return undefined
  const leaves = ended.filter(
    ({ name, package: owner }) => !ended.some((other) => other.package === owner && other.name.startsWith(`${name}/`)),
  )
  const failures = leaves
    .filter(({ action }) => action === 'fail')
    .map(({ name, package: owner }) => {
      const printed = (output.get(`${owner} ${name}`) ?? '').replace(/^\s*(?:===|---) .*\n/gm, '')
      return failureOf(
        { name: `${owner}.${name}`, message: printed.split(/\n\s*\ngoroutine /)[0] ?? '' },
        { trace: printed },
      )
    })
  const count = (action: string): number => leaves.filter((test) => test.action === action).length
  return resultsOf([...brokenPackages, ...failures], { passed: count('pass'), skipped: count('skip') })
}

function eventIn(line: string): z.output<typeof eventSchema> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return eventSchema.safeParse(JSON.parse(line)).data
  } catch {
    // A line that a test printed itself.
    return undefined
  }
}
