/** Several language models as one: whichever may, can and should answers. */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { type Clock, type Logger, type Rng, SalpError } from '@salp/core'
import { type Circuit, type CircuitOptions, closedCircuit, failed, passed, passes, released } from './circuit.js'
import { classifyFailure, failureTraits, type SlotFailure, UselessReply } from './failure.js'
import { guardSilence, type SilenceGuard } from './silence.js'
import {
  byPreference,
  type CascadeCallOptions,
  cascadeCallOptions,
  estimatePromptTokens,
  isPrivateEnough,
  type ModelPrivacy,
  type ModelTier,
  type Slot,
  usageOf,
} from './slot.js'
import { addUsage, availableAt, lastMinute, rollUsage, type SlotLimits, type UsageSum } from './usage.js'
import { mapUsageStore, type UsageStore } from './usage-store.js'

/** What a cascade tells its observer; `at` in ms since the epoch. */
export type CascadeEvent =
  | {
      readonly type: 'slot:chosen'
      readonly at: number
      readonly slot: string
      readonly modelId: string
      readonly session?: string | undefined
    }
  | {
      readonly type: 'slot:failed'
      readonly at: number
      readonly slot: string
      readonly failure: SlotFailure
      readonly session?: string | undefined
    }
  | {
      readonly type: 'slot:answered'
      readonly at: number
      readonly slot: string
      readonly modelId: string
      readonly usage: Omit<UsageSum, 'requests'>
      /** From the request to the first content, in ms. */
      readonly firstContentMs: number
      readonly durationMs: number
      readonly session?: string | undefined
    }
  | { readonly type: 'circuit:opened'; readonly at: number; readonly slot: string; readonly until: number }

/** What a cascade asks of the application. */
export interface CascadeDeps {
  readonly clock: Clock
  /** Spreads retries; forked as `cascade`. */
  readonly rng: Rng
  readonly log?: Logger | undefined
  /** Observes. Whatever it throws is logged and changes nothing. */
  readonly onEvent?: ((event: CascadeEvent) => void) | undefined
  /** @defaultValue a store that forgets with the process */
  readonly usage?: UsageStore | undefined
}

/** How a cascade behaves. */
export interface CascadeOptions {
  /** At least one, names unique. */
  readonly slots: readonly Slot[]
  readonly retry?:
    | {
        /** How often the slots are gone through. @defaultValue `3` */
        readonly rounds?: number | undefined
        /** Wait before the second round, doubled for each later one, in ms; chance takes off up to half. @defaultValue `500` */
        readonly baseDelayMs?: number | undefined
        /** Longest wait for a slot to become free, in ms; beyond it the call fails. @defaultValue `20_000` */
        readonly maxWaitMs?: number | undefined
      }
    | undefined
  readonly circuit?: CircuitOptions | undefined
  /** Longest wait for the next part of a reply, in ms, of slots that do not say their own. @defaultValue `120_000` */
  readonly silenceMs?: number | undefined
}

/** How a slot stands. */
export interface SlotStatus {
  readonly name: string
  readonly provider: string
  readonly modelId: string
  readonly priority: number
  readonly tier: ModelTier
  readonly privacy: ModelPrivacy
  readonly limits: SlotLimits
  /** `limited`: by our counters or the provider's word. `open`: failed too often. */
  readonly state: 'ready' | 'limited' | 'open'
  /** When it may be asked again, ms since the epoch; absent when ready. */
  readonly availableAt?: number | undefined
  readonly lastMinute: { readonly requests: number; readonly tokens: number }
  readonly today: UsageSum
  readonly total: UsageSum
  readonly lastFailure?: (SlotFailure & { readonly at: number }) | undefined
}

/** A language model made of others. */
export interface Cascade extends LanguageModelV4 {
  /** How each slot stands now, in the order given. */
  status(): SlotStatus[]
}

interface SlotState {
  readonly slot: Slot
  circuit: Circuit
  /** Until when the provider asked to be left alone, ms since the epoch. */
  limitedUntil: number
  lastFailure?: SlotFailure & { readonly at: number }
}

