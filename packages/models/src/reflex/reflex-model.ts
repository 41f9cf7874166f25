/** A language model without a language model: it understands commands by rules and answers with real tool calls. */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { createCallIds } from '../internal/call-ids.js'
import { nextMove } from './plan.js'

/** How the reflex model behaves. */
export interface ReflexOptions {
  /** IANA name of the zone in which dates are given. @defaultValue `UTC` */
  readonly timeZone?: string | undefined
}

/**
 * Creates the reflex model, `salp/reflex`.
 *
 * What it does follows from the prompt alone: the last user message is parsed, calls are made of the tools on offer, and
 * their results become Markdown. It uses no tokens, and reports none. It says what it is when asked, and when it does
 * not understand.
 */
export function reflexModel({ timeZone = 'UTC' }: ReflexOptions = {}): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'salp',
    modelId: 'reflex',
    supportedUrls: {},
    async doGenerate(options) {
      const { content, finishReason } = reply(options, timeZone)
      return { content, finishReason, usage, warnings: [] }
    },
    async doStream(options) {
      const { content, finishReason } = reply(options, timeZone)
      return { stream: streamOf(partsOf(content, finishReason), options.abortSignal) }
    },
  }
}

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 0, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 0, text: undefined, reasoning: undefined },
}

interface Reply {
  readonly content: LanguageModelV4Content[]
  readonly finishReason: LanguageModelV4FinishReason
}

function reply({ prompt, tools = [], toolChoice, abortSignal }: LanguageModelV4CallOptions, timeZone: string): Reply {
  abortSignal?.throwIfAborted()
  const offered = toolChoice?.type === 'none' ? [] : tools.map(({ name }) => name)
  const move = nextMove(prompt, new Set(offered), timeZone)
  if ('text' in move) {
    return { content: [{ type: 'text', text: move.text }], finishReason: { unified: 'stop', raw: undefined } }
  }
  const nextId = createCallIds('reflex', prompt)
  return {
    content: move.calls.map(({ tool, input }) => ({
      type: 'tool-call',
      toolCallId: nextId(),
      toolName: tool,
      input: JSON.stringify(input),
    })),
    finishReason: { unified: 'tool-calls', raw: undefined },
  }
}

/** Text goes word by word, so that a reader sees it as they would any model's. */
function* partsOf(
  content: readonly LanguageModelV4Content[],
  finishReason: LanguageModelV4FinishReason,
): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', modelId: 'reflex' }
  for (const part of content) {
    if (part.type === 'text') {
      yield { type: 'text-start', id: 'text' }
      for (const delta of part.text.match(/\s*\S+\s*$|\s*\S+/g) ?? []) yield { type: 'text-delta', id: 'text', delta }
      yield { type: 'text-end', id: 'text' }
    }
    if (part.type === 'tool-call') {
      const { toolCallId: id, toolName, input } = part
      yield { type: 'tool-input-start', id, toolName }
      yield { type: 'tool-input-delta', id, delta: input }
      yield { type: 'tool-input-end', id }
      yield part
    }
  }
  yield { type: 'finish', finishReason, usage }
}

function streamOf(
  parts: Generator<LanguageModelV4StreamPart>,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream(
    {
      pull(controller) {
        if (signal?.aborted === true) return controller.error(signal.reason)
        const { done, value } = parts.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}
