/** Events as a node sends them. */

import type { AgentEvent, Approval, TurnEvents } from '@salp/agent'

/** Makes the events of one turn, numbered in order. */
export function createEventMaker({
  sessionId = 'session-1',
  turnId = 'turn-1',
} = {}): <Name extends keyof TurnEvents>(name: Name, data: TurnEvents[Name]) => AgentEvent {
  let sequence = 0
  return (name, data) => ({ sequence: ++sequence, at: 0, sessionId, turnId, name, data }) as AgentEvent
}

/** The end of a turn that said `text`. */
export function endOf(text: string, change: Partial<TurnEvents['turn:finished']> = {}): TurnEvents['turn:finished'] {
  return { status: 'completed', text, steps: 1, calls: 0, usage: {}, durationMs: 1_234, ...change }
}

/** A request to run `ls`. */
export function createApproval(change: Partial<Approval> = {}): Approval {
  return {
    id: 'approval-1',
    sessionId: 'session-1',
    turnId: 'turn-1',
    callId: 'call-1',
    tool: 'run_command',
    input: { command: 'ls' },
    effect: 'execute',
    risk: { level: 'low', reasons: ['only lists files'] },
    grant: 'run_command: ls',
    requestedAt: 0,
    expiresAt: 86_400_000,
    status: 'pending',
    ...change,
  }
}