/** One try of one slot. Ends by exactly one of its methods. */
interface Attempt {
  readonly slot: Slot
  succeed(usage: LanguageModelV4Usage): Omit<UsageSum, 'requests'>
  fail(error: unknown): SlotFailure
  release(): void
  /** Notes that content has begun. */
  begin(): void
}

/**
 * Creates a cascade.
 *
 * A call goes to the slots that are private enough and large enough for it, nearest tier first, then by priority. One that
 * is limited or whose circuit is open is passed over; one that fails before its first content makes way for the next. When
 * none is left, and one may be free soon, the cascade waits and starts over. A stream that fails after its first content
 * ends in an error part with a {@link ReplyInterruptedError}: what was shown cannot be taken back.
 *
 * The finish part's `providerMetadata.salp` holds `slot` and `costUsd`.
 *
 * @throws RangeError if there is no slot, or two have one name.
 */
export function createCascade(deps: CascadeDeps, options: CascadeOptions): Cascade {
  const { clock, log, onEvent, usage: store = mapUsageStore() } = deps
  const { slots, retry = {}, silenceMs = 120_000 } = options
  const { rounds = 3, baseDelayMs = 500, maxWaitMs = 20_000 } = retry
  const rng = deps.rng.fork('cascade')
  if (slots.length === 0) throw new RangeError('Cannot create a cascade: it has no slots')
  const states = new Map(slots.map((slot) => [slot.name, createState(slot)]))
  if (states.size < slots.length) throw new RangeError('Cannot create a cascade: two slots have one name')

  const emit = (event: CascadeEvent): void => {
    try {
      onEvent?.(event)
    } catch (error) {
      log?.error('An observer of the cascade threw', { type: event.type, error })
    }
  }

  /** Counts a request, if the slot may be asked now. @returns When it may be, otherwise. */
  const admit = (state: SlotState): number | undefined => {
    const now = clock.now()
    const { slot, circuit, limitedUntil } = state
    if (limitedUntil > now) return limitedUntil
    if (!passes(circuit, now)) return Math.max(circuit.openUntil, now)
    let freeAt = now
    store.update(slot.name, (usage) => {
      freeAt = availableAt(rollUsage(usage, now), slot.limits ?? {}, now)
      return freeAt > now ? usage : addUsage(usage, { requests: 1 }, now)
    })
    if (freeAt > now) return freeAt
    state.circuit = passed(circuit)
    return undefined
  }

  const begin = (state: SlotState, session: { session?: string }): Attempt => {
    const { slot } = state
    const { name, model } = slot
    const startedAt = clock.monotonic()
    let firstContentMs = 0
    emit({ type: 'slot:chosen', at: clock.now(), slot: name, modelId: model.modelId, ...session })
    return {
      slot,
      begin: () => {
        firstContentMs = clock.monotonic() - startedAt
      },
      succeed(reported) {
        const used = usageOf(slot, reported)
        const at = clock.now()
        store.update(name, (usage) => addUsage(usage, used, at))
        state.circuit = closedCircuit
        const durationMs = clock.monotonic() - startedAt
        emit({
          type: 'slot:answered',
          at,
          slot: name,
          modelId: model.modelId,
          usage: used,
          firstContentMs,
          durationMs,
          ...session,
        })
        return used
      },
      fail(error) {
        const at = clock.now()
        const failure = classifyFailure(error, at)
        const { circuit } = failureTraits[failure.kind]
        state.lastFailure = { ...failure, at }
        if (failure.retryAfterMs !== undefined) state.limitedUntil = at + failure.retryAfterMs
        state.circuit =
          circuit === 'ignores' ? released(state.circuit) : failed(state.circuit, circuit, at, options.circuit)
        log?.warn('A model did not answer', { slot: name, ...failure })
        emit({ type: 'slot:failed', at, slot: name, failure, ...session })
        if (state.circuit.openUntil > at) {
          emit({ type: 'circuit:opened', at, slot: name, until: state.circuit.openUntil })
        }
        return failure
      },
      release: () => {
        state.circuit = released(state.circuit)
      },
    }
  }

  /** Tries slot after slot, round after round. */
  const answer = async <Reply>(
    call: LanguageModelV4CallOptions,
    attempt: (attempt: Attempt, guard: SilenceGuard) => Promise<Reply>,
  ): Promise<Reply> => {
    const wanted = cascadeCallOptions(call)
    const session = wanted.session === undefined ? {} : { session: wanted.session }
    const { candidates, reasons } = selectSlots(slots, call, wanted)
    for (let round = 1; ; round++) {
      let wakeAt = Number.POSITIVE_INFINITY
      for (const slot of [...candidates]) {
        call.abortSignal?.throwIfAborted()
        const state = states.get(slot.name) ?? createState(slot)
        const freeAt = admit(state)
        if (freeAt !== undefined) {
          wakeAt = Math.min(wakeAt, freeAt)
          if (!reasons.has(slot.name)) reasons.set(slot.name, { reason: 'limited', freeAt })
          continue
        }
        const tried = begin(state, session)
        const guard = guardSilence(clock, slot.silenceMs ?? silenceMs, call.abortSignal)
        try {
          return await attempt(tried, guard)
        } catch (error) {
          guard.stop()
          if (call.abortSignal?.aborted === true) {
            tried.release()
            throw call.abortSignal.reason
          }
          const failure = tried.fail(error)
          reasons.set(slot.name, { reason: 'failed', failure })
          if (failureTraits[failure.kind].retryable) {
            const delay = baseDelayMs * 2 ** (round - 1) * (1 - rng() / 2)
            wakeAt = Math.min(wakeAt, Math.max(clock.now() + (failure.retryAfterMs ?? delay), state.circuit.openUntil))
          } else candidates.delete(slot)
        }
      }
      const waitMs = wakeAt - clock.now()
      if (round >= rounds || waitMs > maxWaitMs) throw new CascadeError(reasons, waitMs)
      await clock.sleep(Math.max(waitMs, 1), { signal: call.abortSignal })
    }
  }

  return {
    specificationVersion: 'v4',
    provider: 'salp',
    modelId: 'cascade',
    supportedUrls: {},
    doGenerate: (call) => answer(call, (attempt, guard) => generate(call, attempt, guard)),
    doStream: (call) => answer(call, (attempt, guard) => openStream(call, attempt, guard)),
    status: () => [...states.values()].map((state) => statusOf(state, store, clock.now())),
  }
}

