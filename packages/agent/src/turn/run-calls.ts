/** Runs the calls of one reply under governance, and adds their results to the conversation. */

import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { describeError } from '@salp/core'
import { failure } from '../governance/pipeline.js'
import type { Effect, Outcome } from '../protocol.js'
import type { StoredCall } from '../session/store.js'
import type { Speculator } from '../speculation.js'
import type { JsonValue } from '../tool.js'
import { TurnSuspended } from './interruption.js'
import { addMessage, type RunningTurn } from './running-turn.js'

/** Runs a batch; results stand in the model's order, whatever order they were made in. */
export async function runCalls(running: RunningTurn, calls: readonly StoredCall[]): Promise<void> {
  const { deps, meter } = running
  const known = calls.map((call) => ({ ...call, effect: deps.toolbox.effect(call.tool) }))
  const { speculator } = deps
  const outcomes =
    speculator !== undefined && isTransaction(running, known)
      ? await runTogether(running, speculator, known)
      : await runInOrder(running, known, async (call) => {
          const ended = await runCall(running, call)
          return settle(running, call, ended, ended.outcome)
        })
  meter.batch([...outcomes.values()])
  addMessage(running, {
    role: 'tool',
    content: calls.map((call) => toResultPart(call, outcomes.get(call.id))),
  })
}

type KnownCall = StoredCall & { readonly effect: Effect }

/** How a call ended, and what it took; nothing of it is written yet. */
interface EndedCall {
  readonly outcome: Outcome
  readonly waitedMs: number
  readonly durationMs: number
}

/** Runs calls group by group, each group in the order that cognition gives. */
async function runInOrder(
  { deps }: RunningTurn,
  calls: readonly KnownCall[],
  run: (call: KnownCall) => Promise<Outcome>,
): Promise<Map<string, Outcome>> {
  const ranks = deps.steering.ranks(calls)
  const outcomes = new Map<string, Outcome>()
  for (const group of groupCalls(calls)) {
    const ordered = group.toSorted((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0))
    await Promise.all(ordered.map(async (call) => outcomes.set(call.id, await run(call))))
  }
  return outcomes
}

/** Whether a batch writes more than once, and nothing in it has an effect that could not be taken back. */
function isTransaction({ deps: { toolbox } }: RunningTurn, calls: readonly KnownCall[]): boolean {
  const writes = calls.filter(({ effect }) => !isRead(effect))
  return (
    writes.length > 1 &&
    calls.every(({ status }) => status === 'requested') &&
    writes.every(({ tool }) => toolbox.get(tool)?.reversible === true)
  )
}

/**
 * Runs a batch that counts as a whole or not at all: when a write fails, or what it wrote does not hold, the others are undone.
 *
 * What was learnt of the tools stays learnt either way, and the audit holds both the call and its undoing.
 */
async function runTogether(
  running: RunningTurn,
  speculator: Speculator,
  calls: readonly KnownCall[],
): Promise<Map<string, Outcome>> {
  const ended = new Map<string, EndedCall>()
  const trial = await speculator.speculate(() =>
    runInOrder(running, calls, async (call) => {
      const end = await runCall(running, call)
      ended.set(call.id, end)
      return end.outcome
    }),
  )
  const broken = calls.find(({ id, effect }) => !isRead(effect) && !held(trial.value.get(id)))
  let why = broken && `${broken.tool} in the same reply failed`
  if (why !== undefined) await trial.discard()
  else {
    await trial.keep().catch((error: unknown) => {
      why = describeError(error)
    })
  }
  const outcomes = new Map<string, Outcome>()
  for (const call of calls) {
    const end = ended.get(call.id)
    if (end === undefined) continue
    const undone = why !== undefined && !isRead(call.effect) && held(end.outcome)
    const outcome = undone
      ? failure(
          'failed',
          `Undone: ${why}, and calls of one reply that write count together`,
          'Nothing of it was changed',
        )
      : end.outcome
    if (undone) {
      const { tool, id, input } = call
      running.deps.audits.append({ id, input, context: running.place, tool: { name: tool } }, outcome)
    }
    outcomes.set(call.id, settle(running, call, end, outcome))
  }
  return outcomes
}

function held(outcome: Outcome | undefined): boolean {
  return outcome?.status === 'ok' && outcome.verification?.passed !== false
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

async function runCall(running: RunningTurn, call: StoredCall): Promise<EndedCall> {
  if (call.outcome !== undefined) return { outcome: call.outcome, waitedMs: 0, durationMs: 0 }
  const { deps, place, signal, meter } = running
  const { clock, feed, store, audits } = deps
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
  return { outcome, waitedMs: (begunAt ?? endedAt) - askedAt, durationMs: endedAt - (begunAt ?? endedAt) }
}

/** Writes how a call ended; cognition learns what the tool did, even where that was undone. */
function settle(
  { deps, turn, place }: RunningTurn,
  call: StoredCall,
  { outcome: made, waitedMs, durationMs }: EndedCall,
  outcome: Outcome,
): Outcome {
  if (call.outcome !== undefined) return outcome
  const { feed, store, steering, audits } = deps
  steering.waited(turn, waitedMs)
  steering.observe(turn, call, made, durationMs)
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
