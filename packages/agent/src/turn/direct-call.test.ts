import { afterEach, describe, expect, test } from 'vitest'
import { createTestAgent, eventOf, notingTools, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    if (!open.some((other) => other.db === db)) db.close()
  }
})

function agentWith(ran: string[], options: TestAgentOptions = {}): TestAgent {
  const made = createTestAgent({ tools: () => notingTools(ran), ...options })
  open.push(made)
  return made
}

const signal = new AbortController().signal
const input = { sessionId: 'lane', title: 'Client', channel: 'mcp', input: { value: 'x' } }

describe('call()', () => {
  test('governs and keeps one call, without the model', async () => {
    const ran: string[] = []
    const made = agentWith(ran)
    const call = made.agent.call({ ...input, tool: 'look' }, { signal })
    expect(await call.outcome).toEqual({ status: 'ok', output: { noted: 'x' } })
    expect(made.events.map(({ name }) => name)).toEqual([
      'turn:started',
      'call:requested',
      'call:started',
      'call:finished',
      'turn:finished',
    ])
    expect(made.events.every(({ turnId, sessionId }) => turnId === call.turnId && sessionId === 'lane')).toBe(true)
    expect(made.agent.audit.list({ limit: 5 })).toMatchObject([{ tool: 'look', result: 'ok' }])
    expect(made.model.calls).toEqual([])
    expect(ran).toEqual(['look x'])
  })

  test('waits for a person, or is denied where nobody is there', async () => {
    const ran: string[] = []
    const made = agentWith(ran)
    const alone = made.agent.call({ ...input, tool: 'change', unattended: true }, { signal })
    expect(await alone.outcome).toMatchObject({ error: { kind: 'denied' } })
    const call = made.agent.call({ ...input, tool: 'change' }, { signal })
    const { data } = await eventOf(made, 'approval:requested')
    made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    expect(await call.outcome).toMatchObject({ status: 'ok' })
    expect(ran).toEqual(['change x'])
  })

  test('ends with its caller', async () => {
    const ran: string[] = []
    const made = agentWith(ran)
    const controller = new AbortController()
    const call = made.agent.call({ ...input, tool: 'change' }, controller)
    await eventOf(made, 'approval:requested')
    controller.abort()
    expect(await call.outcome).toMatchObject({ error: { kind: 'cancelled' } })
    expect(made.agent.approvals.pending()).toEqual([])
    expect(ran).toEqual([])
  })

  test('says that there is no such tool', async () => {
    const made = agentWith([])
    expect(await made.agent.call({ ...input, tool: 'unheard' }, { signal }).outcome).toMatchObject({
      error: { kind: 'unknown-tool' },
    })
  })

  test('is not gone on with by a later process: what it asked is denied', async () => {
    const ran: string[] = []
    const before = agentWith(ran)
    const call = before.agent.call({ ...input, tool: 'change' }, { signal })
    await eventOf(before, 'approval:requested')
    await before.agent.close()
    expect(await call.outcome).toMatchObject({ status: 'error' })
    expect(before.agent.approvals.pending()).toHaveLength(1)
    const later = agentWith(ran, { db: before.db })
    later.agent.start()
    expect(later.agent.approvals.pending()).toEqual([])
    expect((await eventOf(later, 'approval:resolved')).data).toMatchObject({ status: 'denied' })
    expect(ran).toEqual([])
  })
})
