/** An agent over a database in memory, with a stopped clock and a scripted model, for tests of this package. */

import { createHash } from 'node:crypto'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { createIdSource, createRedactor, createRng, migrate } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import { recordingLogger, stoppedClock } from '@salp/core/testing'
import { type ModelScript, scriptedModel } from '@salp/models/testing'
import { z } from 'zod'
import { type Agent, type AgentDeps, type AgentOptions, createAgent } from '../agent.js'
import { agentMigrations } from '../migrations.js'
import type { AgentEvent, RecalledMemory } from '../protocol.js'
import type { Speculator } from '../speculation.js'
import { createTool, type Tool } from '../tool.js'

/** What a test may change of the agent. */
export interface TestAgentOptions extends Partial<AgentOptions> {
  readonly script?: ModelScript | undefined
  readonly model?: LanguageModelV4 | undefined
  readonly tools?: AgentDeps['tools'] | undefined
  readonly memories?: readonly RecalledMemory[] | undefined
  /** Told how many memories are wanted. */
  readonly onRecall?: ((limit: number) => void) | undefined
  readonly db?: Database | undefined
  readonly paused?: (() => string | undefined) | undefined
  readonly seed?: string | undefined
  readonly speculator?: Speculator | undefined
  readonly surroundings?: AgentDeps['surroundings'] | undefined
  readonly summarizer?: AgentDeps['summarizer'] | undefined
  readonly secondKey?: AgentDeps['secondKey'] | undefined
  readonly within?: AgentDeps['within'] | undefined
}

/** The agent and what it was made of. */
export interface TestAgent {
  readonly agent: Agent
  readonly db: Database
  readonly clock: ReturnType<typeof stoppedClock>
  readonly model: ReturnType<typeof scriptedModel>
  readonly log: ReturnType<typeof recordingLogger>
  /** Everything that happened, pieces of text included. */
  readonly events: AgentEvent[]
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Tools that only note that they ran. */
export function notingTools(ran: string[]): Tool[] {
  const input = z.object({ value: z.string() })
  const run = (name: string) => (given: { value: string }) => {
    ran.push(`${name} ${given.value}`)
    return Promise.resolve({ noted: given.value })
  }
  const common = { description: 'Notes that it ran', input, timeoutMs: 1_000 }
  return [
    createTool({ ...common, name: 'look', effect: 'read', run: run('look') }),
    createTool({ ...common, name: 'change', effect: 'write', run: run('change') }),
  ]
}

/** Creates a test agent; close the database when done. */
export function createTestAgent({
  script = [],
  tools,
  memories = [],
  onRecall,
  db = openDatabase(':memory:'),
  paused,
  seed = 'test',
  speculator,
  surroundings,
  summarizer,
  secondKey,
  within,
  ...options
}: TestAgentOptions = {}): TestAgent {
  migrate(db, 'agent', agentMigrations)
  const clock = stoppedClock(Date.UTC(2026, 10, 21))
  const rng = createRng(seed)
  const model = scriptedModel(script)
  const log = recordingLogger()
  const events: AgentEvent[] = []
  const agent = createAgent(
    {
      db,
      clock,
      rng,
      ids: createIdSource({ clock, rng: rng.fork('ids') }),
      log,
      redactor: createRedactor({ secrets: ['hunter2-hunter2'] }),
      sha256,
      model: options.model ?? model,
      memory: {
        recall(_, { limit }) {
          onRecall?.(limit)
          return Promise.resolve({ hits: memories })
        },
      },
      tools: tools ?? (() => notingTools([])),
      ...(paused !== undefined && { paused }),
      speculator,
      summarizer,
      secondKey,
      ...(within !== undefined && { within }),
      ...(surroundings !== undefined && { surroundings }),
    },
    { workspace: '/home/me/project', ...options },
  )
  agent.events.subscribeAll((_, event) => events.push(event))
  return { agent, db, clock, model, log, events }
}

/** Waits until an event of that name came, or comes. */
export async function eventOf<Name extends AgentEvent['name']>(
  { agent, events }: TestAgent,
  name: Name,
): Promise<Extract<AgentEvent, { name: Name }>> {
  type Wanted = Extract<AgentEvent, { name: Name }>
  const known = events.find((event): event is Wanted => event.name === name)
  if (known !== undefined) return known
  return new Promise((resolve) => {
    const stop = agent.events.subscribe(name, (event) => {
      stop()
      resolve(event as Wanted)
    })
  })
}
