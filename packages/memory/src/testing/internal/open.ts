/** A memory on a real database, for the tests beside it. */

import { createIdSource, createRng, migrate } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import { recordingPublisher, type StoppedClock, stoppedClock } from '@salp/core/testing'
import type { Embedder } from '../../embedder.js'
import type { Extractor } from '../../extractor.js'
import { createMemory, type Memory, type MemoryEvents, type MemoryOptions } from '../../memory.js'
import { memoryMigrations } from '../../migrations.js'
import type { MemoryInput } from '../../record.js'

/** Noon of Monday, 1 January 2024, in ms since the epoch. */
export const monday = 1_704_110_400_000

/** One day, in ms. */
export const day = 86_400_000

/** A memory, and what it stands on. */
export interface OpenMemory {
  readonly memory: Memory
  readonly db: Database
  readonly clock: StoppedClock
  readonly events: ReturnType<typeof recordingPublisher<MemoryEvents>>
  /** Another memory over the same database. */
  reopen(options: MemoryOptions, embedder?: Embedder, extractor?: Extractor): Memory
}

/** Opens a memory on Monday, in the database at `path`. */
export function openMemory(
  options: MemoryOptions & { path?: string; seed?: string; embedder?: Embedder; db?: Database } = {},
): OpenMemory {
  const {
    path = ':memory:',
    seed = 'memory',
    embedder: first,
    db = openDatabase(path, { busyTimeoutMs: 20_000 }),
    ...rest
  } = options
  migrate(db, 'memory', memoryMigrations)
  const clock = stoppedClock(monday)
  const events = recordingPublisher<MemoryEvents>()
  const ids = createIdSource({ clock, rng: createRng(seed) })
  const reopen = (other: MemoryOptions, embedder?: Embedder, extractor?: Extractor): Memory =>
    createMemory({ db, clock, ids, events, embedder, extractor }, other)
  return { memory: reopen(rest, first), db, clock, events, reopen }
}

/** A statement of the user. */
export function said(content: string, rest: Partial<MemoryInput> = {}): MemoryInput {
  return { content, source: { author: 'user' }, ...rest }
}
