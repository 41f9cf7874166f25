/** An embedder without a model: texts that share stems point the same way. */

import { digest } from '../digest.js'
import type { Embedder } from '../embedder.js'
import { stem } from '../stem.js'
import { stopWords } from '../stop-words.js'
import { fold, words } from '../words.js'

/**
 * Creates an embedder that gives each stem a fixed random direction and adds them up. Equal texts have equal vectors, always.
 *
 * @param options - `synonyms`: words taken for the first of their group, which full text could not know.
 */
export function wordEmbedder({
  modelId = 'words-64',
  dimensions = 64,
  synonyms = [],
}: {
  readonly modelId?: string
  readonly dimensions?: number
  readonly synonyms?: readonly (readonly string[])[]
} = {}): Embedder & { readonly calls: readonly number[] } {
  const calls: number[] = []
  const meaning = new Map(
    synonyms.flatMap((group) => group.map((word) => [stem(word), stem(group[0] ?? word)] as const)),
  )
  const embedOne = (text: string): Float32Array => {
    const sum = new Float32Array(dimensions).fill(1e-6)
    for (const word of words(text).map(fold)) {
      if (stopWords.has(word)) continue
      const own = meaning.get(stem(word)) ?? stem(word)
      for (let index = 0; index < dimensions; index++)
        sum[index] = (sum[index] ?? 0) + (digest(`${index}:${own}`) % 2_000) / 1_000 - 1
    }
    return sum
  }
  return {
    modelId,
    dimensions,
    calls,
    async embed(texts, { signal }) {
      signal?.throwIfAborted()
      calls.push(texts.length)
      return texts.map(embedOne)
    },
  }
}