function createState(slot: Slot): SlotState {
  return { slot, circuit: closedCircuit, limitedUntil: 0 }
}

function statusOf({ slot, circuit, limitedUntil, lastFailure }: SlotState, store: UsageStore, now: number): SlotStatus {
  const usage = rollUsage(store.read(slot.name), now)
  const limits = slot.limits ?? {}
  const freeAt = Math.max(limitedUntil, availableAt(usage, limits, now))
  const open = !passes(circuit, now)
  const until = open ? Math.max(freeAt, circuit.openUntil) : freeAt
  return {
    name: slot.name,
    provider: slot.model.provider,
    modelId: slot.model.modelId,
    priority: slot.priority,
    tier: slot.tier,
    privacy: slot.privacy,
    limits,
    state: open ? 'open' : freeAt > now ? 'limited' : 'ready',
    ...(until > now ? { availableAt: until } : {}),
    lastMinute: lastMinute(usage),
    today: usage.today,
    total: usage.total,
    ...(lastFailure === undefined ? {} : { lastFailure }),
  }
}

/** Why a slot gave no answer. */
export type SlotRefusal =
  | { readonly reason: 'not-private-enough'; readonly floor: ModelPrivacy }
  | { readonly reason: 'too-small'; readonly promptTokens: number }
  | { readonly reason: 'limited'; readonly freeAt: number }
  | { readonly reason: 'failed'; readonly failure: SlotFailure }

