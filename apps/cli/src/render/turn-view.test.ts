import type { AgentEvent, RecalledMemory } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { createApproval, createEventMaker, endOf } from '../testing/agent-events.js'
import { createStyle } from './style.js'
import { createTurnView, type TurnViewOptions } from './turn-view.js'

const plain = createStyle({ color: false, columns: 80 })

function show(events: readonly AgentEvent[], options: Partial<TurnViewOptions> = {}): { answer: string; note: string } {
  const view = createTurnView({ notes: plain, summary: false, now: () => 0, ...options })
  const frames = events.map((event) => view.show(event))
  return { answer: frames.map(({ answer }) => answer).join(''), note: frames.map(({ note }) => note).join('') }
}

const hit = (content: string): RecalledMemory => ({
  id: content,
  content,
  kind: 'fact',
  score: 1,
  source: { author: 'user', channel: 'cli', at: 0 },
  verification: 'stated',
  confidence: 1,
})

describe('createTurnView()', () => {
  test('gives the answer as it was written where no terminal is', () => {
    const event = createEventMaker()
    const events = [
      event('text:streamed', { delta: '**Hi' }),
      event('text:streamed', { delta: '** \u001b[1m' }),
      event('turn:finished', endOf('')),
    ]
    expect(show(events)).toEqual({ answer: '**Hi** \u001b[1m\n', note: '' })
  })

  test('makes the answer safe for a terminal', () => {
    const event = createEventMaker()
    const events = [event('text:streamed', { delta: 'a\u001b[2J' }), event('turn:finished', endOf(''))]
    expect(show(events, { answer: plain }).answer).toBe('a␛[2J\n')
  })

  test('separates texts that a call came between', () => {
    const event = createEventMaker()
    const call = { callId: 'c', tool: 'run_command' }
    const events = [
      event('text:streamed', { delta: 'Looking.' }),
      event('call:requested', { ...call, input: { command: 'ls' }, effect: 'execute' }),
      event('call:started', { ...call, input: { command: 'ls -a' } }),
      event('call:finished', {
        ...call,
        outcome: { status: 'ok', output: { exitCode: 0, stdout: 'x\n', stderr: '' } },
        durationMs: 2_000,
      }),
      event('text:streamed', { delta: 'Done.\n' }),
      event('turn:finished', endOf('Done.')),
    ]
    expect(show(events)).toEqual({ answer: 'Looking.\n\nDone.\n', note: '✓ Run ls -a · 2.0 s\n  x\n' })
  })

  test('says where what was recalled comes from', () => {
    const event = createEventMaker()
    const { note } = show([event('memory:recalled', { hits: ['a', 'b', 'c', 'd', 'e'].map(hit) })])
    expect(note).toBe(
      '◇ Recalled "a" (you in cli, just now)\n◇ Recalled "b" (you in cli, just now)\n◇ Recalled "c" (you in cli, just now)\n◇ and 2 more memories\n',
    )
  })

  test('says how a turn ended that did not complete', () => {
    const event = createEventMaker()
    const ending = (change: Parameters<typeof endOf>[1]): string =>
      show([event('turn:finished', endOf('', change))]).note
    expect(ending({ status: 'failed', reason: 'the model is away' })).toBe('✗ Failed: the model is away\n')
    expect(ending({ status: 'stopped', reason: '25 steps' })).toBe('! Stopped by a limit: 25 steps\n')
    expect(ending({ status: 'cancelled' })).toBe('! Stopped\n')
  })

  test('gives the whole text at the end when no piece of it was seen', () => {
    expect(show([createEventMaker()('turn:finished', endOf('All of it'))]).answer).toBe('All of it\n')
  })

  test('sums the turn up when asked to', () => {
    const event = createEventMaker()
    const events = [
      event('step:finished', { step: 1, model: 'gpt-oss:20b', usage: {} }),
      event('turn:finished', endOf('', { usage: { inputTokens: 1_000, outputTokens: 20 } })),
    ]
    expect(show(events, { summary: true }).note).toBe('gpt-oss:20b · 1.2 s · 1,020 tokens\n')
  })

  test('tells what goes on, but not within a line of the answer', () => {
    const event = createEventMaker()
    const view = createTurnView({ notes: plain, summary: false, now: () => 0 })
    const call = { callId: 'c', tool: 'run_command' }
    const statuses = [
      event('turn:started', { input: 'x', channel: 'cli' }),
      event('text:streamed', { delta: 'a' }),
      event('step:finished', { step: 1, model: 'm', usage: {} }),
      event('call:started', { ...call, input: { command: 'npm test' } }),
      event('call:progressed', { ...call, text: 'line 1\nline 2\n' }),
      event('approval:requested', { approval: createApproval() }),
    ].map((one) => view.show(one).status)
    expect(statuses).toEqual(['Thinking', undefined, undefined, 'Run npm test', 'Run npm test: line 2', undefined])
  })
})
