import type { AgentEvent, Approval } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { initialLiveState, type LiveState, reduceLive } from './live-state.js'

let sequence = 0
const event = <Name extends AgentEvent['name']>(name: Name, data: Extract<AgentEvent, { name: Name }>['data']) => {
  sequence += 1
  return { name, data, sequence, at: sequence, sessionId: 's1', turnId: 't1' } as Extract<AgentEvent, { name: Name }>
}
const after = (state: LiveState, ...events: AgentEvent[]) =>
  events.reduce((current, next) => reduceLive(current, { type: 'received', event: next }), state)

const approval: Approval = {
  id: 'a1',
  sessionId: 's1',
  turnId: 't1',
  callId: 'c1',
  tool: 'run_command',
  input: { command: 'ls' },
  effect: 'execute',
  risk: { level: 'low', reasons: [] },
  grant: 'run_command: ls',
  requestedAt: 0,
  expiresAt: 1,
  status: 'pending',
}
const resolved = event('approval:resolved', { approvalId: 'a1', callId: 'c1', tool: 'run_command', status: 'approved' })
const finished = event('turn:finished', {
  status: 'cancelled',
  text: '',
  steps: 1,
  calls: 1,
  usage: {},
  durationMs: 1,
})
const call = { callId: 'c1', tool: 'run_command' }

describe('reduceLive()', () => {
  test('lists an approval once, until it is resolved', () => {
    const asked = after(
      initialLiveState,
      event('approval:requested', { approval }),
      event('approval:requested', { approval }),
    )
    expect(asked.approvals).toEqual([approval])
    expect(after(asked, resolved).approvals).toEqual([])
  })

  test('drops what waits in a turn that ended, and nothing else', () => {
    const other = { ...approval, id: 'a2', turnId: 't2' }
    const state = reduceLive(initialLiveState, { type: 'loaded', approvals: [approval, other], questions: [] })
    expect(after(state, finished).approvals).toEqual([other])
  })

  test('follows a call from its request to its end', () => {
    const state = after(
      initialLiveState,
      event('call:requested', { ...call, input: { command: 'ls' }, effect: 'execute' }),
      event('call:started', { ...call, input: { command: 'ls -a' } }),
      event('call:progressed', { ...call, text: 'one\n' }),
      event('call:progressed', { ...call, text: 'two\n' }),
      event('call:finished', { ...call, outcome: { status: 'ok', output: null }, durationMs: 5 }),
    )
    expect(state.calls.c1).toEqual({
      phase: 'finished',
      progress: 'one\ntwo\n',
      input: { command: 'ls -a' },
      durationMs: 5,
    })
  })

  test('keeps streamed pieces out of the log', () => {
    const state = after(
      initialLiveState,
      event('text:streamed', { delta: 'a' }),
      event('turn:started', { input: 'a', channel: 'cli' }),
    )
    expect(state.events.map(({ name }) => name)).toEqual(['turn:started'])
  })

  test('bounds what it keeps', () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      event('call:requested', { callId: `c${index}`, tool: 'recall', input: {}, effect: 'read' }),
    )
    const state = after(initialLiveState, ...many)
    expect([state.events.length, Object.keys(state.calls).length]).toEqual([200, 200])
    expect(Object.keys(state.calls).at(-1)).toBe('c499')
  })

  test('tells which views to refresh', () => {
    const done = event('call:finished', {
      callId: 'c1',
      tool: 'create_task',
      outcome: { status: 'ok', output: null },
      durationMs: 1,
    })
    expect(after(initialLiveState, done).revisions).toEqual({ ...initialLiveState.revisions, substrate: 1, tasks: 1 })
  })

  test('leaves untouched parts as they are, so that views of them stay still', () => {
    const before = after(initialLiveState, event('approval:requested', { approval }))
    const state = after(before, event('text:streamed', { delta: 'a' }))
    expect(state.approvals).toBe(before.approvals)
    expect(state.events).toBe(before.events)
    expect(state.revisions).toBe(before.revisions)
  })
})
