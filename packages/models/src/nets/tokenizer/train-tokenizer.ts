/** Learns which pairs to merge from text. */

import { createHeap } from './heap.js'
import { piecesOf } from './pieces.js'
import { createTokenizer, type Merge, type Tokenizer } from './tokenizer.js'

/** How a tokenizer is trained. */
export interface TrainTokenizerOptions {
  /** Number of tokens, special ones and the 256 bytes included. Fewer come out if no pair comes twice. */
  readonly size: number
  /** Names of the special tokens; they take the first ids, in order. */
  readonly specials: readonly string[]
  readonly signal?: AbortSignal | undefined
}

interface Pair {
  readonly key: number
  readonly count: number
}

/** Vocabularies are smaller than this, so that a pair is one safe integer. */
const maxSize = 1 << 20

/**
 * Trains a byte-level tokenizer: again and again the pair that comes most often becomes a token; of equals, the one of lower ids.
 *
 * The same texts give the same tokenizer, in whatever order they come.
 *
 * @throws RangeError if `size` has no room for bytes and special tokens, or a special name comes twice.
 * @throws The signal's reason if it aborts.
 */
export function trainTokenizer(texts: Iterable<string>, { size, specials, signal }: TrainTokenizerOptions): Tokenizer {
  const firstMerge = specials.length + 256
  if (!(size >= firstMerge && size <= maxSize))
    throw new RangeError(`Cannot train a tokenizer of ${size} tokens: expected [${firstMerge}, ${maxSize}]`)
  if (new Set(specials).size < specials.length) throw new RangeError('Cannot use a special token twice')
  const byteTokens = Array.from({ length: 256 }, (_, byte) => specials.length + byte)
  const { words, counts } = countWords(texts, byteTokens, signal)
  const pairs = countPairs(words, counts)
  // Entries whose count has changed since are stale, and skipped.
  const queue = createHeap<Pair>((a, b) => a.count > b.count || (a.count === b.count && a.key < b.key))
  for (const [key, { count }] of pairs) queue.push({ key, count })

  const merges: Merge[] = []
  while (merges.length < size - firstMerge) {
    const best = queue.pop()
    if (best === undefined || best.count < 2) break
    const pair = pairs.get(best.key)
    if (pair === undefined || pair.count !== best.count) continue
    if (merges.length % 64 === 0) signal?.throwIfAborted()
    const [left, right, merged] = [Math.floor(best.key / maxSize), best.key % maxSize, firstMerge + merges.length]
    merges.push([left, right, merged])
    const changed = new Set<number>()
    const change = (a: number, b: number, by: number, word: number): void => {
      const key = a * maxSize + b
      const known = pairs.get(key) ?? { count: 0, words: [] }
      pairs.set(key, known)
      known.count += by
      if (by > 0) known.words.push(word)
      changed.add(key)
    }
    for (const index of pair.words) {
      const word = words[index]
      if (word !== undefined)
        words[index] = mergeIn(word, left, right, merged, (a, b, by) => change(a, b, by * (counts[index] ?? 0), index))
    }
    pairs.delete(best.key)
    changed.delete(best.key)
    for (const key of changed) {
      const count = pairs.get(key)?.count ?? 0
      if (count > 0) queue.push({ key, count })
      else pairs.delete(key)
    }
  }
  return createTokenizer({ specials: new Map(specials.map((name, id) => [name, id])), byteTokens, merges })
}

function countWords(
  texts: Iterable<string>,
  byteTokens: readonly number[],
  signal: AbortSignal | undefined,
): { words: number[][]; counts: number[] } {
  const found = new Map<string, number>()
  for (const text of texts) {
    signal?.throwIfAborted()
    for (const piece of piecesOf(text)) found.set(piece, (found.get(piece) ?? 0) + 1)
  }
  const encoder = new TextEncoder()
  const words = [...found.keys()].map((piece) => Array.from(encoder.encode(piece), (byte) => byteTokens[byte] ?? 0))
  return { words, counts: [...found.values()] }
}

/** How often each pair comes, and in which words; a word may be named twice, or no longer hold it. */
function countPairs(
  words: readonly number[][],
  counts: readonly number[],
): Map<number, { count: number; words: number[] }> {
  const pairs = new Map<number, { count: number; words: number[] }>()
  for (const [index, word] of words.entries()) {
    for (let at = 0; at + 1 < word.length; at++) {
      const key = (word[at] ?? 0) * maxSize + (word[at + 1] ?? 0)
      const known = pairs.get(key)
      if (known === undefined) pairs.set(key, { count: counts[index] ?? 0, words: [index] })
      else {
        known.count += counts[index] ?? 0
        if (known.words.at(-1) !== index) known.words.push(index)
      }
    }
  }
  return pairs
}

/** Merges a pair wherever it stands in a word, from the left, and tells which pairs went and came. */
function mergeIn(
  word: number[],
  left: number,
  right: number,
  merged: number,
  change: (a: number, b: number, by: 1 | -1) => void,
): number[] {
  const holds = word.some((token, at) => token === left && word[at + 1] === right)
  if (!holds) return word
  const result: number[] = []
  for (let at = 0; at < word.length; at++) {
    if (word[at] === left && word[at + 1] === right) {
      result.push(merged)
      at++
    } else result.push(word[at] ?? 0)
  }
  for (let at = 0; at + 1 < word.length; at++) change(word[at] ?? 0, word[at + 1] ?? 0, -1)
  for (let at = 0; at + 1 < result.length; at++) change(result[at] ?? 0, result[at + 1] ?? 0, 1)
  return result
}
