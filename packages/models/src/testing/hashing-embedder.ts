/** An embedder without a model, for tests: it knows which words two texts share, and nothing of what they mean. */

import type { Embedder } from '../embedding/embedder.js'
import { hashedDirection } from '../embedding/hashed-direction.js'

/**
 * Creates a double of an embedder: the sum of one fixed direction a word, brought to unit length.
 *
 * @param options - `modelId`: default `hashing`; the vectors do not depend on it. `dimensions`: default 64.
 */
export function hashingEmbedder({
  modelId = 'hashing',
  dimensions = 64,
}: {
  readonly modelId?: string | undefined
  readonly dimensions?: number | undefined
} = {}): Embedder {
  return {
    modelId,
    dimensions,
    async embed(texts, { signal } = {}) {
      signal?.throwIfAborted()
      return texts.map((text) => {
        const sum = new Float32Array(dimensions)
        for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
          for (const [at, value] of hashedDirection(word, dimensions).entries()) sum[at] = (sum[at] ?? 0) + value
        }
        const length = Math.hypot(...sum)
        return sum.map((value) => value / length)
      })
    },
  }
}
