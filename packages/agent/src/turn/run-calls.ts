/** Runs the calls of one reply under governance, and adds their results to the conversation. */

import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { describeError } from '@salp/core'
import type { CallRequest } from '../governance/govern.js'
import { failure } from '../governance/pipeline.js'
import { checkResult } from '../governance/verification.js'
import type { Effect, Outcome } from '../protocol.js'
import type { StoredCall } from '../session/store.js'
import type { Speculator } from '../speculation.js'
import type { JsonValue, ToolContext } from '../tool.js'
import { TurnSuspended } from './interruption.js'
import { addMessage, type RunningTurn } from './running-turn.js'
import type { CallReading } from './steering.js'

/** Runs a batch; results stand in the model's order, whatever order they were made in. */
export async function runCalls(running: RunningTurn, calls: readonly StoredCall[]): Promise<void> {
  const { deps, meter } = running
  const known = calls.map((call) => ({ ...call, effect: deps.toolbox.effect(call.tool) }))
  const speculator = isTransaction(running, known) ? deps.speculator : undefined
  const affordable = countAffordable(running, known, { whole: speculator !== undefined })
  const made = known.slice(0, affordable)
  const ended = new Map<string, EndedCall>()
  const outcomes =
    speculator !== undefined && made.length > 0
      ? await runTogether(running, speculator, made, ended)
      : await runInOrder(running, made, async (call, rank) => {
          const end = await runCall(running, call, rank)
          ended.set(call.id, end)
          return settle(running, call, end, end.outcome)
        })
  await lookAgain(running, made, ended, outcomes)
  for (const call of known.slice(affordable)) {
    const left = affordable === 1 ? 'one more call' : `${affordable} more calls`
    const outcome = failure('cancelled', `Not made: the turn could make only ${left}`, 'Do with what you have')
    outcomes.set(call.id, settle(running, call, { outcome, waitedMs: 0, durationMs: 0, rank: known.length }, outcome))
  }
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
  /** Place in which it was made, from 1. */
  readonly rank: number
  /** What it ran with; absent if it did not run. */
  readonly input?: JsonValue | undefined
}

/**
 * How many of a reply's calls the turn can still make; those of a `whole` are made all or none.
 *
 * What an earlier process began is brought to its end, whatever it takes.
 */
function countAffordable(
  { deps: { steering }, turn }: RunningTurn,
  calls: readonly KnownCall[],
  { whole }: { whole: boolean },
): number {
  const { toolBudget } = steering.controls(turn)
  if (calls.length <= toolBudget || calls.some(({ status }) => status !== 'requested')) return calls.length
  return whole ? 0 : toolBudget
}

