/** Cases as tests: a matcher for traces, tests of whole cases, and a reporter that counts them by category. */

import type { Clock } from '@salp/core'
import { describe, expect, type MatcherState, test } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'
import type { Judge } from '../ab/judge.js'
import { categories, type EvalCase } from '../cases/case.js'
import { checkProperty, type Property, type PropertyContext } from '../cases/property.js'
import { reportSuite } from '../cases/regression.js'
import { type CaseSubject, tryCase } from '../cases/run-suite.js'
import type { CaseResult } from '../cases/suite-history.js'
import type { Trace } from '../cases/trace.js'

declare module 'vitest' {
  interface Matchers<R, T> {
    /** Asks that a property holds of a trace; needs `expect.extend(caseMatchers)`. */
    toHold(property: Property, context?: Partial<PropertyContext>): Promise<void>
  }
  interface TaskMeta {
    /** Set by the tests of `testCases`. */
    salpCase?: CaseResult
  }
}

/** Matchers for `expect.extend`. */
export const caseMatchers = {
  async toHold(
    this: MatcherState,
    trace: Trace,
    property: Property,
    context: Partial<PropertyContext> = {},
  ): Promise<{ pass: boolean; message: () => string }> {
    const whole: PropertyContext = { input: '', files: {}, signal: new AbortController().signal, ...context }
    const { held, why } = await checkProperty(property, trace, whole)
    return {
      pass: held,
      message: () => (held ? `Expected ${property.type} not to hold` : `Expected ${property.type} to hold: ${why}`),
    }
  },
}

/** What tests of cases ask for. */
export interface TestCasesDeps {
  readonly subject: CaseSubject
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly custom?: PropertyContext['custom']
  readonly judge?: Judge | undefined
}

/**
 * Makes a test of each case, in a block of each category. A case that cannot be tried is skipped, with its reason.
 *
 * @param timeoutMs - For one case.
 */
export function testCases(
  cases: readonly EvalCase[],
  deps: TestCasesDeps,
  { timeoutMs }: { readonly timeoutMs: number },
): void {
  for (const category of Object.keys(categories)) {
    const own = cases.filter((found) => found.category === category)
    if (own.length === 0) continue
    describe(category, () => {
      for (const found of own) {
        test(`${found.id} ${found.title}`, { timeout: timeoutMs }, async (context) => {
          const result = await tryCase(found, { ...deps, repeat: 0, signal: context.signal })
          context.task.meta.salpCase = { ...result, turns: [] }
          if (result.status === 'unavailable') context.skip(result.reason)
          expect(result.reason).toBe('')
        })
      }
    })
  }
}

/** Creates a reporter that writes how the tests of cases went, by category, when all have ended. */
export function createCaseReporter({ write }: { write(text: string): void }): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]) {
      const results = modules.flatMap((module) =>
        [...module.children.allTests()].flatMap((found) => found.meta().salpCase ?? []),
      )
      if (results.length > 0) write(reportSuite(results, { least: 1 }).text)
    },
  }
}