function selectSlots(
  slots: readonly Slot[],
  call: LanguageModelV4CallOptions,
  { tier, avoid, privacy = 'shared' }: CascadeCallOptions,
): { candidates: Set<Slot>; reasons: Map<string, SlotRefusal> } {
  const measured = slots.some(({ contextTokens }) => contextTokens !== undefined)
  const promptTokens = measured ? estimatePromptTokens(call) : 0
  const reasons = new Map<string, SlotRefusal>()
  const candidates = byPreference(slots, { tier, avoid }).filter((slot) => {
    if (!isPrivateEnough(slot, privacy)) reasons.set(slot.name, { reason: 'not-private-enough', floor: privacy })
    else if (promptTokens > (slot.contextTokens ?? promptTokens)) {
      reasons.set(slot.name, { reason: 'too-small', promptTokens })
    }
    return !reasons.has(slot.name)
  })
  return { candidates: new Set(candidates), reasons }
}

async function generate(
  call: LanguageModelV4CallOptions,
  attempt: Attempt,
  guard: SilenceGuard,
): Promise<LanguageModelV4GenerateResult> {
  const result = await guard.wait(attempt.slot.model.doGenerate({ ...call, abortSignal: guard.signal }))
  guard.stop()
  attempt.begin()
  if (mayNotBeEmpty(result.finishReason.unified)) checkContent(result.content)
  return { ...result, providerMetadata: withSlot(attempt, result.usage, result.providerMetadata) }
}

/** Notes the success, and says in the metadata whose it was. */
function withSlot(
  attempt: Attempt,
  usage: LanguageModelV4Usage,
  metadata: SharedV4ProviderMetadata | undefined,
): SharedV4ProviderMetadata {
  const { costUsd } = attempt.succeed(usage)
  return { ...metadata, salp: { slot: attempt.slot.name, ...(attempt.slot.price === undefined ? {} : { costUsd }) } }
}

/** A limit or a filter explains an empty reply; asking elsewhere would get around it. */
function mayNotBeEmpty(finishReason: string): boolean {
  return finishReason !== 'length' && finishReason !== 'content-filter'
}

function checkContent(content: readonly LanguageModelV4Content[]): void {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const other = content.some((part) => part.type !== 'text' && part.type !== 'reasoning')
  if (other) return
  if (text.trim() === '') throw new UselessReply('empty', 'Cannot use the reply: it has no content')
  if (/^(.)\1{31,}$/su.test(text.trim())) {
    throw new UselessReply('empty', 'Cannot use the reply: it is one character over and over')
  }
}

/** Parts that a reader sees, and that therefore cannot be taken back. */
function isContent(part: LanguageModelV4StreamPart): boolean {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return part.delta !== ''
    case 'stream-start':
    case 'response-metadata':
    case 'text-start':
    case 'text-end':
    case 'reasoning-start':
    case 'reasoning-end':
    case 'raw':
    case 'ping':
    case 'finish':
    case 'error':
      return false
    default:
      return true
  }
}

/** Reads until the first content, which makes the choice of the slot final. */
async function openStream(
  call: LanguageModelV4CallOptions,
  attempt: Attempt,
  guard: SilenceGuard,
): Promise<LanguageModelV4StreamResult> {
  const result = await guard.wait(attempt.slot.model.doStream({ ...call, abortSignal: guard.signal }))
  const reader = result.stream.getReader()
  const head: LanguageModelV4StreamPart[] = []
  try {
    for (;;) {
      const { done, value: part } = await guard.wait(reader.read())
      if (done) throw new UselessReply('malformed', 'Cannot use the reply: the stream ended before it was finished')
      if (part.type === 'error') throw part.error
      head.push(part)
      if (isContent(part)) break
      if (part.type === 'finish') {
        if (!mayNotBeEmpty(part.finishReason.unified)) break
        throw new UselessReply('empty', 'Cannot use the reply: it has no content')
      }
    }
  } catch (error) {
    reader.cancel(error).catch(() => undefined)
    throw error
  }
  attempt.begin()
  return { ...result, stream: continueStream(call, attempt, guard, reader, head) }
}

