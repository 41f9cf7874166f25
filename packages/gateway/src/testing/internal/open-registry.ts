/** A registry on a database of its own, for tests. */

import { createIdSource, createRng, type Migration, migrate } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { registrySteps } from '../../registry/migrations.js'
import { createRegistry, type Registry, type RegistryDeps, type RegistryOptions } from '../../registry/registry.js'

/** 20 000 days after the epoch, at noon. */
export const noon = 20_000 * 86_400_000 + 43_200_000

/** Opens a database with the tables of the registry. */
export function openTables(path = ':memory:'): Database {
  const db = openDatabase(path, { busyTimeoutMs: 60_000 })
  migrate(
    db,
    'gateway',
    registrySteps.map((step, index): Migration => ({ version: index + 1, ...step })),
  )
  return db
}

/** Opens a registry that takes any price but `bad` and any name, unless `deps` say otherwise. */
export function openRegistry(
  deps: Partial<RegistryDeps> = {},
  options: RegistryOptions = {},
): { db: RegistryDeps['db']; clock: ReturnType<typeof stoppedClock>; registry: Registry } {
  const clock = stoppedClock(noon)
  const db = deps.db ?? openTables()
  const registry = createRegistry(
    {
      db,
      clock,
      ids: createIdSource({ clock, rng: createRng('registry') }),
      targets: { check: async () => ({ status: 'allowed' }) },
      checkPrice: (price) => (price === 'bad' ? 'it is no price' : undefined),
      ...deps,
    },
    options,
  )
  return { db, clock, registry }
}
