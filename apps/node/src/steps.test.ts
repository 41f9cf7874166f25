import type { AgentEvent } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { readSteps, untried } from './steps.js'

type Outcome = Extract<AgentEvent, { name: 'call:finished' }>['data']['outcome']

const place = { sessionId: 'session', turnId: 'turn' }
const noon = Date.UTC(2026, 10, 21, 12)
const failed = (kind: Extract<Outcome, { status: 'error' }>['error']['kind'], message = 'no'): Outcome => ({
  status: 'error',
  error: { kind, message },
})

function turn(...calls: (readonly [tool: string, input: Record<string, string>, outcome: Outcome])[]): AgentEvent[] {
  return [
    {
      ...{ name: 'turn:started', sequence: 1, at: noon, ...place },
      data: { input: 'Fix the test', channel: 'cli' },
    } as AgentEvent,
    ...calls.flatMap(([tool, input, outcome], index): AgentEvent[] => {
      const call = { callId: `${index}`, tool }
      return [
        { name: 'call:requested', sequence: 2, at: noon, ...place, data: { ...call, input, effect: 'read' } },
        { name: 'call:finished', sequence: 3, at: noon, ...place, data: { ...call, outcome, durationMs: 7 } },
      ]
    }),
  ]
}

const ok = (output: Extract<Outcome, { status: 'ok' }>['output'] = null): Outcome => ({ status: 'ok', output })

describe('readSteps()', () => {
  test('tells kind, success and class of error, with what was known before', () => {
    const { steps, tally } = readSteps(
      turn(
        ['read_file', { path: 'x' }, failed('invalid', 'Cannot read "x": there is no such file')],
        ['read_file', { path: 'y' }, ok()],
        ['run_command', { command: 'npm test' }, ok({ exitCode: 1 })],
        ['run_command', { command: 'git commit -m x' }, ok({ exitCode: 0 })],
        ['fetch_url', { url: 'https://x' }, failed('unavailable')],
      ),
      untried,
    )
    expect(steps.map(({ kind, success, error }) => [kind, success, error])).toEqual([
      ['read', false, 'file-not-found'],
      ['read', true, undefined],
      ['test-script', false, 'shell'],
      ['commit', true, undefined],
      ['other', false, 'network'],
    ])
    expect(steps[2]).toMatchObject({ group: 'turn', origin: 'agent' })
    expect(steps[2]?.context).toMatchObject({
      ...{ successRate: 0.5, rates: { read: 0.5 }, tries: { read: 2 } },
      ...{ consecutiveFailures: 0, lastStepMs: 7, goal: 'Fix the test' },
    })
    expect(tally).toMatchObject({ failuresInARow: 1, tries: { read: 2, 'test-script': 1, commit: 1, other: 1 } })
  })

  test('leaves out what a person denied or broke off', () => {
    const { steps, tally } = readSteps(
      turn(['run_command', { command: 'rm x' }, failed('denied')], ['read_file', { path: 'y' }, failed('cancelled')]),
      untried,
    )
    expect([steps, tally]).toEqual([[], untried])
  })
})
