/** Runs the calls of one reply under governance, and adds their results to the conversation. */

import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { failure } from '../governance/pipeline.js'
import type { Effect, Outcome } from '../protocol.js'
import type { StoredCall } from '../session/store.js'
import type { JsonValue } from '../tool.js'
import { TurnSuspended } from './interruption.js'
import { addMessage, type RunningTurn } from './running-turn.js'

/** Runs a batch; results stand in the model's order, whatever order they were made in. */
export async function runCalls(running: RunningTurn, calls: readonly StoredCall[]): Promise<void> {
  const { deps, meter } = running
  const known = calls.map((call) => ({ ...call, effect: deps.toolbox.effect(call.tool) }))
  const ranks = deps.steering.ranks(known)
  const outcomes = new Map<string, Outcome>()
  for (const group of groupCalls(known)) {
    const ordered = group.toSorted((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0))
    await Promise.all(ordered.map(async (call) => outcomes.set(call.id, await runCall(running, call))))
  }
  meter.batch([...outcomes.values()])
  addMessage(running, {
    role: 'tool',
    content: calls.map((call) => toResultPart(call, outcomes.get(call.id))),
  })
}

/**
 * Splits calls into groups to run one after another: neighbouring reads together, each other call alone.
 *
 * Calls keep the model's order across groups, since a write may prepare what a later read wants to see.
 */
function groupCalls<Call extends { readonly effect: Effect }>(calls: readonly Call[]): Call[][] {
  const groups: Call[][] = []
  let reading = false
  for (const call of calls) {
    const reads = isRead(call.effect)
    const group = groups.at(-1)
    if (reads && reading && group !== undefined) group.push(call)
    else groups.push([call])
    reading = reads
  }
  return groups
}

function isRead(effect: Effect): boolean {
  return effect === 'none' || effect === 'read'
}

async function runCall(running: RunningTurn, call: StoredCall): Promise<Outcome> {
  if (call.outcome !== undefined) return call.outcome
  const { deps, turn, place, signal, meter } = running
  const { clock, feed, store, steering, audits } = deps
  meter.call(call.tool, call.input)
  const askedAt = clock.monotonic()
  let begunAt: number | undefined
  const outcome = await governed(running, call, (input) => {
    begunAt = clock.monotonic()
    if (!isRead(deps.toolbox.effect(call.tool))) store.startCall(call.id)
    feed.tell(place, 'call:started', { callId: call.id, tool: call.tool, input }, { kept: false })
  })
  if (signal.reason instanceof TurnSuspended) {
    audits.flush()
    throw signal.reason
  }
  const endedAt = clock.monotonic()
  const durationMs = endedAt - (begunAt ?? endedAt)
  steering.waited(turn, (begunAt ?? endedAt) - askedAt)
  steering.observe(turn, call, outcome, durationMs)
  store.transaction(() => {
    audits.flush()
    store.finishCall(call.id, outcome)
    feed.tell(place, 'call:finished', { callId: call.id, tool: call.tool, outcome, durationMs })
  })
  return outcome
}

async function governed(
  { deps, turn, place, signal }: RunningTurn,
  call: StoredCall,
  onStart: (input: JsonValue) => void,
): Promise<Outcome> {
  const tool = deps.toolbox.get(call.tool)
  if (tool === undefined) {
    return failure('unknown-tool', `There is no tool "${call.tool}"`, `Tools: ${deps.toolbox.names.join(', ')}`)
  }
  if (call.status === 'started' && !isRead(tool.effect)) {
    return failure(
      'failed',
      `${call.tool} was interrupted by a restart; whether it took effect is unknown`,
      'Look before you repeat it',
    )
  }
  return deps.governor.run({
    id: call.id,
    tool,
    input: call.input,
    context: {
      signal,
      callId: call.id,
      ...place,
      channel: turn.channel,
      request: turn.input,
      progress: (text) =>
        void deps.feed.tell(place, 'call:progressed', { callId: call.id, tool: call.tool, text }, { kept: false }),
    },
    onStart,
  })
}

/** A call's result as the model reads it. */
export function toResultPart({ id, tool }: Pick<StoredCall, 'id' | 'tool'>, outcome: Outcome | undefined) {
  const output = toOutput(outcome ?? failure('cancelled', 'The turn ended before this call'))
  return { type: 'tool-result' as const, toolCallId: id, toolName: tool, output }
}

function toOutput(outcome: Outcome): LanguageModelV4ToolResultOutput {
  if (outcome.status === 'error') return { type: 'error-json', value: { error: outcome.error } }
  const { output, verification } = outcome
  if (verification?.passed === false)
    return { type: 'json', value: { output, warning: `Not verified: ${verification.detail}` } }
  return typeof output === 'string' ? { type: 'text', value: output } : { type: 'json', value: output }
}
