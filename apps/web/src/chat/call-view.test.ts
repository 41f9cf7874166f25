import type { Approval } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { type CallFacts, viewCall } from './call-view.js'
import type { CallPart } from './message-blocks.js'

const base = { type: 'dynamic-tool', toolName: 'run_command', toolCallId: 'c1' } as const
const available: CallPart = { ...base, state: 'input-available', input: {} }
const asked: CallPart = { ...base, state: 'approval-requested', input: {}, approval: { id: 'a1' } }
const failed: CallPart = { ...base, state: 'output-error', input: {}, errorText: 'There is no such file' }
const nothing: CallFacts = { approval: undefined, question: undefined, live: undefined, turnRuns: true }
const approval: Approval = {
  id: 'a1',
  sessionId: 's1',
  turnId: 't1',
  callId: 'c1',
  tool: 'run_command',
  input: {},
  effect: 'execute',
  risk: { level: 'low', reasons: [] },
  grant: 'run_command: ls',
  requestedAt: 0,
  expiresAt: 1,
  status: 'pending',
}

describe('viewCall()', () => {
  test('asks as long as an approval is pending', () => {
    expect(viewCall(asked, { ...nothing, approval }).stage).toBe('asking')
  })

  test('asks even when no stream runs, since approvals outlive the process', () => {
    expect(viewCall(asked, { ...nothing, approval, turnRuns: false }).stage).toBe('asking')
  })

  test('runs once the events say so, before the message does', () => {
    expect(viewCall(asked, { ...nothing, live: { phase: 'running', progress: '' } }).stage).toBe('running')
  })

  test('is interrupted when its turn ended without a result', () => {
    expect(viewCall(available, { ...nothing, turnRuns: false }).stage).toBe('interrupted')
  })

  test('tells a failure with its hint and duration', () => {
    const live = {
      phase: 'finished',
      progress: '',
      durationMs: 7,
      failure: { kind: 'failed', hint: 'Look around' },
    } as const
    expect(viewCall(failed, { ...nothing, live })).toEqual({
      stage: 'failed',
      label: 'Failed',
      durationMs: 7,
      error: { message: 'There is no such file', hint: 'Look around' },
    })
  })

  test.each([
    ['timeout', 'failed', 'Timed out'],
    ['cancelled', 'interrupted', 'Interrupted'],
  ] as const)('has a word for %s', (kind, stage, label) => {
    const live = { phase: 'finished', progress: '', failure: { kind } } as const
    expect(viewCall(failed, { ...nothing, live })).toMatchObject({ stage, label })
  })
})
