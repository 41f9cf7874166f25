/** Where a tool call stands, from its part of the message and what the events add. */

import type { Approval, FailureKind, Question } from '@salp/agent'
import type { DynamicToolUIPart, ToolUIPart } from 'ai'
import type { LiveCall } from '../api/live-state.js'

/** Stages a card shows. `asking` waits for an approval, `questioning` for an answer. */
export type CallStage =
  | 'preparing'
  | 'asking'
  | 'questioning'
  | 'running'
  | 'done'
  | 'failed'
  | 'denied'
  | 'interrupted'

/** What a card shows of a call's state. */
export interface CallView {
  readonly stage: CallStage
  /** Word for the stage. */
  readonly label: string
  readonly durationMs?: number
  /** Message of a failure, and what may help. */
  readonly error?: { readonly message: string; readonly hint?: string }
}

/** What is known of a call beside its part of the message. */
export interface CallFacts {
  readonly approval: Approval | undefined
  readonly question: Question | undefined
  readonly live: LiveCall | undefined
  /** Whether its turn still runs; a call that ended in no result with its turn was interrupted. */
  readonly turnRuns: boolean
}

const labels: Record<CallStage, string> = {
  preparing: 'Preparing',
  asking: 'Waits for your approval',
  questioning: 'Waits for your answer',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  denied: 'Denied',
  interrupted: 'Interrupted',
}

/** Words for the kinds of failure that say more than "failed". */
const failureLabels: Partial<Record<FailureKind, string>> = {
  timeout: 'Timed out',
  unavailable: 'Unavailable',
  invalid: 'Not valid',
}

/** Derives the view. Events are ahead of the message while a person decides, the message is right at the end. */
export function viewCall(part: ToolUIPart | DynamicToolUIPart, facts: CallFacts): CallView {
  const { durationMs, failure } = facts.live ?? factsOf(part)
  const stage = stageOf(part, facts)
  const error = part.state === 'output-error' && {
    message: part.errorText,
    ...(failure?.hint && { hint: failure.hint }),
  }
  return {
    stage,
    label: (failure && failureLabels[failure.kind]) ?? labels[stage],
    ...(durationMs === undefined || stage === 'denied' ? {} : { durationMs }),
    ...(error ? { error } : {}),
  }
}

/** What the part itself carries once its call has ended: all there is when a conversation is opened again. */
function factsOf(part: ToolUIPart | DynamicToolUIPart): Pick<LiveCall, 'durationMs' | 'failure'> {
  const { durationMs, failure } = (part.toolMetadata ?? {}) as Pick<LiveCall, 'durationMs' | 'failure'>
  return { ...(durationMs !== undefined && { durationMs }), ...(failure !== undefined && { failure }) }
}

function stageOf(part: ToolUIPart | DynamicToolUIPart, { approval, question, live, turnRuns }: CallFacts): CallStage {
  switch (part.state) {
    case 'output-available':
      return part.preliminary ? 'running' : 'done'
    case 'output-error':
      return (live ?? factsOf(part)).failure?.kind === 'cancelled' ? 'interrupted' : 'failed'
    case 'output-denied':
      return 'denied'
  }
  if (approval) return 'asking'
  if (question) return 'questioning'
  if (!turnRuns) return 'interrupted'
  if (part.state === 'input-streaming') return 'preparing'
  if (part.state === 'approval-responded') return part.approval.approved ? 'running' : 'denied'
  if (part.state === 'approval-requested') return live?.phase === 'requested' || !live ? 'preparing' : 'running'
  return live?.phase === 'requested' ? 'preparing' : 'running'
}
