/** Texts that come again are not embedded again. */

import { createLruCache } from '../internal/lru-cache.js'
import type { Embedder } from './embedder.js'

/** Longer texts seldom come twice, and would fill the cache. */
const longestKept = 1_024

/**
 * Remembers the vectors of texts up to 1,024 characters, and asks for each text of a call once.
 *
 * @param options - `entries`: texts remembered, the one unused for longest leaves first; default 1,000.
 * @returns An embedder of the same space. What else `embedder` has, `close` for one, stays with it.
 */
export function withEmbeddingCache(
  embedder: Embedder,
  { entries = 1_000 }: { readonly entries?: number | undefined } = {},
): Embedder {
  const { modelId, dimensions } = embedder
  const cache = createLruCache<string, Float32Array>(entries)
  return {
    modelId,
    dimensions,
    async embed(texts, options = {}) {
      options.signal?.throwIfAborted()
      const keyOf = (text: string): string => `${options.purpose ?? 'document'}:${text}`
      const vectors = new Map(texts.map((text) => [text, cache.get(keyOf(text))]))
      const missing = [...vectors.keys()].filter((text) => vectors.get(text) === undefined)
      const made = missing.length === 0 ? [] : await embedder.embed(missing, options)
      for (const [index, text] of missing.entries()) {
        const vector = made[index]
        vectors.set(text, vector)
        if (vector !== undefined && text.length <= longestKept) cache.set(keyOf(text), vector)
      }
      // Copies, since what is returned is the caller's own.
      return texts.map((text) => Float32Array.from(vectors.get(text) ?? []))
    },
  }
}
