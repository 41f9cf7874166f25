/** What llama.cpp's library tells while it generates, as parts of a stream. */

import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { LlamaChunk, LlamaParamsChunk } from './library.js'

/** Listens to one reply. */
export interface ReplyParts {
  /** Text, or thought, which becomes reasoning. */
  text(chunk: LlamaChunk): void
  /** Arguments of a call, as they come. */
  params(chunk: LlamaParamsChunk): void
  /** A call that is complete. */
  call(call: { readonly functionName: string; readonly params: unknown }): void
  /** The reply is over. */
  end(): void
}

/**
 * Starts to listen.
 *
 * @param deps - `emit`: takes the parts. `nextId`: names a call. `fit`: mends the arguments of the named tool.
 */
export function createReplyParts({
  emit,
  nextId,
  fit,
}: {
  readonly emit: (part: LanguageModelV4StreamPart) => void
  readonly nextId: () => string
  readonly fit: (tool: string, params: unknown) => unknown
}): ReplyParts {
  let block: { readonly kind: 'text' | 'reasoning'; readonly id: string } | undefined
  let blocks = 0
  let input: string | undefined

  const endBlock = (): void => {
    if (block !== undefined) emit({ type: `${block.kind}-end`, id: block.id })
    block = undefined
  }
  const startInput = (toolName: string): string => {
    if (input === undefined) {
      endBlock()
      input = nextId()
      emit({ type: 'tool-input-start', id: input, toolName })
    }
    return input
  }
  return {
    text({ segmentType, text }) {
      if (text === '') return
      const kind = segmentType === undefined ? 'text' : 'reasoning'
      if (block?.kind !== kind) {
        endBlock()
        block = { kind, id: `${kind}-${blocks++}` }
        emit({ type: `${kind}-start`, id: block.id })
      }
      emit({ type: `${kind}-delta`, id: block.id, delta: text })
    },
    params({ functionName, paramsChunk }) {
      const id = startInput(functionName)
      if (paramsChunk !== '') emit({ type: 'tool-input-delta', id, delta: paramsChunk })
    },
    call({ functionName: toolName, params }) {
      const id = startInput(toolName)
      input = undefined
      emit({ type: 'tool-input-end', id })
      emit({ type: 'tool-call', toolCallId: id, toolName, input: JSON.stringify(fit(toolName, params) ?? {}) })
    },
    end: endBlock,
  }
}
