/** Recall by meaning: the embedder an operator named, and vectors that keep up with the memory. */

import type { Logger, Subscriber } from '@salp/core'
import type { Embedder, Memory, MemoryEvents } from '@salp/memory'
import { createOnnxEmbedder, createWordVectorEmbedder } from '@salp/models/node'
import type { Settings } from './settings.js'

/** An embedder with a lifetime. */
type OpenEmbedder = Embedder & { close(): Promise<void> }

/**
 * Opens the embedder that the settings name; none is needed.
 *
 * @throws EmbedderError, EmbedderRuntimeError or WordVectorsError if what they name cannot be used.
 */
export async function openEmbedder({
  sentenceModel,
  wordVectors,
}: Settings['memory']): Promise<OpenEmbedder | undefined> {
  if (sentenceModel !== undefined) return createOnnxEmbedder({ folder: sentenceModel })
  return wordVectors === undefined ? undefined : createWordVectorEmbedder({ file: wordVectors })
}

/** Gives vectors to records that have none, in the background. */
export interface Embedding {
  /** Begins, and goes on whenever something is remembered. */
  start(): void
  /** Stops between two batches. May be called twice. */
  close(): Promise<void>
}

/** Creates the background work; a batch that was written stays written. */
export function createEmbedding({
  memory,
  events,
  log,
}: {
  memory: Pick<Memory, 'embed'>
  events: Subscriber<MemoryEvents>
  log: Logger
}): Embedding {
  const closing = new AbortController()
  let running: Promise<void> | undefined
  let again = false
  const work = async (): Promise<void> => {
    do {
      again = false
      await memory.embed({ signal: closing.signal })
    } while (again)
  }
  const kick = (): void => {
    again = true
    running ??= work()
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.warn('Records could not be embedded; they are found by their words', { error })
      })
      .finally(() => {
        running = undefined
      })
  }
  let unsubscribe: (() => void) | undefined
  return {
    start() {
      unsubscribe ??= events.subscribe('memory:remembered', kick)
      kick()
    },
    async close() {
      unsubscribe?.()
      closing.abort()
      await running
    },
  }
}
