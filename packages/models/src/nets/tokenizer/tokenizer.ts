/** A byte-level tokenizer by merged pairs (BPE): every text and every bytes have tokens, and come back from them as they were. */

import { createHeap } from './heap.js'
import { piecesOf, runsOf } from './pieces.js'

/** Two tokens that become one. */
export type Merge = readonly [left: number, right: number, merged: number]

/** What a tokenizer knows. Plain data. */
export interface TokenizerModel {
  /** Ids of tokens that stand for no bytes, by name. Text never becomes one of them. */
  readonly specials: ReadonlyMap<string, number>
  /** The token of each byte. */
  readonly byteTokens: readonly number[]
  /** In the order in which they are tried, best first. */
  readonly merges: readonly Merge[]
}

/** Turns text into tokens and back. */
export interface Tokenizer {
  readonly model: TokenizerModel
  /** Ids lie in [0, size). */
  readonly size: number
  /** Tokens of a text or of any bytes; none of them special. Time grows as n log n with the longest piece. */
  encode(text: string | Uint8Array): number[]
  /** The bytes of tokens; special ones have none. @throws RangeError if an id is unknown. */
  decode(ids: Iterable<number>): Uint8Array<ArrayBuffer>
  /** The same as text; what is not UTF-8, such as a character cut in two, becomes U+FFFD. */
  decodeText(ids: Iterable<number>): string
}

/** Pieces remembered with their tokens. */
const maxRemembered = 20_000
/** Longer pieces are rare, and not worth remembering. */
const maxRememberedLength = 64

/** A pair as one number. */
const keyOf = (left: number, right: number): number => left * 0x400_0000 + right

/**
 * Creates a tokenizer.
 *
 * @throws RangeError if a merge names a token that is made by none before it, or ids are used twice.
 */
export function createTokenizer(model: TokenizerModel): Tokenizer {
  const bytesOfToken = tokenBytes(model)
  const ranks = new Map(model.merges.map(([left, right, merged], rank) => [keyOf(left, right), { rank, merged }]))
  const remembered = new Map<string, readonly number[]>()
  const encodeBytes = (bytes: Uint8Array): number[] =>
    merge(
      Array.from(bytes, (byte) => model.byteTokens[byte] ?? 0),
      ranks,
    )
  const encodePiece = (piece: string): readonly number[] => {
    const known = remembered.get(piece)
    if (known !== undefined) return known
    const tokens = encodeBytes(new TextEncoder().encode(piece))
    if (piece.length <= maxRememberedLength) {
      if (remembered.size === maxRemembered) remembered.clear()
      remembered.set(piece, tokens)
    }
    return tokens
  }
  const encodeText = (text: string): number[] => piecesOf(text).flatMap(encodePiece)
  const decode = (ids: Iterable<number>): Uint8Array<ArrayBuffer> => {
    const parts: Uint8Array[] = []
    for (const id of ids) {
      const bytes = bytesOfToken.get(id)
      if (bytes === undefined) throw new RangeError(`Cannot decode token ${id}: there is none`)
      parts.push(bytes)
    }
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
  return {
    model,
    size: Math.max(...bytesOfToken.keys()) + 1,
    encode(text) {
      if (typeof text === 'string') return encodeText(text)
      return runsOf(text).flatMap((run) => ('text' in run ? encodeText(run.text) : encodeBytes(run.bytes)))
    },
    decode,
    decodeText: (ids) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(decode(ids)),
  }
}

/** The bytes of each token; none for special ones. */
export function tokenBytes({ specials, byteTokens, merges }: TokenizerModel): Map<number, Uint8Array> {
  const bytes = new Map<number, Uint8Array>()
  const put = (id: number, value: Uint8Array): void => {
    if (!Number.isInteger(id) || id < 0 || id >= 0x400_0000 || bytes.has(id))
      throw new RangeError(`Cannot use the token ${id}: it is used twice, or no id`)
    bytes.set(id, value)
  }
  if (byteTokens.length !== 256) throw new RangeError(`Cannot make a tokenizer of ${byteTokens.length} bytes`)
  for (const id of specials.values()) put(id, new Uint8Array())
  for (const [byte, id] of byteTokens.entries()) put(id, Uint8Array.of(byte))
  for (const [left, right, merged] of merges) {
    const [a, b] = [bytes.get(left), bytes.get(right)]
    if (a === undefined || b === undefined)
      throw new RangeError(`Cannot merge the tokens ${left} and ${right}: one of them is not made before`)
    const joined = new Uint8Array(a.length + b.length)
    joined.set(a)
    joined.set(b, a.length)
    // Two ways may lead to the same token.
    const known = bytes.get(merged)
    if (known === undefined) put(merged, joined)
    else if (known.length !== joined.length || known.some((byte, at) => byte !== joined[at])) put(merged, joined)
  }
  return bytes
}

/** Merges the best pair, leftmost first, until none is left. */
function merge(tokens: number[], ranks: ReadonlyMap<number, { rank: number; merged: number }>): number[] {
  if (tokens.length < 2) return tokens
  /** A list through the places that are left. */
  const next = tokens.map((_, at) => at + 1)
  const previous = tokens.map((_, at) => at - 1)
  const queue = createHeap<{ rank: number; at: number; left: number; right: number; merged: number }>(
    (a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at),
  )
  const offer = (at: number): void => {
    const [left, right] = [tokens[at], tokens[next[at] ?? tokens.length]]
    if (left === undefined || right === undefined) return
    const found = ranks.get(keyOf(left, right))
    if (found !== undefined) queue.push({ ...found, at, left, right })
  }
  for (const at of tokens.keys()) offer(at)
  for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
    const { at, left, right, merged } = best
    const gone = next[at] ?? tokens.length
    // One of the two has become part of another since.
    if (tokens[at] !== left || tokens[gone] !== right) continue
    tokens[at] = merged
    tokens[gone] = -1
    const after = next[gone] ?? tokens.length
    next[at] = after
    if (after < tokens.length) previous[after] = at
    const before = previous[at] ?? -1
    if (before >= 0) offer(before)
    offer(at)
  }
  return tokens.filter((token) => token >= 0)
}
