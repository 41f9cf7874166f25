/** Lets an agent work in a home before its node starts, so that there is something to see of how it steers itself. */

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { agentMigrations, createAgent, createTool, ToolError } from '@salp/agent'
import { createIdSource, createRedactor, createRng, migrate, silentLogger } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { scriptedModel } from '@salp/models/testing'
import { z } from 'zod'

/** Calls of one reply, each a tool and what it gets: `fail` makes it fail, `wait800` takes that many ms. */
export type Reply = readonly string[]

/** Runs one turn for each list of replies, and leaves what was learnt. @returns Ids of the sessions. */
export async function seedMind(
  home: string,
  turns: readonly (readonly Reply[])[],
  { modules = {} }: { modules?: Readonly<Record<string, boolean>> } = {},
): Promise<string[]> {
  mkdirSync(home, { recursive: true })
  const db = openDatabase(join(home, 'salp.db'))
  try {
    migrate(db, 'agent', agentMigrations)
    const clock = stoppedClock(Date.now() - 3_600_000)
    const rng = createRng('seed')
    const input = z.object({ value: z.string() })
    const tool = (name: string, effect: 'read' | 'write') =>
      createTool({
        ...{ name, input, effect, description: name, timeoutMs: 30_000, reversible: effect === 'write' },
        async run({ value }) {
          await clock.advance(Number(/\d+/.exec(value)?.[0] ?? 0) + Math.floor(rng() * 60))
          if (value.startsWith('fail')) throw new ToolError('It is not there')
          return { value }
        },
      })
    const script = turns.flatMap((replies) => [
      ...replies.map((calls) => ({
        usage: { input: 2_000, output: 80 },
        calls: calls.map((call) => ({ name: call.split(' ')[0] ?? '', input: { value: call.split(' ')[1] ?? '' } })),
      })),
      { text: 'Done' },
    ])
    const agent = createAgent(
      {
        ...{ db, clock, rng, log: silentLogger, redactor: createRedactor({ secrets: [] }) },
        ids: createIdSource({ clock, rng: rng.fork('ids') }),
        sha256: (text) => createHash('sha256').update(text).digest('hex'),
        model: scriptedModel(script),
        memory: { recall: () => Promise.resolve({ hits: [] }) },
        speculator: {
          speculate: async (work) => ({
            value: await work(),
            keep: () => Promise.resolve(),
            discard: () => Promise.resolve(),
          }),
        },
        tools: () => [
          ...['read_file', 'search_files', 'fetch_url'].map((name) => tool(name, 'read')),
          ...['write_file', 'edit_file'].map((name) => tool(name, 'write')),
        ],
      },
      { workspace: home, policy: [{ tool: '*', tier: 'allow' }], modules },
    )
    const sessions: string[] = []
    for (const [index] of turns.entries()) {
      await clock.advance(60_000)
      const text = `Read "src/part-${index}.ts", then look into how the turn loop of "packages/agent" works`
      const turn = agent.stream({ text, channel: 'seed', unattended: true })
      sessions.push(turn.sessionId)
      await turn.result
    }
    await agent.close()
    return sessions
  } finally {
    db.close()
  }
}
