/** An agent for measuring: everything real but the model, the memory and the tools. */

import { createHash } from 'node:crypto'
import { agentMigrations, createAgent } from '@salp/agent'
import { createIdSource, createRedactor, migrate, silentLogger } from '@salp/core'
import { createSystemRng, systemClock } from '@salp/core/node'

/** Creates the agent over `db`. */
export function createBenchAgent({ db, model, tools }, options = {}) {
  migrate(db, 'agent', agentMigrations)
  const rng = createSystemRng()
  return createAgent(
    {
      db,
      clock: systemClock,
      rng,
      ids: createIdSource({ clock: systemClock, rng }),
      log: silentLogger,
      redactor: createRedactor(),
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      model,
      memory: { recall: () => Promise.resolve({ hits: [] }) },
      tools: () => tools,
    },
    { workspace: 'bench', ...options },
  )
}
