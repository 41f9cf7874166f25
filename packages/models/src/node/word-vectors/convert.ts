/** Makes a file that can be read in pieces out of word vectors as text. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { SalpError } from '@salp/core'
import { blockWords, encodeEntry, encodeRow, headerBytes, maxWordBytes, type WordVectorHeader } from './format.js'

/** How far a conversion is. */
export interface ConversionProgress {
  /** Of the input. */
  readonly readBytes: number
  readonly totalBytes: number
  readonly words: number
}

/** What to convert. */
export interface ConvertWordVectorsOptions {
  /** Text of GloVe, word2vec or fastText: one word a line with its numbers, the most frequent first. */
  readonly input: string
  /** Replaced once the whole is on disk; until then it stays as it is. */
  readonly output: string
  readonly onProgress?: ((progress: ConversionProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const chunkBytes = 1 << 20

/**
 * Converts word vectors to one byte a dimension, for {@link createWordVectorEmbedder}.
 *
 * Holds the words in memory, not the vectors. Of a word that comes twice, the first counts; words with a space, or of more
 * than 255 bytes, are left out.
 *
 * @returns What was written.
 * @throws {@link WordVectorsError} (`models/word-vectors`) if a line is no vector of the width of the first.
 * @throws The signal's reason if it aborts; nothing of the output is left.
 */
export async function convertWordVectors({
  input,
  output,
  onProgress,
  signal,
}: ConvertWordVectorsOptions): Promise<{ words: number; dimensions: number }> {
  signal?.throwIfAborted()
  const totalBytes = (await stat(input)).size
  const partial = `${output}.partial`
  const file = await open(partial, 'w')
  try {
    const writer = createWriter(file)
    const rows = new Map<string, number>()
    const digest = createHash('sha256')
    let dimensions: number | undefined
    let lengths = 0
    for await (const { line, lineNumber, readBytes } of linesOf(input, signal)) {
      const fields = line.split(' ')
      if (lineNumber === 1 && fields.length === 2) continue
      dimensions ??= fields.length - 1
      const vector = fields.slice(-dimensions).map(Number)
      const length = Math.hypot(...vector)
      if (fields.length <= dimensions || dimensions === 0 || !Number.isFinite(length) || fields.includes('', 1)) {
        throw new WordVectorsError(input, lineNumber, `expected a word and ${dimensions} numbers`)
      }
      const word = Buffer.from(fields[0] ?? '')
      if (fields.length === dimensions + 1 && word.length > 0 && word.length <= maxWordBytes) {
        // Out of the buffer: a slice of the line would hold on to all that was read with it.
        const name = word.toString()
        if (!rows.has(name)) {
          const row = encodeRow(vector)
          digest.update(word).update(row)
          await writer.write(row)
          rows.set(name, rows.size)
          lengths += length
        }
      }
      if (readBytes !== undefined) onProgress?.({ readBytes, totalBytes, words: rows.size })
    }
    if (dimensions === undefined || lengths === 0) throw new WordVectorsError(input, 1, 'it holds no vector')

    const words = [...rows.keys()].sort()
    const blocksAt = writer.position()
    const index: Buffer[] = []
    for (let at = 0; at < words.length; at += blockWords) {
      const block = words.slice(at, at + blockWords)
      const bytes = Buffer.concat(block.map((word) => encodeEntry({ number: rows.get(word) ?? 0, word })))
      index.push(encodeEntry({ number: bytes.length, word: block[0] ?? '' }))
      await writer.write(bytes)
    }
    const indexAt = writer.position()
    for (const entry of index) await writer.write(entry)
    await writer.finish({
      ...{ format: 'salp-word-vectors-1', dimensions, words: words.length, meanLength: lengths / words.length },
      ...{ blocksAt, indexAt, sizeBytes: writer.position(), digest: digest.digest('hex') },
    })
    await file.close()
    signal?.throwIfAborted()
    await rename(partial, output)
    return { words: words.length, dimensions }
  } catch (error) {
    await file.close()
    await rm(partial, { force: true })
    throw error
  }
}

interface Line {
  readonly line: string
  /** From 1. */
  readonly lineNumber: number
  /** What was read so far, with the last line of each chunk. */
  readonly readBytes?: number | undefined
}

/** Lines end at a line feed alone: vocabularies hold words that are other separators of Unicode. */
async function* linesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Line> {
  const decoder = new TextDecoder()
  let rest = ''
  let lineNumber = 0
  let readBytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    signal?.throwIfAborted()
    readBytes += chunk.length
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > chunkBytes) throw new WordVectorsError(path, lineNumber + lines.length + 1, 'it is too long')
    for (const [index, line] of lines.entries()) {
      yield { line: trimLine(line), lineNumber: ++lineNumber, ...(index === lines.length - 1 ? { readBytes } : {}) }
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield { line: trimLine(rest), lineNumber: ++lineNumber, readBytes }
}

/** Takes off what word2vec and Windows put at the end of a line. */
function trimLine(line: string): string {
  return line.replace(/[ \r]+$/, '')
}

/** Writes behind the header, in large pieces. */
function createWriter(file: FileHandle): {
  write(bytes: Buffer): Promise<void>
  position(): number
  finish(header: WordVectorHeader): Promise<void>
} {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let written = headerBytes
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    await file.write(bytes, 0, bytes.length, written)
    written += bytes.length
  }
  return {
    async write(bytes) {
      pending.push(bytes)
      pendingBytes += bytes.length
      if (pendingBytes >= chunkBytes) await flush()
    },
    position: () => written + pendingBytes,
    async finish(header) {
      await flush()
      await file.write(JSON.stringify(header).padEnd(headerBytes), 0)
      await file.sync()
    },
  }
}

/** Text that holds no word vectors. */
export class WordVectorsError extends SalpError {
  readonly path: string
  /** From 1. */
  readonly line: number
  constructor(path: string, line: number, why: string) {
    super('models/word-vectors', `Cannot convert "${path}", line ${line}: ${why}`)
    this.path = path
    this.line = line
  }
}
