import type { AgentEvent } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { toEpisode } from './journal.js'

type Called = readonly [tool: string, ok: boolean, input?: { command: string }]

const place = { sessionId: 'session', turnId: 'turn' }

function turn(calls: readonly Called[], status: 'completed' | 'stopped' | 'cancelled' | 'failed' = 'completed') {
  const rest = { text: '', steps: 1, calls: calls.length, usage: {}, durationMs: 1 }
  const events: AgentEvent[] = [
    { name: 'turn:started', sequence: 1, at: 5, ...place, data: { input: ' Fix  the test\n', channel: 'cli' } },
  ]
  for (const [index, [tool, ok, input = {}]] of calls.entries()) {
    const call = { callId: `${index}`, tool }
    const outcome = ok
      ? { status: 'ok' as const, output: null }
      : { status: 'error' as const, error: { kind: 'failed' as const, message: 'no' } }
    events.push(
      { name: 'call:requested', sequence: 2, at: 6, ...place, data: { ...call, input, effect: 'execute' } },
      { name: 'call:finished', sequence: 3, at: 7, ...place, data: { ...call, outcome, durationMs: 1 } },
    )
  }
  events.push({ name: 'turn:finished', sequence: 9, at: 9, ...place, data: { status, ...rest } })
  return events
}

describe('toEpisode()', () => {
  test('tells what was asked, how it went, and the steps that went well', () => {
    const calls: Called[] = [
      ['recall', true],
      ['edit_file', true],
      ['run_command', false, { command: 'npm test' }],
      ['run_command', true, { command: 'npm test -- --token=abc' }],
    ]
    expect(toEpisode(turn(calls))).toEqual({
      summary: 'Fix the test',
      outcome: 'success',
      steps: [{ tool: 'edit_file' }, { tool: 'run_command', detail: 'npm test' }],
      source: { author: 'agent', channel: 'cli', sessionId: 'session', turnId: 'turn', at: 5 },
      thread: 'session',
    })
  })

  test('calls a turn partial whose last use of a tool failed or that a limit ended, and failed if it failed', () => {
    expect(toEpisode(turn([['edit_file', false]]))?.outcome).toBe('partial')
    expect(toEpisode(turn([['edit_file', true]], 'stopped'))?.outcome).toBe('partial')
    expect(toEpisode(turn([['edit_file', true]], 'failed'))?.outcome).toBe('failure')
  })

  test('makes none of talk, of remembering, nor of what a person broke off', () => {
    expect(toEpisode(turn([]))).toBeUndefined()
    expect(toEpisode(turn([['remember', true]]))).toBeUndefined()
    expect(toEpisode(turn([['edit_file', true]], 'cancelled'))).toBeUndefined()
    expect(toEpisode([])).toBeUndefined()
  })
})
