/** Word vectors on disk, looked up one at a time. */

import { type FileHandle, open } from 'node:fs/promises'
import { describeError } from '@salp/core'
import { createLruCache } from '../../internal/lru-cache.js'
import { EmbedderError } from '../embedder-error.js'
import { decodeEntries, decodeRow, headerBytes, rowBytes, type WordVectorHeader, wordVectorHeader } from './format.js'

/** A word that the file knows. */
export interface KnownWord {
  /** How many words of the file are more frequent. */
  readonly rank: number
  readonly vector: Float32Array
}

/** An open file of word vectors. */
export interface WordVectorFile {
  readonly header: WordVectorHeader
  /** Finds a word as it is written: two reads at most, none for one that was asked for lately. */
  find(word: string): Promise<KnownWord | undefined>
  close(): Promise<void>
}

/** Words remembered, known and unknown; at 300 dimensions, some 5 MB. */
const cachedWords = 4_096

/** Opens a file. @throws {@link EmbedderError} (`models/embedder`) if it is none, or was cut off. */
export async function openWordVectorFile(path: string): Promise<WordVectorFile> {
  const file = await open(path).catch((error: unknown) => {
    throw new EmbedderError(path, describeError(error), error)
  })
  try {
    const header = wordVectorHeader.parse(JSON.parse((await read(file, 0, headerBytes)).toString()))
    const { indexAt, sizeBytes } = header
    const blocks = decodeEntries(await read(file, indexAt, sizeBytes - indexAt))
    return createFile(file, header, blocks)
  } catch (error) {
    await file.close()
    throw new EmbedderError(path, 'it was not made by convertWordVectors, or not to its end', error)
  }
}

function createFile(
  file: FileHandle,
  header: WordVectorHeader,
  entries: readonly { readonly number: number; readonly word: string }[],
): WordVectorFile {
  let at = header.blocksAt
  const blocks = entries.map(({ number: sizeBytes, word: first }) => {
    at += sizeBytes
    return { first, at: at - sizeBytes, sizeBytes }
  })
  const cache = createLruCache<string, { readonly found: KnownWord | undefined }>(cachedWords)

  const look = async (word: string): Promise<KnownWord | undefined> => {
    const block = blocks[lastNotAfter(blocks, word)]
    if (block === undefined) return undefined
    const words = decodeEntries(await read(file, block.at, block.sizeBytes))
    const rank = words.find((entry) => entry.word === word)?.number
    if (rank === undefined) return undefined
    const sizeBytes = rowBytes(header.dimensions)
    return { rank, vector: decodeRow(await read(file, headerBytes + rank * sizeBytes, sizeBytes)) }
  }
  return {
    header,
    async find(word) {
      const cached = cache.get(word)
      if (cached !== undefined) return cached.found
      const found = await look(word)
      cache.set(word, { found })
      return found
    },
    close: () => file.close(),
  }
}

/** Position of the last block that begins with `word` or before it; -1 if there is none. */
function lastNotAfter(blocks: readonly { readonly first: string }[], word: string): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.first ?? '') <= word) low = middle + 1
    else high = middle
  }
  return low - 1
}

async function read(file: FileHandle, position: number, sizeBytes: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, position)
  if (bytesRead < sizeBytes) throw new RangeError(`Cannot read ${sizeBytes} bytes at ${position}: the file ends before`)
  return buffer
}
