import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Effect } from '../protocol.js'
import { createTestAgent, eventOf, notingTools } from '../testing/test-agent.js'
import { createTool } from '../tool.js'
import { type CapabilityUse, createCapabilities, narrowingSchema } from './capability.js'

const use = (name: string, effect: Effect = 'read', input: unknown = {}, spends = 0): CapabilityUse => ({
  ...{ tool: { name, effect }, input, assessment: { spends }, turnId: 't' },
})

describe('createCapabilities()', () => {
  const clock = stoppedClock()
  const all = createCapabilities({ clock })

  test('lets a turn do everything, and nothing that was made up, of another turn or of another agent', () => {
    const capability = all.mint('t')
    expect(all.refusal(capability, use('anything', 'execute'))).toBeUndefined()
    expect(all.refusal({ turnId: 't' }, use('x'))).toBe('nobody gave it the authority')
    expect(all.refusal({ ...capability }, use('x'))).toBe('nobody gave it the authority')
    expect(all.refusal(structuredClone(capability), use('x'))).toBe('nobody gave it the authority')
    expect(all.refusal(undefined, use('x'))).toBe('nobody gave it the authority')
    expect(createCapabilities({ clock }).refusal(capability, use('x'))).toBe('nobody gave it the authority')
    expect(all.refusal(all.mint('other'), use('x'))).toBe('it belongs to another turn')
    expect(() => Object.assign(capability, { turnId: 'u' })).toThrow(TypeError)
  })

  test('only ever narrows: what a wider child asks for stays forbidden', () => {
    const reads = all.narrow(all.mint('t'), { tools: ['read_*'] })
    const wider = all.narrow(reads, { tools: ['*'], maxSpend: 100 })
    expect(all.refusal(wider, use('read_file'))).toBeUndefined()
    expect(all.refusal(wider, use('write_file', 'write'))).toBe('this turn may not use the tool')
  })

  test('ends with what it was made from, and when its time is up', async () => {
    const whole = all.mint('t')
    const child = all.narrow(whole, { forMs: 1_000 })
    expect(all.refusal(child, use('x'))).toBeUndefined()
    await clock.advance(1_001)
    expect(all.refusal(child, use('x'))).toBe('its time is up')
    const other = all.narrow(whole, {})
    all.revoke(whole, 'gone')
    expect(all.refusal(other, use('x'))).toBe('gone')
    const last = all.mint('t')
    all.revokeAll('paused')
    expect(all.refusal(last, use('x'))).toBe('paused')
    expect(all.refusal(all.narrow(last, {}), use('x'))).toBe('paused')
    expect(all.refusal(all.mint('t'), use('x'))).toBeUndefined()
  })

  test('keeps to folders, whatever a path looks like', () => {
    const docs = all.narrow(all.mint('t'), { folders: ['docs', './a/b/'] })
    const of = (path: unknown, effect: Effect = 'write') => all.refusal(docs, use('x', effect, { path }))
    expect([of('docs/a.md'), of('./docs/../docs/b'), of('a/b/c')]).toEqual([undefined, undefined, undefined])
    for (const path of ['docs/../src/a', '/work/docs/a', '../docs/a', 'docs2/a', 'a', '.', 'docs/../../x', undefined])
      expect(of(path)).toBeDefined()
    expect(of(undefined, 'read')).toBeUndefined()
    expect(of('src/a', 'read')).toBeDefined()
    expect(all.refusal(docs, use('run_command', 'execute', { command: 'ls', path: 'docs' }))).toContain(
      'may not run commands',
    )
  })

  test('counts what is spent through everything it was made from, and takes back what was not', () => {
    const purse = all.narrow(all.mint('t'), { maxSpend: 1 })
    const child = all.narrow(purse, { maxSpend: 5 })
    const buy = (amount: number) => all.refusal(child, use('buy', 'network', {}, amount))
    const giveBack = all.spend(child, 0.75)
    expect(buy(0.5)).toBe('this turn may pay 1 in all, of which 0.25 is left')
    expect(buy(0.25)).toBeUndefined()
    giveBack()
    expect(buy(1)).toBeUndefined()
  })
})