function continueStream(
  call: LanguageModelV4CallOptions,
  attempt: Attempt,
  guard: SilenceGuard,
  reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>,
  head: LanguageModelV4StreamPart[],
): ReadableStream<LanguageModelV4StreamPart> {
  /** The part to pass on; whatever is wrong with the reply is thrown. */
  const next = async (): Promise<LanguageModelV4StreamPart> => {
    const buffered = head.shift()
    if (buffered !== undefined) return buffered
    const { done, value: part } = await guard.wait(reader.read())
    if (done) throw new UselessReply('malformed', 'Cannot go on: the stream ended before it was finished')
    if (part.type === 'error') throw part.error
    return part
  }
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const part = await next()
          if (part.type !== 'finish') return controller.enqueue(part)
          guard.stop()
          controller.enqueue({ ...part, providerMetadata: withSlot(attempt, part.usage, part.providerMetadata) })
          controller.close()
        } catch (error) {
          guard.stop()
          reader.cancel(error).catch(() => undefined)
          if (call.abortSignal?.aborted === true) {
            attempt.release()
            return controller.error(call.abortSignal.reason)
          }
          const failure = attempt.fail(error)
          controller.enqueue({ type: 'error', error: new ReplyInterruptedError(attempt.slot.name, failure) })
          controller.enqueue({
            type: 'finish',
            finishReason: { unified: 'error', raw: undefined },
            usage: unknownUsage,
          })
          controller.close()
        }
      },
      async cancel(reason) {
        guard.stop()
        attempt.release()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

const unknownUsage: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

/** No slot gave an answer. */
export class CascadeError extends SalpError {
  /** Why not, by slot. */
  readonly refusals: ReadonlyMap<string, SlotRefusal>
  constructor(refusals: ReadonlyMap<string, SlotRefusal>, waitMs: number) {
    const reasons = [...refusals].map(([slot, refusal]) => `"${slot}" ${describeRefusal(refusal)}`)
    const retryable = Number.isFinite(waitMs)
    const advice = retryable && waitMs > 0 ? `. Try again in ${Math.ceil(waitMs / 1_000)} s` : ''
    super('models/exhausted', `Cannot answer: no language model is available: ${reasons.join('; ')}${advice}`, {
      retryable,
    })
    this.refusals = refusals
  }
}

function describeRefusal(refusal: SlotRefusal): string {
  switch (refusal.reason) {
    case 'not-private-enough':
      return `is not private enough (asked for "${refusal.floor}")`
    case 'too-small':
      return `is too small for a prompt of about ${refusal.promptTokens} tokens`
    case 'limited':
      return `is resting until ${new Date(refusal.freeAt).toISOString()}`
    case 'failed':
      return describeFailure(refusal.failure)
  }
}

const advice: Record<SlotFailure['kind'], string> = {
  unauthorized: 'refused the key; check it, and the account',
  'rate-limited': 'is rate-limited',
  missing: 'does not know the model; check its name, or pull it',
  'too-large': 'finds the prompt too long',
  rejected: 'rejected the request',
  unavailable: 'is unavailable',
  unreachable: 'cannot be reached; check that it runs',
  malformed: 'sent a malformed reply',
  empty: 'sent a useless reply',
  silent: 'went silent',
}

function describeFailure({ kind, statusCode, detail }: SlotFailure): string {
  const status = statusCode === undefined ? '' : `HTTP ${statusCode}: `
  return `${advice[kind]} (${status}${detail})`
}

/** A reply broke off after its beginning was passed on. */
export class ReplyInterruptedError extends SalpError {
  readonly slot: string
  readonly failure: SlotFailure
  constructor(slot: string, failure: SlotFailure) {
    super('models/interrupted', `Cannot finish the reply: "${slot}" ${describeFailure(failure)}`, { retryable: true })
    this.slot = slot
    this.failure = failure
  }
}
