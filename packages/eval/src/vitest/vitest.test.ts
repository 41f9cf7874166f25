import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { defineCase } from '../cases/case.js'
import type { CaseResult } from '../cases/suite-history.js'
import type { Trace } from '../cases/trace.js'
import { caseMatchers, createCaseReporter, testCases } from './index.js'

expect.extend(caseMatchers)

const trace: Trace = {
  ...{ text: 'Good morning', status: 'completed', calls: [], questions: [], files: {} },
  cost: { durationMs: 0, tokens: 0, costUsd: 0 },
}

describe('toHold()', () => {
  test('holds, or says why not', async () => {
    await expect(trace).toHold({ type: 'contains', text: 'morning' })
    await expect(trace).not.toHold({ type: 'contains', text: 'evening' })
    await expect(expect(trace).toHold({ type: 'contains', text: 'evening' })).rejects.toThrow(
      'Expected contains to hold: the reply lacks "evening"',
    )
  })
})

testCases(
  [
    defineCase({
      id: 'tu-greets',
      category: 'understanding',
      title: 'greets',
      sessions: [[{ input: 'Hello', properties: [{ type: 'contains', text: 'morning' }] }]],
    }),
  ],
  {
    subject: { name: 'scripted', open: async () => ({ turn: async () => trace, close: async () => undefined }) },
    clock: stoppedClock(),
  },
  { timeoutMs: 5_000 },
)

describe('createCaseReporter()', () => {
  test('writes what the tests of cases came to, and nothing where there are none', () => {
    const written: string[] = []
    const reporter = createCaseReporter({ write: (text) => void written.push(text) })
    const result: CaseResult = {
      case: 'tu-greets',
      category: 'understanding',
      repeat: 0,
      status: 'failed',
      reason: 'no',
      turns: [],
      durationMs: 1,
      recordedAt: 2,
    }
    // The part of a module that the reporter reads.
    const module_ = (meta: object) => ({ children: { allTests: () => [{ meta: () => meta }] } }) as object as TestModule
    reporter.onTestRunEnd?.([module_({})], [], 'passed')
    reporter.onTestRunEnd?.([module_({ salpCase: result })], [], 'failed')
    expect(written).toEqual([
      [
        'understanding       1  0.0 % (0.0 % to 79.3 %)',
        'all                 1  0.0 % (0.0 % to 79.3 %)',
        'failed tu-greets #1: no',
      ].join('\n'),
    ])
  })
})
