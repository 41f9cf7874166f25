import type { AgentEvent } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { describeEvent, eventTone } from './event-line.js'

const place = { sequence: 1, at: 0, sessionId: 's1', turnId: 't1' }
const failed: AgentEvent = {
  ...place,
  name: 'call:finished',
  data: {
    callId: 'c1',
    tool: 'read_file',
    outcome: { status: 'error', error: { kind: 'failed', message: 'There is no such file' } },
    durationMs: 4,
  },
}

describe('describeEvent()', () => {
  test('says how a turn ended, and why it did not complete', () => {
    const data = {
      status: 'stopped',
      text: '',
      steps: 2,
      calls: 1,
      usage: {},
      durationMs: 1_500,
      reason: 'Too many steps',
    } as const
    expect(describeEvent({ ...place, name: 'turn:finished', data })).toBe(
      'stopped: 2 steps, 1 call, 1.5 s. Too many steps',
    )
  })

  test('says why a call failed', () => {
    expect(describeEvent(failed)).toBe('read_file failed: There is no such file, 4 ms')
  })
})

describe('eventTone()', () => {
  test('marks failures', () => {
    expect(eventTone(failed)).toBe('bad')
  })
})
