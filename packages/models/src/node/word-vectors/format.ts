/**
 * The file of converted word vectors, made to be read in pieces.
 *
 * | part | content |
 * | --- | --- |
 * | header | JSON, padded with spaces to 1,024 bytes |
 * | rows | one a word, in the order of the source: float32 scale, then int8 a dimension |
 * | blocks | the words in the order of their UTF-16 units, 64 a block: uint32 row, uint8 length, UTF-8 |
 * | index | one entry a block: uint32 bytes of the block, uint8 length, UTF-8 of its first word |
 *
 * Numbers are little-endian. The index alone is held in memory: some 600 KB for two million words.
 */

import { z } from 'zod'

/** Bytes of the header. */
export const headerBytes = 1_024

/** Words a block holds. */
export const blockWords = 64

/** Longer words, which are links and rubbish, are left out. */
export const maxWordBytes = 255

/** What a file says of itself. */
export const wordVectorHeader = z.object({
  format: z.literal('salp-word-vectors-1'),
  dimensions: z.int().positive(),
  words: z.int().positive(),
  /** Mean length of the vectors. */
  meanLength: z.number().positive(),
  blocksAt: z.int().positive(),
  indexAt: z.int().positive(),
  sizeBytes: z.int().positive(),
  /** Of the rows, their words and their order. */
  digest: z.string(),
})

/** What a file says of itself. */
export type WordVectorHeader = z.infer<typeof wordVectorHeader>

/** Bytes of one vector. */
export function rowBytes(dimensions: number): number {
  return 4 + dimensions
}

/** Writes an int8 vector and the scale that brings it back. */
export function encodeRow(vector: readonly number[]): Buffer {
  const row = Buffer.alloc(rowBytes(vector.length))
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = Math.fround(largest / 127) || 1
  row.writeFloatLE(scale)
  for (const [index, value] of vector.entries()) {
    row.writeInt8(Math.max(-127, Math.min(127, Math.round(value / scale))), 4 + index)
  }
  return row
}

/** Reads what {@link encodeRow} wrote. */
export function decodeRow(row: Buffer): Float32Array {
  const scale = row.readFloatLE()
  return Float32Array.from({ length: row.length - 4 }, (_, index) => row.readInt8(4 + index) * scale)
}

/** A number and a word, as blocks and index hold them. */
export interface WordEntry {
  readonly number: number
  readonly word: string
}

/** Writes a word of at most {@link maxWordBytes} behind its number. */
export function encodeEntry({ number, word }: WordEntry): Buffer {
  const text = Buffer.from(word)
  const head = Buffer.alloc(5)
  head.writeUInt32LE(number)
  head.writeUInt8(text.length, 4)
  return Buffer.concat([head, text])
}

/** Reads entries to the end of `bytes`. @throws RangeError if the last one is cut off. */
export function decodeEntries(bytes: Buffer): WordEntry[] {
  const entries: WordEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const number = bytes.readUInt32LE(at)
    const end = at + 5 + bytes.readUInt8(at + 4)
    if (end > bytes.length) throw new RangeError(`Cannot read entry ${entries.length}: it is cut off`)
    entries.push({ number, word: bytes.toString('utf8', at + 5, end) })
    at = end
  }
  return entries
}