/** Runs calls group by group, each group in the order that cognition gives. */
async function runInOrder(
  { deps }: RunningTurn,
  calls: readonly KnownCall[],
  run: (call: KnownCall, rank: number) => Promise<Outcome>,
): Promise<Map<string, Outcome>> {
  const ranks = deps.steering.ranks(calls)
  const outcomes = new Map<string, Outcome>()
  for (const group of groupCalls(calls)) {
    const ordered = group.toSorted((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0))
    const first = outcomes.size + 1
    await Promise.all(ordered.map(async (call, index) => outcomes.set(call.id, await run(call, first + index))))
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
  ended: Map<string, EndedCall>,
): Promise<Map<string, Outcome>> {
  const { audits, feed } = running.deps
  const trial = await speculator.speculate(() =>
    runInOrder(running, calls, async (call, rank) => {
      const end = await runCall(running, call, rank)
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
  const written = calls.filter(({ id, effect }) => !isRead(effect) && held(ended.get(id)?.outcome))
  for (const call of calls) {
    const end = ended.get(call.id)
    if (end === undefined) continue
    const undone = why !== undefined && written.includes(call)
    const outcome = undone
      ? failure(
          'failed',
          `Undone: ${why}, and calls of one reply that write count together`,
          'Nothing of it was changed',
        )
      : end.outcome
    if (undone) {
      const { tool, id, input } = call
      audits.append({ id, input, context: running.place, tool: { name: tool } }, outcome)
    }
    outcomes.set(call.id, settle(running, call, end, outcome))
  }
  const told = written.map(({ id, tool }) => ({ callId: id, tool }))
  if (why === undefined) feed.tell(running.place, 'batch:kept', { calls: told })
  else if (told.length > 0) feed.tell(running.place, 'batch:undone', { calls: told, reason: why })
  return outcomes
}

/** Looks once more, when all of a reply is done, at what was written, where the substrate wants a second look. */
async function lookAgain(
  running: RunningTurn,
  calls: readonly KnownCall[],
  ended: ReadonlyMap<string, EndedCall>,
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const { deps, turn, place } = running
  for (const call of calls) {
    const tool = deps.toolbox.get(call.tool)
    const outcome = outcomes.get(call.id)
    const end = ended.get(call.id)
    if (tool?.verify === undefined || outcome?.status !== 'ok' || !held(outcome) || end?.input === undefined) continue
    if (!deps.steering.looksTwice(tool.name, turn.id)) continue
    const { input, rank } = end
    const context = contextOf(running, call)
    const found = await checkResult(tool, { input, output: outcome.output, context })
    if (found.passed) continue
    const refuted: Outcome = { ...outcome, verification: found }
    outcomes.set(call.id, refuted)
    deps.audits.append({ id: call.id, input, context: place, tool }, refuted)
    deps.store.transaction(() => {
      deps.audits.flush()
      deps.store.finishCall(call.id, refuted)
      deps.feed.tell(place, 'call:refuted', { callId: call.id, tool: call.tool, outcome: refuted })
    })
    learn(running, call, { outcome: refuted, waitedMs: 0, rank, again: true })
  }
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

async function runCall(running: RunningTurn, call: StoredCall, rank: number): Promise<EndedCall> {
  if (call.outcome !== undefined) return { outcome: call.outcome, waitedMs: 0, durationMs: 0, rank }
  const { deps, place, signal, meter } = running
  const { clock, feed, store, audits } = deps
  meter.call(call.tool, call.input)
  const askedAt = clock.monotonic()
  let begunAt: number | undefined
  let ranUntil: number | undefined
  let ran: JsonValue | undefined
  const outcome = await governed(running, call, {
    onStart(input) {
      begunAt = clock.monotonic()
      ran = input
      if (!isRead(deps.toolbox.effect(call.tool))) store.startCall(call.id)
      feed.tell(place, 'call:started', { callId: call.id, tool: call.tool, input }, { kept: false })
    },
    onEnd() {
      ranUntil = clock.monotonic()
    },
  })
  if (signal.reason instanceof TurnSuspended) {
    audits.flush()
    throw signal.reason
  }
  const endedAt = ranUntil ?? clock.monotonic()
  const startedAt = begunAt ?? endedAt
  return { outcome, waitedMs: startedAt - askedAt, durationMs: endedAt - startedAt, rank, input: ran }
}

/** Writes how a call ended; cognition learns what the tool did, even where that was undone. */
function settle(running: RunningTurn, call: StoredCall, ended: EndedCall, outcome: Outcome): Outcome {
  if (call.outcome !== undefined) return outcome
  const { feed, store, audits, redactor } = running.deps
  const { durationMs } = ended
  store.transaction(() => {
    audits.flush()
    store.finishCall(call.id, outcome, redactor.data(call.input))
    feed.tell(running.place, 'call:finished', { callId: call.id, tool: call.tool, outcome, durationMs })
    learn(running, call, ended)
  })
  return outcome
}

/** Lets cognition learn from a call, and keeps what it made of it. A tool that waits for a person tells nothing of the world. */
function learn(
  { deps, turn, place, tier }: RunningTurn,
  call: StoredCall,
  {
    outcome,
    waitedMs,
    durationMs,
    rank,
    again,
  }: Pick<CallReading, 'outcome' | 'waitedMs' | 'durationMs' | 'rank' | 'again'>,
): void {
  const { feed, steering, toolbox } = deps
  const baseTimeoutMs = toolbox.get(call.tool)?.timeoutMs
  if (baseTimeoutMs === Number.POSITIVE_INFINITY) {
    if (outcome.status === 'ok') steering.answered(turn, waitedMs + (durationMs ?? 0))
    return
  }
  const reading = { outcome, durationMs, waitedMs, rank, tier, baseTimeoutMs, again }
  const { observed, regime } = steering.observe(turn, call, reading)
  feed.tell(place, 'call:observed', observed)
  if (regime !== undefined) feed.tell(place, 'regime:changed', regime)
}

async function governed(
  running: RunningTurn,
  call: StoredCall,
  hooks: Pick<CallRequest, 'onStart' | 'onEnd'>,
): Promise<Outcome> {
  const { deps } = running
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
    context: contextOf(running, call),
    ...hooks,
  })
}

function contextOf({ deps, options, turn, place, signal }: RunningTurn, { id: callId, tool }: StoredCall): ToolContext {
  return {
    signal,
    callId,
    ...place,
    channel: turn.channel,
    request: turn.input,
    capability: options.capability,
    progress: (text) => void deps.feed.tell(place, 'call:progressed', { callId, tool, text }, { kept: false }),
  }
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
