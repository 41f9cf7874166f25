/** Care of the memory while nobody waits: curation, practice and reading once a day. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Clock, Logger } from '@salp/core'
import type { Experience, Memory } from '@salp/memory'

const dayMs = 86_400_000

/** Time after the start in which other things come first, and between two looks at whether the agent is idle. */
const pauseMs = 60_000

/** Age from which events are condensed. */
const condenseAfterMs = 30 * dayMs

/** What the care of a memory asks of a node. */
export interface UpkeepDeps {
  readonly memory: Pick<Memory, 'curate' | 'enrich'>
  readonly experience: Pick<Experience, 'practise'>
  readonly clock: Clock
  readonly log: Logger
  /** Whether a turn runs. */
  busy(): boolean
}

/** Cares for a memory once a day, in the background. */
export interface Upkeep {
  /** Begins, a minute from now. */
  start(): void
  /** Ends what runs; it goes on another time. May be called twice. */
  close(): Promise<void>
}

/**
 * Creates the care. A file notes when it was last done, so that a restart does not do it again.
 *
 * @param options - `stamp`: path of that file. `readPerDay`: most records that a language model may read.
 */
export function createUpkeep(
  { memory, experience, clock, log, busy }: UpkeepDeps,
  { stamp, readPerDay }: { readonly stamp: string; readonly readPerDay: number },
): Upkeep {
  const closing = new AbortController()
  const { signal } = closing
  let running: Promise<void> | undefined

  const care = async (): Promise<void> => {
    const { expired, merged, condensed, conflicts } = await memory.curate({ condenseAfterMs, signal })
    const procedures = await experience.practise()
    const reading = readPerDay === 0 ? undefined : await memory.enrich({ limit: readPerDay, signal })
    log.info('The memory was cared for', {
      expired: expired.length,
      merged: merged.length,
      condensed: condensed.length,
      conflicts: conflicts.length,
      procedures: procedures.length,
      ...reading,
    })
  }

  const work = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(pauseMs, { signal })
      if (busy() || clock.now() - lastDone(stamp) < dayMs) continue
      // Noted first: what fails once must not fail every minute.
      writeFileSync(stamp, `${clock.now()}`)
      await care().catch((error: unknown) => {
        if (!signal.aborted) log.warn('The memory could not be cared for; tomorrow is another day', { error })
      })
    }
  }

  return {
    start() {
      running ??= work().catch((error: unknown) => {
        if (!signal.aborted) log.error('The care of the memory has ended', { error })
      })
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

function lastDone(stamp: string): number {
  return existsSync(stamp) ? Number(readFileSync(stamp, 'utf8')) : -Infinity
}
