/** Texts as weighted averages of their words' vectors: no model runs, so it is fast, and knows nothing of word order. */

import { basename } from 'node:path'
import type { Embedder } from '../../embedding/embedder.js'
import { hashedDirection } from '../../embedding/hashed-direction.js'
import { toUnit } from '../../embedding/unit.js'
import { openWordVectorFile, type WordVectorFile } from './word-vector-file.js'

/** An open file of word vectors as an embedder. */
export interface WordVectorEmbedder extends Embedder {
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Between 1e-3 and 1e-4 in the paper: a word of this share of all text counts half. */
const half = 1e-3

/** Words of a text that are read: an average of so many moves no more. */
const maxWords = 4_096

/**
 * Opens vectors made by {@link convertWordVectors}.
 *
 * A text is the mean of its words' vectors, each weighted by a / (a + p), with p the word's share of all text. The shares
 * are estimated by Zipf's law from the order of the file. A word that the file lacks, in that case and in lower case,
 * gets a direction of its own. `purpose` changes nothing.
 *
 * @throws {@link EmbedderError} (`models/embedder`) if it is no such file, or was cut off.
 * @see Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (2017), without the removal of
 *   the first component, which would need the whole store at once.
 */
export async function createWordVectorEmbedder({ file: path }: { readonly file: string }): Promise<WordVectorEmbedder> {
  const file = await openWordVectorFile(path)
  const { dimensions, digest } = file.header
  const modelId = `${basename(path)}@${digest.slice(0, 12)}`
  const close = (): Promise<void> => file.close()
  return {
    modelId,
    dimensions,
    async embed(texts, { signal } = {}) {
      const vectors: Float32Array[] = []
      for (const text of texts) {
        signal?.throwIfAborted()
        const average = await averageOf(text, file)
        // Of no words, or of words that cancel out, the text as a whole is one unknown word.
        const direction = average.some((value) => value !== 0) ? average : hashedDirection(text, dimensions)
        vectors.push(toUnit(direction, { modelId, dimensions }))
      }
      return vectors
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function averageOf(text: string, file: WordVectorFile): Promise<Float32Array> {
  const { dimensions, words, meanLength } = file.header
  const harmonic = Math.log(words) + 0.5772
  const found = await Promise.all(
    Array.from(countWords(text), async ([word, count]) => ({
      ...{ word, count },
      known: (await file.find(word)) ?? (await file.find(word.toLowerCase())),
    })),
  )
  const sum = new Float32Array(dimensions)
  for (const { word, count, known } of found) {
    const share = 1 / (((known?.rank ?? words) + 1) * harmonic)
    const weight = (count * half) / (half + share)
    const vector = known?.vector ?? hashedDirection(word.toLowerCase(), dimensions).map((value) => value * meanLength)
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] ?? 0) + weight * (vector[at] ?? 0)
  }
  return sum
}

/** Counts the words of a text, each as it is written. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  let read = 0
  for (const [word] of text.normalize('NFC').matchAll(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu)) {
    if (++read > maxWords) break
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}
