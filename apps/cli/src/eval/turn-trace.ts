/** The events of a turn as a trace, of which properties are asserted. */

import type { AgentEvent, FailureKind, TurnEvents } from '@salp/agent'
import { SalpError } from '@salp/core'
import type { Trace, TracedCall } from '@salp/eval'

/** Failures of calls that never ran. */
const refusals: ReadonlySet<FailureKind> = new Set(['invalid', 'unknown-tool', 'denied', 'unavailable'])

/**
 * Gives what a turn left behind.
 *
 * @param events - All of the turn, in order.
 * @param files - Of the workspace, after it.
 * @throws {@link SalpError} (`cli/turn-lost`) if they do not end with its end.
 */
export function traceOf(events: readonly AgentEvent[], files: Trace['files']): Trace {
  const calls = new Map<string, TracedCall>()
  const change = (callId: string, found: Partial<TracedCall>): void => {
    const call = calls.get(callId)
    if (call !== undefined) calls.set(callId, { ...call, ...found })
  }
  const questions: string[] = []
  let tokens = 0
  let costUsd = 0
  let end: TurnEvents['turn:finished'] | undefined
  for (const event of events) {
    if (event.name === 'call:requested') {
      const { callId, tool, input, effect } = event.data
      // Until something else is heard of it.
      calls.set(callId, { tool, input, effect, status: 'refused', approval: 'unasked' })
    }
    if (event.name === 'approval:resolved') change(event.data.callId, { approval: approvalOf(event.data.status) })
    if (event.name === 'call:finished') change(event.data.callId, { status: statusOf(event.data) })
    if (event.name === 'question:asked') questions.push(event.data.question.question)
    if (event.name === 'step:finished') {
      const { usage } = event.data
      tokens += (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
      costUsd += event.data.costUsd ?? 0
    }
    if (event.name === 'turn:finished') end = event.data
  }
  if (end === undefined) throw new SalpError('cli/turn-lost', 'The node ended the turn without a word')
  const { text, status, durationMs } = end
  return { text, status, calls: [...calls.values()], questions, files, cost: { durationMs, tokens, costUsd } }
}

function statusOf({ outcome }: TurnEvents['call:finished']): TracedCall['status'] {
  if (outcome.status === 'ok') return 'ok'
  return refusals.has(outcome.error.kind) ? 'refused' : 'error'
}

function approvalOf(status: TurnEvents['approval:resolved']['status']): TracedCall['approval'] {
  return status === 'approved' || status === 'denied' || status === 'expired' ? status : 'unasked'
}
