/** Recall by meaning: vectors that keep up with the memory. */

import type { Logger, Subscriber } from '@salp/core'
import type { Memory, MemoryEvents } from '@salp/memory'

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