describe('narrowingSchema', () => {
  test.each([
    { folders: ['/etc'] },
    { folders: ['../x'] },
    { folders: ['a/../../x'] },
    { tools: [''] },
    { maxSpend: -1 },
    { all: true },
  ])('refuses %j', (narrowing) => {
    expect(narrowingSchema.safeParse(narrowing).success).toBe(false)
  })
})

describe('a turn', () => {
  const change = { name: 'change', input: { value: 'x' } }

  test('may do no more than it was begun with, after a restart too', async () => {
    const db = openDatabase(':memory:')
    const ran: string[] = []
    const tools = () => notingTools(ran)
    const before = createTestAgent({
      db,
      tools,
      policy: [{ tier: 'allow' }],
      script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { when: () => new Promise(() => undefined) }],
    })
    before.agent.stream({ sessionId: 's', text: 'go', channel: 'cli', may: { tools: ['look'] } })
    await eventOf(before, 'call:finished')
    await before.agent.close()

    const after = createTestAgent({
      db,
      tools,
      seed: 'later',
      policy: [{ tier: 'allow' }],
      script: [{ calls: [change] }, { text: 'No.' }],
    })
    after.agent.start()
    await eventOf(after, 'turn:finished')
    expect(ran).toEqual(['look a'])
    expect(after.events.find((event) => event.name === 'call:finished')?.data).toMatchObject({
      outcome: { error: { kind: 'denied', message: 'Cannot call change: this turn may not use the tool' } },
    })
    expect(db.prepare('SELECT key FROM agent_state').all()).toEqual([{ key: 'substrate' }])
    await after.agent.close()
    db.close()
  })

  test('that waits for a person loses its authority when the agent is paused meanwhile, for good', async () => {
    const ran: string[] = []
    let reason: string | undefined
    const made = createTestAgent({
      paused: () => reason,
      tools: () => notingTools(ran),
      script: [{ calls: [change] }, { calls: [{ name: 'look', input: { value: 'b' } }] }, { text: 'No.' }],
    })
    made.agent.events.subscribe('approval:requested', ({ data: { approval } }) => {
      reason = 'stop'
      made.agent.approvals.decide(approval.id, { decision: 'approve', scope: 'once' })
    })
    made.agent.events.subscribe('call:finished', () => {
      reason = undefined
    })
    await made.agent.turn({ text: 'go', channel: 'test' })
    expect(ran).toEqual([])
    expect(made.events.filter((event) => event.name === 'call:finished').map(({ data }) => data.outcome)).toMatchObject(
      [
        { error: { message: expect.stringContaining('the agent was paused (stop)') } },
        { error: { message: expect.stringContaining('the agent was paused (stop)') } },
      ],
    )
    await made.agent.close()
    made.db.close()
  })

  test('that nobody attends pays nothing, whatever rules allow', async () => {
    const paid: string[] = []
    const made = createTestAgent({
      policy: [{ tier: 'allow' }],
      tools: () => [
        createTool({
          ...{ name: 'pay', description: '', effect: 'network', timeoutMs: 1_000 },
          input: z.object({}),
          assess: () => ({ risk: { level: 'low', reasons: [] }, spends: 0.01 }),
          run: async () => {
            paid.push('paid')
            return 'paid'
          },
        }),
      ],
      script: [
        { calls: [{ name: 'pay', input: {} }] },
        { text: 'No.' },
        { calls: [{ name: 'pay', input: {} }] },
        { text: 'Paid.' },
      ],
    })
    await made.agent.turn({ text: 'go', channel: 'task', unattended: true })
    expect(paid).toEqual([])
    await made.agent.turn({ text: 'go', channel: 'test' })
    expect(paid).toEqual(['paid'])
    await made.agent.close()
    made.db.close()
  })
})
