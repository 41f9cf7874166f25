/** A language model that replies as it was told, and keeps what it was asked. */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'

/** A call the scripted model makes. */
export interface ScriptedCall {
  /** @defaultValue `call-1`, `call-2`, … over the life of the model */
  readonly id?: string | undefined
  readonly name: string
  /** Plain data, or text that is passed on as it is, valid JSON or not. */
  readonly input: unknown
}

/** One reply of a scripted model. */
export interface ScriptedReply {
  readonly reasoning?: string | undefined
  /** Text, or the pieces it is streamed in. */
  readonly text?: string | readonly string[] | undefined
  readonly calls?: readonly ScriptedCall[] | undefined
  /** Thrown in place of a reply, or after the pieces given. */
  readonly error?: unknown
  /** @defaultValue `tool-calls` if there are calls, else `stop` */
  readonly finishReason?: LanguageModelV4FinishReason['unified'] | undefined
  /** Tokens reported. @defaultValue none */
  readonly usage?: { readonly input: number; readonly output: number } | undefined
  /** Resolves when the reply may begin; rejects to fail it. */
  readonly when?: (() => PromiseLike<void>) | undefined
}

/** A scripted model, with the options of every call it received. */
export interface ScriptedModel extends LanguageModelV4 {
  readonly calls: LanguageModelV4CallOptions[]
}

/** What a scripted model replies: a list used up in order, or a function of the call and its index. */
export type ModelScript =
  | readonly ScriptedReply[]
  | ((options: LanguageModelV4CallOptions, index: number) => ScriptedReply)

/**
 * Creates a double of a language model.
 *
 * @param options - `modelId` defaults to `scripted`.
 * @throws RangeError from a call for which a list has no reply left.
 */
export function scriptedModel(
  script: ModelScript,
  { modelId = 'scripted' }: { modelId?: string | undefined } = {},
): ScriptedModel {
  const calls: LanguageModelV4CallOptions[] = []
  let made = 0
  const next = async (options: LanguageModelV4CallOptions): Promise<ScriptedReply> => {
    const index = calls.push(options) - 1
    options.abortSignal?.throwIfAborted()
    const reply = typeof script === 'function' ? script(options, index) : script[index]
    if (reply === undefined) throw new RangeError(`Cannot reply to call ${index}: the script ends before it`)
    await reply.when?.()
    options.abortSignal?.throwIfAborted()
    return reply
  }
  const toolCalls = (reply: ScriptedReply): Extract<LanguageModelV4Content, { type: 'tool-call' }>[] =>
    (reply.calls ?? []).map(({ id, name, input }) => ({
      type: 'tool-call',
      toolCallId: id ?? `call-${++made}`,
      toolName: name,
      input: typeof input === 'string' ? input : JSON.stringify(input),
    }))
  return {
    calls,
    specificationVersion: 'v4',
    provider: 'salp-testing',
    modelId,
    supportedUrls: {},
    async doGenerate(options) {
      const reply = await next(options)
      if (reply.error !== undefined) throw reply.error
      const text = [reply.text ?? []].flat().join('')
      return {
        content: [
          ...(reply.reasoning === undefined ? [] : [{ type: 'reasoning' as const, text: reply.reasoning }]),
          ...(text === '' ? [] : [{ type: 'text' as const, text }]),
          ...toolCalls(reply),
        ],
        finishReason: finishReason(reply),
        usage: usage(reply),
        warnings: [],
      }
    },
    async doStream(options) {
      const reply = await next(options)
      const pieces = [reply.text ?? []].flat()
      if (reply.error !== undefined && pieces.length === 0) throw reply.error
      const parts: LanguageModelV4StreamPart[] = [{ type: 'stream-start', warnings: [] }]
      if (reply.reasoning !== undefined) {
        const id = 'reasoning-0'
        parts.push({ type: 'reasoning-start', id }, { type: 'reasoning-delta', id, delta: reply.reasoning })
        parts.push({ type: 'reasoning-end', id })
      }
      if (pieces.length > 0) {
        const id = 'text-0'
        parts.push({ type: 'text-start', id })
        for (const delta of pieces) parts.push({ type: 'text-delta', id, delta })
        if (reply.error === undefined) parts.push({ type: 'text-end', id })
      }
      for (const call of toolCalls(reply)) {
        const { toolCallId: id, toolName, input } = call
        parts.push({ type: 'tool-input-start', id, toolName }, { type: 'tool-input-delta', id, delta: input })
        parts.push({ type: 'tool-input-end', id }, call)
      }
      if (reply.error === undefined) {
        parts.push({ type: 'finish', finishReason: finishReason(reply), usage: usage(reply) })
      }
      return { stream: streamOf(parts, reply.error, options.abortSignal) }
    },
  }
}

function finishReason({ finishReason, calls = [] }: ScriptedReply): LanguageModelV4FinishReason {
  return { unified: finishReason ?? (calls.length > 0 ? 'tool-calls' : 'stop'), raw: undefined }
}

function usage({ usage }: ScriptedReply): LanguageModelV4Usage {
  return {
    inputTokens: { total: usage?.input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: usage?.output, text: undefined, reasoning: undefined },
  }
}

/** One part a pull, so that an abort takes effect between any two of them. */
function streamOf(
  parts: readonly LanguageModelV4StreamPart[],
  error: unknown,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  let index = 0
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      pull(controller) {
        const part = parts[index++]
        if (signal?.aborted === true) controller.error(signal.reason)
        else if (part !== undefined) controller.enqueue(part)
        else if (error !== undefined) controller.error(error)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
