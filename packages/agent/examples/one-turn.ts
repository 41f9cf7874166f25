/** An agent with one tool of its own, which asks before it acts: `node examples/one-turn.ts`. */

import { createHash } from 'node:crypto'
import { agentMigrations, createAgent, createTool } from '@salp/agent'
import { createIdSource, createRedactor, migrate, silentLogger } from '@salp/core'
import { createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import { createMemory, memoryMigrations } from '@salp/memory'
import { scriptedModel } from '@salp/models/testing'
import { z } from 'zod'

const db = openDatabase(':memory:')
migrate(db, 'memory', memoryMigrations)
migrate(db, 'agent', agentMigrations)
const rng = createSystemRng()
const ids = createIdSource({ clock: systemClock, rng })

const light = createTool({
  name: 'switch_light',
  description: 'Switches the light of a room',
  input: z.object({ room: z.string(), on: z.boolean() }),
  effect: 'write',
  timeoutMs: 5_000,
  run: ({ room, on }) => Promise.resolve(`The light in the ${room} is ${on ? 'on' : 'off'}`),
})

// Any model of the AI SDK; this one replies from a script, so that the example needs no network.
const model = scriptedModel([
  { calls: [{ name: 'switch_light', input: { room: 'kitchen', on: true } }] },
  { text: 'The kitchen is lit.' },
])

const agent = createAgent(
  {
    db,
    clock: systemClock,
    rng,
    ids,
    log: silentLogger,
    redactor: createRedactor(),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    model,
    memory: createMemory({ db, clock: systemClock, ids }),
    tools: () => [light],
  },
  { workspace: '.' },
)

agent.events.subscribe('approval:requested', ({ data: { approval } }) => {
  console.log(`May it? ${approval.grant}`)
  agent.approvals.decide(approval.id, { decision: 'approve', scope: 'once' })
})
const { status, text } = await agent.turn({ text: 'Light in the kitchen, please', channel: 'example' })
console.log(status, text)
console.log(agent.audit.verify())
await agent.close()
