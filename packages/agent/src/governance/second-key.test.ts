import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestAgent, notingTools, type TestAgent } from '../testing/test-agent.js'
import { createTool } from '../tool.js'
import type { PolicyRule } from './policy.js'
import type { SecondKey, SecondKeyRequest } from './second-key.js'

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

const policy: PolicyRule[] = [{ tool: 'change', tier: 'two-key', peer: 'ann' }]

/** An agent whose owner answers everything in one way. */
function owner(decision: 'approve' | 'deny', options: Parameters<typeof createTestAgent>[0] = {}) {
  const made = createTestAgent(options)
  open.push(made)
  const asked: unknown[] = []
  made.agent.events.subscribe('approval:requested', ({ data: { approval } }) => {
    asked.push(approval.input)
    made.agent.approvals.decide(approval.id, { decision, scope: 'session' })
  })
  return { ...made, asked }
}

/** Another agent, asked by way of a tool that its own owner has to approve. */
function peer(decision: 'approve' | 'deny') {
  const { agent, asked } = owner(decision, {
    seed: 'ann',
    tools: () => [
      createTool({
        ...{ name: 'second_key', description: '', effect: 'none', timeoutMs: 1_000 },
        input: z.looseObject({ hash: z.string() }),
        assess: () => ({ risk: { level: 'high', reasons: ['a peer asks'] }, ask: true }),
        run: async ({ hash }) => ({ hash }),
      }),
    ],
  })
  const secondKey: SecondKey = {
    async ask(request, { signal }) {
      const input = { ...request, reasons: [...request.reasons] }
      const called = agent.call({ sessionId: 'keys', title: '', tool: 'second_key', input, channel: 'a2a' }, { signal })
      const outcome = await called.outcome
      if (outcome.status === 'error') return { status: 'denied', reason: outcome.error.message }
      return { status: 'approved', ...z.object({ hash: z.string() }).parse(outcome.output) }
    },
  }
  return { secondKey, asked }
}

async function change(mine: 'approve' | 'deny', secondKey: SecondKey | undefined) {
  const ran: string[] = []
  const { agent, asked, events } = owner(mine, {
    policy,
    tools: () => notingTools(ran),
    script: [{ calls: [{ name: 'change', input: { value: 'x' } }] }, { text: 'Done.' }],
    ...(secondKey !== undefined && { secondKey }),
  })
  agent.store.create({ id: 's' })
  agent.approvals.grant('s', 'change: *')
  await agent.turn({ sessionId: 's', text: 'go', channel: 'test' })
  const ended = events.find((event) => event.name === 'call:finished')
  return { ran, asked, outcome: ended?.name === 'call:finished' ? ended.data.outcome : undefined }
}

describe('a call of tier two-key', () => {
  test('runs once both owners have agreed, and no grant stands in for either', async () => {
    const ann = peer('approve')
    const { ran, asked } = await change('approve', ann.secondKey)
    expect(ran).toEqual(['change x'])
    expect([asked.length, ann.asked]).toEqual([1, [expect.objectContaining({ tool: 'change', input: { value: 'x' } })]])
  })

  test('does not run where the peer says no', async () => {
    const { ran, outcome } = await change('approve', peer('deny').secondKey)
    expect(ran).toEqual([])
    expect(outcome).toMatchObject({ error: { kind: 'denied', message: expect.stringContaining('"ann" said no') } })
  })

  test('asks no peer where its own owner says no', async () => {
    const ann = peer('approve')
    expect((await change('deny', ann.secondKey)).ran).toEqual([])
    expect(ann.asked).toEqual([])
  })

  test('takes no answer to something else, and none from nobody', async () => {
    const other = await change('approve', { ask: async () => ({ status: 'approved', hash: 'of another call' }) })
    expect(other.ran).toEqual([])
    expect(other.outcome).toMatchObject({ error: { message: expect.stringContaining('agreed to something else') } })
    const broken = await change('approve', { ask: () => Promise.reject(new Error('no route')) })
    expect(broken.outcome).toMatchObject({
      error: { message: expect.stringContaining('could not be asked: no route') },
    })
    expect((await change('approve', undefined)).outcome).toMatchObject({ error: { kind: 'denied' } })
  })

  test('binds the answer to the input', async () => {
    const seen: SecondKeyRequest[] = []
    const secondKey: SecondKey = {
      ask: async (request) => {
        seen.push(request)
        return { status: 'denied' }
      },
    }
    await change('approve', secondKey)
    expect(seen[0]).toMatchObject({
      peer: 'ann',
      tool: 'change',
      input: { value: 'x' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})
