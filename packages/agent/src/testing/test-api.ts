/** The HTTP API over a test agent and a real memory, called by requests that no socket carries. */

import { createIdSource, createRng, migrate } from '@salp/core'
import { createMemory, type Memory, memoryMigrations } from '@salp/memory'
import { createAgentApi } from '../http/api.js'
import type { ApiDeps } from '../http/deps.js'
import { createDeliveries, deliveryMigrations } from '../session/deliveries.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from './test-agent.js'

/** The API, and what it was made of. */
export interface TestApi extends TestAgent {
  readonly memory: Memory
  /** Sends a request with the token; `json` makes it a POST. */
  request(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>
  close(): Promise<void>
}

/** Creates the API; its token is `secret-token`. */
export function createTestApi({
  nets,
  activities,
  push,
  ...options
}: TestAgentOptions & {
  readonly [Part in 'nets' | 'activities' | 'push']?: ((made: TestAgent) => ApiDeps[Part]) | undefined
} = {}): TestApi {
  const made = createTestAgent(options)
  const { agent, db, clock, log, model } = made
  migrate(db, 'memory', memoryMigrations)
  migrate(db, 'agent-deliveries', deliveryMigrations)
  const ids = createIdSource({ clock, rng: createRng('api') })
  const memory = createMemory({ db, clock, ids })
  const app = createAgentApi(
    {
      agent,
      memory,
      model,
      clock,
      ids,
      log,
      status: () => Promise.reject(new Error('not asked for here')),
      config: [
        { path: 'model.key', value: 'sk-secret', source: 'environment', origin: 'SALP_MODEL_KEY', secret: true },
      ],
      version: '0.0.0',
      deliveries: createDeliveries({ db, clock }),
      nets: nets?.(made),
      activities: activities?.(made),
      push: push?.(made),
    },
    { token: 'secret-token', hosts: ['localhost'], trustLoopback: true },
  )
  return {
    ...made,
    memory,
    request: async (path, { json, ...init } = {}) =>
      app.request(`http://localhost${path}`, {
        ...init,
        ...(json !== undefined && { method: init.method ?? 'POST', body: JSON.stringify(json) }),
        headers: {
          host: 'localhost',
          authorization: 'Bearer secret-token',
          'content-type': 'application/json',
          ...init.headers,
        },
      }),
    async close() {
      await agent.close()
      db.close()
    },
  }
}
