/** A workshop on this machine: its tables, a folder of modules, a compiler in a process, cartridges in a thread. */

import type { Clock, EventBus, Logger, Rng, SqlDatabase } from '@salp/core'
import { sqliteKvStore } from '../kv/kv-store.js'
import { openCatalog } from '../workshop/catalog.js'
import type { Workshop, WorkshopDeps, WorkshopEvents, WorkshopOptions } from '../workshop/contract.js'
import { createWorkshop } from '../workshop/workshop.js'
import { openArtifactFolder } from './artifact-folder.js'
import { openAssemblyScript } from './asc-process.js'
import { createFetcher } from './fetcher.js'
import { openRust } from './rust-compiler.js'
import { openScript } from './script-compiler.js'
import { scriptEngine } from './script-engine.js'
import { openTemplates } from './templates.js'
import { openThreadHost } from './thread-host.js'
import { openThreadPool } from './thread-pool.js'

/** What a workshop on this machine asks for. */
export interface OpenWorkshopDeps extends Pick<WorkshopDeps, 'priceProblem'> {
  /** With the tables of `cartridgeMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Clock
  /** Seeds the chance of cartridges. */
  readonly rng: Rng
  readonly log: Logger
  readonly events: EventBus<WorkshopEvents>
  /** Where modules are kept. */
  readonly folder: string
}

/** Opens a workshop. Compiler and threads start when they are first needed. */
export async function openWorkshop(deps: OpenWorkshopDeps, options: WorkshopOptions): Promise<Workshop> {
  const { db, clock, rng, log, events, folder, priceProblem } = deps
  const kv = sqliteKvStore(db)
  const unheard = { publish: () => undefined }
  const [templates, rust] = await Promise.all([openTemplates(), openRust({ clock })])
  const http = createFetcher({ clock }, { hosts: options.httpHosts ?? [] })
  return createWorkshop(
    {
      ...{ clock, log, events, kv, priceProblem },
      catalog: openCatalog(db),
      artifacts: openArtifactFolder(folder),
      compilers: {
        ...{ assemblyscript: openAssemblyScript({ clock }), script: openScript({ clock }) },
        ...(rust !== undefined && { rust }),
      },
      templates,
      openHost: (write) =>
        openThreadPool({ open: () => openThreadHost({ clock, rng, kv, events, log: write, scriptEngine, http }) }),
      // Without a way out: what is tried and tested asks nobody.
      openBench: (own) => openThreadHost({ clock, rng, kv: own, events: unheard, log: () => undefined, scriptEngine }),
    },
    options,
  )
}
