/** What clients of the Model Context Protocol may read of an agent. */

import type { Agent } from '@salp/agent'
import { type ResourceSource, transcript } from '@salp/agent/mcp'
import type { Workshop } from '@salp/cartridge'
import type { Memory } from '@salp/memory'

/** What there is to read. */
export interface ReadableParts {
  readonly agent: Agent
  readonly memory: Memory
  readonly cartridges: Pick<Workshop, 'list' | 'get'>
}

/** Entries of one kind that are listed, the newest. */
const listed = 100

/** Memories, sessions and cartridges. */
export function readableParts({ agent, memory, cartridges }: ReadableParts): ResourceSource[] {
  return [
    {
      ...{ name: 'memories', title: 'A remembered record', mimeType: 'application/json' },
      list: async () =>
        (await memory.list({ limit: listed })).map(({ id, content }) => ({
          id,
          name: content.slice(0, 80).toWellFormed(),
        })),
      async read(id) {
        const record = await memory.get(id)
        return record && JSON.stringify(record)
      },
    },
    {
      ...{ name: 'sessions', title: 'What was said in a session', mimeType: 'text/plain' },
      list: async () => agent.store.list(listed).map(({ id, title }) => ({ id, name: title || id })),
      read: async (id) => (agent.store.get(id) === undefined ? undefined : transcript(agent.store, id)),
    },
    {
      ...{ name: 'cartridges', title: 'A cartridge', mimeType: 'application/json' },
      list: async () => (await cartridges.list()).slice(0, listed).map(({ id, name }) => ({ id, name })),
      read: async (id) =>
        (await cartridges.list()).some((cartridge) => cartridge.id === id)
          ? JSON.stringify(await cartridges.get(id))
          : undefined,
    },
  ]
}
