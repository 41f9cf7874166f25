/** The memory itself, opened beside a node or without one: SQLite lets several processes in. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createIdSource, describeError, environmentLayer, migrate, resolveConfig, type SqlDatabase } from '@salp/core'
import type { Memory } from '@salp/memory'
import { z } from 'zod'
import { UsageError } from '../cli-errors.js'
import type { Invocation } from '../invocation.js'

const settingsSchema = z.object({
  memory: z
    .object({
      sentenceModel: z.string().optional(),
      wordVectors: z.string().optional(),
      vectorWeight: z.number().optional(),
      likeness: z.number().optional(),
      notes: z.string().optional(),
    })
    .prefault({}),
})

/** Settings of the node that concern its memory. */
export type MemorySettings = z.infer<typeof settingsSchema>['memory']

/** An open memory. */
export interface OpenStore {
  readonly memory: Memory
  readonly db: SqlDatabase
  readonly settings: MemorySettings
  /** Whether records are found by meaning too. */
  readonly embeds: boolean
}

/**
 * Works with the memory of the home folder, or of a file of its own.
 *
 * What it needs is loaded here and not at the start of the program, which other commands would pay for.
 */
export async function withStore<T>(
  { io, home }: Invocation,
  file: string | undefined,
  work: (store: OpenStore) => Promise<T>,
): Promise<T> {
  const [{ createSystemRng, openDatabase, systemClock }, { createMemory, memoryMigrations }, { openEmbedder }] =
    await Promise.all([import('@salp/core/node'), import('@salp/memory'), import('@salp/models/node')])
  const settings = readSettings(home.config, io.environment)
  const path = file ?? home.database
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = openDatabase(path)
  try {
    migrate(db, 'memory', memoryMigrations)
    const embedder = await openEmbedder(settings)
    try {
      const { vectorWeight, likeness } = settings
      const memory = createMemory(
        { db, clock: systemClock, ids: createIdSource({ clock: systemClock, rng: createSystemRng() }), embedder },
        {
          tuning: {
            ...(vectorWeight !== undefined && { vectors: vectorWeight }),
            ...(likeness !== undefined && { likeness }),
          },
        },
      )
      return await work({ memory, db, settings, embeds: embedder !== undefined })
    } finally {
      await embedder?.close()
    }
  } finally {
    db.close()
  }
}

/** Reads these settings alone, environment over file, as a node does; the others are the node's to check. */
function readSettings(file: string, environment: Invocation['io']['environment']): MemorySettings {
  try {
    const values = existsSync(file) ? settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
    const layers = [
      { source: 'file' as const, values, origin: () => file },
      environmentLayer(settingsSchema, environment, 'SALP'),
    ]
    return resolveConfig(settingsSchema, layers).value.memory
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : describeError(error)
    throw new UsageError(`Cannot use ${file}: ${why}`)
  }
}
