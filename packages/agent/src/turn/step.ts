/** One round of the model: a streamed reply, read to its end. */

import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type Clock, SalpError } from '@salp/core'
import type { Usage } from '../protocol.js'
import type { JsonValue } from '../tool.js'
import { orAborted, startWatchdog } from '../watchdog.js'

/** A call that the model asks for. `input` is undefined when its arguments are no JSON. */
export interface ProposedCall {
  readonly id: string
  readonly tool: string
  readonly input: JsonValue | undefined
  /** The arguments as they came. */
  readonly text: string
}

/** What a round gave. */
export interface StepResult {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly ProposedCall[]
  readonly usage: Usage
  /** Model that answered, as far as it was told. */
  readonly model: string
  readonly costUsd: number
}

/** Where streamed pieces go, and what bounds them. */
export interface StepOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly signal: AbortSignal
  readonly maxReplyLength: number
  readonly silenceMs: number
  onText(delta: string): void
  onReasoning(delta: string): void
}

/**
 * Asks the model and reads its reply.
 *
 * @throws {@link ModelError} (`agent/model-silent`, `agent/model-endless`), the provider's own error, or the signal's reason.
 */
export async function runStep(
  model: LanguageModelV4,
  request: LanguageModelV4CallOptions,
  { clock, signal, maxReplyLength, silenceMs, onText, onReasoning }: StepOptions,
): Promise<StepResult> {
  const watchdog = startWatchdog(clock, silenceMs)
  const abortSignal = AbortSignal.any([signal, watchdog.signal])
  const result = emptyDraft()
  try {
    const { stream } = await orAborted(Promise.resolve(model.doStream({ ...request, abortSignal })), abortSignal)
    const reader = stream.getReader()
    try {
      for (;;) {
        const { done, value } = await orAborted(reader.read(), abortSignal)
        if (done) return { ...result, model: result.model || model.modelId, calls: result.calls.map(parseInput) }
        watchdog.touch()
        readPart(value, result, { onText, onReasoning })
        if (result.text.length + result.reasoning.length > maxReplyLength)
          throw new ModelError('endless', maxReplyLength)
      }
    } finally {
      reader.cancel().catch(() => undefined)
    }
  } catch (error) {
    if (watchdog.signal.aborted && !signal.aborted) throw new ModelError('silent', silenceMs)
    throw error
  } finally {
    watchdog.stop()
  }
}

interface Draft {
  text: string
  reasoning: string
  calls: { id: string; tool: string; text: string }[]
  usage: Usage
  model: string
  costUsd: number
}

function emptyDraft(): Draft {
  return { text: '', reasoning: '', calls: [], usage: {}, model: '', costUsd: 0 }
}

function readPart(
  part: LanguageModelV4StreamPart,
  draft: Draft,
  { onText, onReasoning }: Pick<StepOptions, 'onText' | 'onReasoning'>,
): void {
  switch (part.type) {
    case 'text-delta':
      draft.text += part.delta
      onText(part.delta)
      break
    case 'reasoning-delta':
      draft.reasoning += part.delta
      onReasoning(part.delta)
      break
    case 'tool-call':
      draft.calls.push({ id: part.toolCallId, tool: part.toolName, text: part.input })
      break
    case 'response-metadata':
      draft.model = part.modelId ?? draft.model
      break
    case 'finish': {
      const { inputTokens, outputTokens } = part.usage
      draft.usage = {
        ...(inputTokens.total !== undefined && { inputTokens: inputTokens.total }),
        ...(outputTokens.total !== undefined && { outputTokens: outputTokens.total }),
      }
      const { slot, costUsd } = part.providerMetadata?.salp ?? {}
      if (draft.model === '' && typeof slot === 'string') draft.model = slot
      if (typeof costUsd === 'number') draft.costUsd = costUsd
      break
    }
    case 'error':
      throw part.error
    default:
  }
}

function parseInput(call: { id: string; tool: string; text: string }): ProposedCall {
  try {
    return { ...call, input: call.text.trim() === '' ? {} : JSON.parse(call.text) }
  } catch {
    return { ...call, input: undefined }
  }
}

const conditions = {
  silent: (limit: number) => `the model said nothing for ${Math.round(limit / 1_000)} s`,
  endless: (limit: number) => `the model did not stop after ${limit} characters`,
  empty: (limit: number) => `the model gave ${limit} empty replies`,
} as const

/** A model that gives no usable reply: `agent/model-silent`, `agent/model-endless` or `agent/model-empty`. */
export class ModelError extends SalpError {
  constructor(condition: keyof typeof conditions, limit: number) {
    super(`agent/model-${condition}`, `Cannot go on: ${conditions[condition](limit)}`, { retryable: true })
  }
}
