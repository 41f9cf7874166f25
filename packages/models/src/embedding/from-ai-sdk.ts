/** Any embedding model of the AI SDK as an embedder. */

import { APICallError, type EmbeddingModelV4 } from '@ai-sdk/provider'
import { embedMany, RetryError } from 'ai'
import { classifyFailure, failureTraits } from '../cascade/failure.js'
import type { Embedder, EmbeddingPrompts } from './embedder.js'
import { EmbeddingError, toUnit } from './unit.js'

/** How an AI SDK model is used. */
export interface AiSdkEmbedderOptions {
  /** The width the model gives. To ask a provider for another, wrap the model with its own options first. */
  readonly dimensions: number
  /** Put before each text. @defaultValue none */
  readonly prompts?: EmbeddingPrompts | undefined
  /** Retries a call, after a pause that the provider may set. @defaultValue `2` */
  readonly maxRetries?: number | undefined
}

/** Calls that may run at once, where the model allows it. */
const maxParallelCalls = 4

/**
 * Makes an embedder of an AI SDK model. Its calls may be paid.
 *
 * Texts go out in calls of as many as the model takes (`maxEmbeddingsPerCall`).
 *
 * @returns An embedder whose `embed` throws {@link EmbeddingError} (`models/embedding`) if the provider fails, or gives
 *   vectors of another width than stated.
 */
export function embedderFromAiSdk(
  model: EmbeddingModelV4,
  { dimensions, prompts = {}, maxRetries = 2 }: AiSdkEmbedderOptions,
): Embedder {
  const modelId = `${model.provider}:${model.modelId}`
  return {
    modelId,
    dimensions,
    async embed(texts, { signal, purpose = 'document' } = {}) {
      signal?.throwIfAborted()
      if (texts.length === 0) return []
      // Providers refuse an empty text.
      const values = texts.map((text) => `${prompts[purpose] ?? ''}${text}` || ' ')
      const call = signal === undefined ? {} : { abortSignal: signal }
      const { embeddings } = await embedMany({ model, values, maxRetries, maxParallelCalls, ...call }).catch(
        (error: unknown) => {
          signal?.throwIfAborted()
          throw providerError(modelId, error)
        },
      )
      return embeddings.map((values) => toUnit(values, { modelId, dimensions }))
    },
  }
}

/** The last failure of a call, without its texts. */
function providerError(modelId: string, error: unknown): EmbeddingError {
  const last = RetryError.isInstance(error) ? error.lastError : error
  const { kind, detail } = classifyFailure(last, 0)
  // The error of a call holds its body and headers: texts of the user, and a key.
  const cause = APICallError.isInstance(last) ? undefined : last
  return new EmbeddingError(modelId, detail, { cause, retryable: failureTraits[kind].retryable })
}
