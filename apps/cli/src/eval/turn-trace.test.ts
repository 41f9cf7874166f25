import type { AgentEvent, Outcome } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { createEventMaker, endOf } from '../testing/agent-events.js'
import { traceOf } from './turn-trace.js'

const event = createEventMaker()
const ok: Outcome = { status: 'ok', output: 'done' }
const failed = (kind: 'denied' | 'failed' | 'timeout'): Outcome => ({ status: 'error', error: { kind, message: kind } })
const call = (callId: string, tool: string, outcome: Outcome, effect: 'read' | 'write' = 'read'): AgentEvent[] => [
  event('call:requested', { callId, tool, input: { path: callId }, effect }),
  event('call:finished', { callId, tool, outcome, durationMs: 1 }),
]
const resolved = (callId: string, status: 'approved' | 'denied' | 'cancelled'): AgentEvent =>
  event('approval:resolved', { approvalId: `of ${callId}`, callId, tool: 'write_file', status })

describe('traceOf()', () => {
  test('gives calls in the order they were asked for, with what became of each', () => {
    const { calls } = traceOf(
      [
        ...call('a', 'read_file', ok),
        event('call:requested', { callId: 'b', tool: 'write_file', input: {}, effect: 'write' }),
        event('call:requested', { callId: 'c', tool: 'write_file', input: {}, effect: 'write' }),
        resolved('b', 'approved'),
        resolved('c', 'denied'),
        event('call:finished', { callId: 'c', tool: 'write_file', outcome: failed('denied'), durationMs: 1 }),
        event('call:finished', { callId: 'b', tool: 'write_file', outcome: failed('timeout'), durationMs: 1 }),
        event('call:requested', { callId: 'd', tool: 'read_file', input: {}, effect: 'read' }),
        resolved('d', 'cancelled'),
        event('turn:finished', endOf('So.')),
      ],
      {},
    )
    expect(calls).toEqual([
      { tool: 'read_file', input: { path: 'a' }, effect: 'read', status: 'ok', approval: 'unasked' },
      { tool: 'write_file', input: {}, effect: 'write', status: 'error', approval: 'approved' },
      { tool: 'write_file', input: {}, effect: 'write', status: 'refused', approval: 'denied' },
      { tool: 'read_file', input: {}, effect: 'read', status: 'refused', approval: 'unasked' },
    ])
  })

  test('gives the reply, the questions, the files and what it took', () => {
    const question = { id: 'q', sessionId: 's', turnId: 't', callId: 'c', question: 'Which?', options: [], askedAt: 0 }
    const trace = traceOf(
      [
        event('step:finished', { step: 1, model: 'm', usage: { inputTokens: 90, outputTokens: 10 }, costUsd: 0.25 }),
        event('question:asked', { question }),
        event('step:finished', { step: 2, model: 'm', usage: { outputTokens: 5 } }),
        event('turn:finished', endOf('That one.', { status: 'stopped' })),
      ],
      { 'a.txt': 'a' },
    )
    expect(trace).toEqual({
      text: 'That one.',
      status: 'stopped',
      calls: [],
      questions: ['Which?'],
      files: { 'a.txt': 'a' },
      cost: { durationMs: 1_234, tokens: 105, costUsd: 0.25 },
    })
  })

  test('throws for a turn without an end', () => {
    expect(() => traceOf(call('a', 'read_file', ok), {})).toThrow('The node ended the turn without a word')
  })
})
