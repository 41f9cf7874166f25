/** A folder of notes that is kept in step with the memory while the node runs. */

import { type FSWatcher, watch } from 'node:fs'
import { resolve } from 'node:path'
import { type Clock, type Logger, SalpError, type SqlDatabase, type Subscriber } from '@salp/core'
import { createWiki, type Memory, type MemoryEvents, type Wiki } from '@salp/memory'
import { openNoteFolder } from '@salp/memory/node'

/** Quiet after a change before a pass, so that a burst of them is one. */
const quietMs = 500

/** Keeps notes and memory in step. */
export interface Notes {
  /** Begins with a pass, and makes one after every change on either side. */
  start(): void
  /** Ends after the pass that runs. May be called twice. */
  close(): Promise<void>
}

/** Opens the folder at `path`. */
export async function openNotes(
  {
    db,
    memory,
    events,
    clock,
    log,
  }: {
    readonly db: SqlDatabase
    readonly memory: Memory
    readonly events: Subscriber<MemoryEvents>
    readonly clock: Clock
    readonly log: Logger
  },
  path: string,
): Promise<Notes> {
  const root = resolve(path)
  const wiki = createWiki({ db, memory, folder: await openNoteFolder(root) })
  const closing = new AbortController()
  let running: Promise<void> | undefined
  let again = false

  const pass = async (): Promise<void> => {
    do {
      again = false
      await clock.sleep(quietMs, { signal: closing.signal })
      tell(await wiki.sync())
    } while (again)
  }
  const tell = ({ written, skipped, ...counts }: Awaited<ReturnType<Wiki['sync']>>): void => {
    const changed = written.length + counts.remembered + counts.changed + counts.retracted
    if (changed > 0) log.info('Notes and memory were brought in step', { ...counts, written: written.length })
    for (const one of skipped) log.warn('A note was left as it is', one)
  }
  const kick = (): void => {
    again = true
    running ??= pass()
      .catch((error: unknown) => {
        if (closing.signal.aborted) return
        const advice = SalpError.is(error, 'memory/wiki-removal') ? 'salp memory notes --allow-removal' : undefined
        log.warn('Notes and memory could not be brought in step', { error, advice })
      })
      .finally(() => {
        running = undefined
      })
  }

  let watcher: FSWatcher | undefined
  const unsubscribe: (() => void)[] = []
  return {
    start() {
      if (watcher !== undefined) return
      unsubscribe.push(events.subscribe('memory:remembered', kick), events.subscribe('memory:forgotten', kick))
      watcher = watch(root, { recursive: true }, (_, name) => {
        // Drafts are ours.
        if (name?.endsWith('.md') && !name.split(/[\\/]/).some((part) => part.startsWith('.'))) kick()
      })
      watcher.on('error', (error) => log.warn('Changes of notes are not seen any more', { error }))
      kick()
    },
    async close() {
      watcher?.close()
      for (const stop of unsubscribe.splice(0)) stop()
      closing.abort()
      await running
    },
  }
}
