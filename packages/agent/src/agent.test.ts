import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@salp/core/node'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestAgent, eventOf, notingTools, type TestAgent, type TestAgentOptions } from './testing/test-agent.js'
import { createTool } from './tool.js'

const open: TestAgent[] = []
const testAgent = (options?: TestAgentOptions): TestAgent => {
  const made = createTestAgent(options)
  open.push(made)
  return made
}
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

const say = (text: string) => ({ text, channel: 'test' })
const names = ({ events }: TestAgent) => events.map(({ name }) => name)

describe('what is kept of a turn', () => {
  test('holds no secret that the model repeats, in what it says, thinks or calls', async () => {
    const made = testAgent({
      policy: [{ tier: 'allow' }],
      script: [
        {
          text: 'I use hunter2-hunter2',
          reasoning: 'it is hunter2-hunter2',
          calls: [{ name: 'change', input: { value: 'hunter2-hunter2' } }],
        },
        { text: 'Done with hunter2-hunter2' },
      ],
    })
    const result = await made.agent.turn(say('Go'))
    expect(result.status).toBe('completed')
    const tables = ['agent_messages', 'agent_calls', 'agent_events', 'agent_audit', 'agent_turns']
    const kept = tables.map((table) => JSON.stringify(made.db.prepare(`SELECT * FROM ${table}`).all()))
    for (const text of kept) expect(text).not.toContain('hunter2')
    expect(kept[0]).toContain('[redacted:known]')
  })
})

describe('agent.turn()', () => {
  test('answers without tools', async () => {
    const made = testAgent({ script: [{ text: ['Hello', ' there'], usage: { input: 120, output: 2 } }] })
    const result = await made.agent.turn(say('Hi'))
    expect(result).toMatchObject({
      status: 'completed',
      text: 'Hello there',
      steps: 1,
      calls: 0,
      usage: { inputTokens: 120, outputTokens: 2 },
    })
    expect(names(made)).toEqual([
      'turn:started',
      'memory:recalled',
      'step:started',
      'context:assembled',
      'text:streamed',
      'text:streamed',
      'step:finished',
      'turn:finished',
    ])
  })

  test('runs a call, gives the model its result as a native message, and goes on', async () => {
    const ran: string[] = []
    const made = testAgent({
      tools: () => notingTools(ran),
      script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { text: 'Seen' }],
    })
    expect(await made.agent.turn(say('Look'))).toMatchObject({ status: 'completed', text: 'Seen', steps: 2, calls: 1 })
    expect(ran).toEqual(['look a'])
    expect(made.model.calls[1]?.prompt.slice(1)).toEqual([
      { role: 'user', content: [expect.anything(), { type: 'text', text: 'Look' }] },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'call-1', toolName: 'look', input: { value: 'a' } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call-1',
            toolName: 'look',
            output: { type: 'json', value: { noted: 'a' } },
          },
        ],
      },
    ])
  })

  test('gives results in the order of the calls, whatever order they ran in', async () => {
    const made = testAgent({
      script: [{ calls: ['a', 'b', 'c'].map((value) => ({ name: 'look', input: { value } })) }, { text: 'Done' }],
    })
    await made.agent.turn(say('Look thrice'))
    const message = made.model.calls[1]?.prompt.at(-1)
    const ids = message?.role === 'tool' ? message.content.map((part) => 'toolCallId' in part && part.toolCallId) : []
    expect(ids).toEqual(['call-1', 'call-2', 'call-3'])
  })

  test('keeps a call id unique when the model repeats one', async () => {
    const made = testAgent({
      script: [
        { calls: [{ id: 'same', name: 'look', input: { value: 'a' } }] },
        { calls: [{ id: 'same', name: 'look', input: { value: 'b' } }] },
        { text: 'Done' },
      ],
    })
    expect(await made.agent.turn(say('Look twice'))).toMatchObject({ status: 'completed', calls: 2 })
  })

  test('tells the model of an unknown tool, and which there are', async () => {
    const made = testAgent({ script: [{ calls: [{ name: 'lok', input: {} }] }, { text: 'Sorry' }] })
    await made.agent.turn(say('Look'))
    expect(JSON.stringify(made.model.calls[1]?.prompt.at(-1))).toContain('There is no tool \\"lok\\"')
  })

  test('tells the model what is wrong with arguments that are no JSON', async () => {
    const made = testAgent({ script: [{ calls: [{ name: 'look', input: '{"value": ' }] }, { text: 'Sorry' }] })
    expect(await made.agent.turn(say('Look'))).toMatchObject({ status: 'completed' })
    expect(JSON.stringify(made.model.calls[1]?.prompt.at(-1))).toContain('Cannot call look')
  })

  test('ends after three batches in which everything failed, with a summary that has no tools', async () => {
    const call = (value: string) => ({ calls: [{ name: 'nope', input: { value } }] })
    const made = testAgent({ script: [call('a'), call('b'), call('c'), { text: 'I could not' }] })
    expect(await made.agent.turn(say('Try'))).toMatchObject({ status: 'stopped', text: 'I could not' })
    expect(made.model.calls[3]?.tools).toBeUndefined()
  })

  test('ends a model that makes the same call over and over', async () => {
    const made = testAgent({
      script: (options) =>
        options.tools === undefined ? { text: 'Enough' } : { calls: [{ name: 'look', input: { value: 'a' } }] },
    })
    expect(await made.agent.turn(say('Loop'))).toMatchObject({
      status: 'stopped',
      reason: 'The same call was made 5 times',
      calls: 5,
    })
  })

  test('ends at the limit of steps', async () => {
    let next = 0
    const made = testAgent({
      limits: { maxSteps: 3 },
      script: (options) =>
        options.tools === undefined
          ? { text: 'Enough' }
          : { calls: [{ name: 'look', input: { value: String(next++) } }] },
    })
    expect(await made.agent.turn(say('Go on'))).toMatchObject({
      status: 'stopped',
      reason: 'The limit of 3 steps was reached',
    })
  })

  test('fails, and leaves a conversation that goes on, when the model breaks', async () => {
    const made = testAgent({ script: [{ text: ['Half'], error: new Error('The line went dead') }, { text: 'Back' }] })
    const turn = made.agent.stream(say('Hi'))
    expect(await turn.result).toMatchObject({ status: 'failed', text: 'Half', reason: 'The line went dead' })
    expect(await made.agent.turn({ ...say('Again'), sessionId: turn.sessionId })).toMatchObject({
      status: 'completed',
      text: 'Back',
    })
    expect(made.model.calls[1]?.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  })

  test('fails a model that never stops', async () => {
    const made = testAgent({
      limits: { maxReplyLength: 100 },
      script: [{ text: Array.from({ length: 1_000 }, () => 'on and on ') }],
    })
    expect(await made.agent.turn(say('Go'))).toMatchObject({ status: 'failed', code: 'agent/model-endless' })
  })

  test('fails a model that says nothing', async () => {
    const made = testAgent({ script: [{ when: () => new Promise(() => undefined) }] })
    const { result } = made.agent.stream(say('Go'))
    await eventOf(made, 'step:started')
    await made.clock.advance(300_000)
    expect(await result).toMatchObject({ status: 'failed', code: 'agent/model-silent' })
  })

  test('asks again once after an empty reply, then fails', async () => {
    expect(await testAgent({ script: [{}, { text: 'Here' }] }).agent.turn(say('Go'))).toMatchObject({
      status: 'completed',
      text: 'Here',
    })
    expect(await testAgent({ script: [{}, {}] }).agent.turn(say('Go'))).toMatchObject({
      status: 'failed',
      code: 'agent/model-empty',
    })
  })

  test('is cancelled by its signal at any moment', async () => {
    const made = testAgent({ script: [{ when: () => new Promise(() => undefined) }] })
    const controller = new AbortController()
    const result = made.agent.turn(say('Go'), { signal: controller.signal })
    await eventOf(made, 'step:started')
    controller.abort()
    expect(await result).toMatchObject({ status: 'cancelled' })
  })

  test('refuses empty, oversized and simultaneous input', async () => {
    const made = testAgent({ script: [{ when: () => new Promise(() => undefined) }] })
    expect(() => made.agent.stream(say(' '))).toThrow('Cannot take the message: it is empty')
    expect(() => made.agent.stream(say('x'.repeat(100_001)))).toThrow('at most 100000')
    const { sessionId } = made.agent.stream(say('Hi'))
    expect(() => made.agent.stream({ ...say('And'), sessionId })).toThrow(
      `Cannot use session "${sessionId}": a turn is running`,
    )
  })

  test('keeps secrets out of what it stores and shows', async () => {
    const leaking = createTool({
      name: 'leak',
      description: '',
      input: z.object({}),
      effect: 'read',
      timeoutMs: 1_000,
      run: () => Promise.resolve({ text: 'the password is hunter2-hunter2' }),
    })
    const made = testAgent({
      tools: () => [leaking],
      script: [{ calls: [{ name: 'leak', input: {} }] }, { text: 'ok' }],
    })
    await made.agent.turn(say('My key is sk-abcd1234efgh5678ijkl9012'))
    const stored = JSON.stringify([
      made.events,
      made.agent.store.messages(made.events[0]?.sessionId ?? ''),
      made.model.calls,
    ])
    expect(stored).not.toContain('hunter2-hunter2')
    expect(stored).not.toContain('sk-abcd1234')
  })

  test('gives the same events for the same seed, clock and replies', async () => {
    const run = async () => {
      const made = testAgent({ script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { text: 'Seen' }] })
      await made.agent.turn(say('Look'))
      return made.events
    }
    expect(await run()).toEqual(await run())
  })

  test('tells memories and open tasks to the model', async () => {
    const memory = {
      id: 'm1',
      content: 'The deploy key rotates on Fridays',
      kind: 'fact' as const,
      score: 1,
      source: { author: 'user' as const, at: Date.UTC(2026, 10, 20) },
      verification: 'stated' as const,
      confidence: 1,
    }
    const made = testAgent({ memories: [memory], script: [{ text: 'On Fridays' }] })
    made.agent.tasks.create({ title: 'Review the README' })
    await made.agent.turn(say('When?'))
    const [system, asked] = made.model.calls[0]?.prompt ?? []
    expect(system?.content).not.toContain('deploy')
    const [context, said] = (asked?.role === 'user' ? asked.content : []).map(
      (part) => part.type === 'text' && part.text,
    )
    expect(said).toBe('When?')
    expect(context).toContain('- [m1] The deploy key rotates on Fridays (user, 2026-11-20, stated)')
    expect(context).toContain('- #1 Review the README')
  })
})

describe('approvals', () => {
  const script = [{ calls: [{ name: 'change', input: { value: 'a' } }] }, { text: 'Done' }]

  test('hold a write until a person approves it', async () => {
    const ran: string[] = []
    const made = testAgent({ tools: () => notingTools(ran), script })
    const { result } = made.agent.stream(say('Change'))
    const { data } = await eventOf(made, 'approval:requested')
    expect(ran).toEqual([])
    expect(made.agent.approvals.pending()).toEqual([data.approval])
    made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    expect(await result).toMatchObject({ status: 'completed' })
    expect(ran).toEqual(['change a'])
  })

  test('may be given by a listener at once', async () => {
    const ran: string[] = []
    const made = testAgent({ tools: () => notingTools(ran), script })
    made.agent.events.subscribe('approval:requested', ({ data }) => {
      made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    })
    expect(await made.agent.turn(say('Change'))).toMatchObject({ status: 'completed' })
    expect(ran).toEqual(['change a'])
  })

  test('tell the model of a denial, with the reason', async () => {
    const ran: string[] = []
    const made = testAgent({ tools: () => notingTools(ran), script })
    const { result } = made.agent.stream(say('Change'))
    const { data } = await eventOf(made, 'approval:requested')
    made.agent.approvals.decide(data.approval.id, { decision: 'deny', scope: 'once', reason: 'not today' })
    await result
    expect(ran).toEqual([])
    expect(JSON.stringify(made.model.calls[1]?.prompt.at(-1))).toContain('a person said no (not today)')
  })

  test('for the session cover the same call later, and no other', async () => {
    const ran: string[] = []
    const calls = (value: string) => ({ calls: [{ name: 'change', input: { value } }] })
    const made = testAgent({
      tools: () => notingTools(ran),
      script: [calls('a'), calls('a'), calls('b'), { text: 'Done' }],
    })
    const { result } = made.agent.stream(say('Change'))
    const { data } = await eventOf(made, 'approval:requested')
    made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'session' })
    const second = await new Promise<string>((resolve) =>
      made.agent.events.subscribe('approval:requested', (event) => resolve(event.data.approval.id)),
    )
    expect(ran).toEqual(['change a', 'change a'])
    made.agent.approvals.decide(second, { decision: 'deny', scope: 'once' })
    await result
    expect(ran).toEqual(['change a', 'change a'])
  })

  test('run the input that a person edited, once it passed the same checks', async () => {
    const ran: string[] = []
    const made = testAgent({ tools: () => notingTools(ran), script })
    const { result } = made.agent.stream(say('Change'))
    const { data } = await eventOf(made, 'approval:requested')
    made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once', input: { value: 'edited' } })
    await result
    expect(ran).toEqual(['change edited'])
  })

  test('hold for what was to be changed, also for a process that begins anew', async () => {
    const ran: string[] = []
    let stands = 'as it was'
    const [, change] = notingTools(ran)
    if (change === undefined) throw new RangeError('no tool')
    const tools = () => [{ ...change, basis: async () => stands }]
    const db = openDatabase(':memory:')
    const before = testAgent({ tools, script, db })
    before.agent.stream(say('Change'))
    const { data } = await eventOf(before, 'approval:requested')
    await before.agent.close()
    stands = 'changed by somebody else'
    const { agent, model } = testAgent({ tools, script: [{ text: 'Looked again' }], db })
    agent.start()
    agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    await expect
      .poll(() => JSON.stringify(model.calls[0]?.prompt.at(-1)))
      .toContain('has changed since somebody was asked')
    expect(ran).toEqual([])
  })

  test('are denied at once when nobody is there', async () => {
    const made = testAgent({ script })
    expect(await made.agent.turn({ ...say('Change'), unattended: true })).toMatchObject({ status: 'completed' })
    expect(JSON.stringify(made.model.calls[1]?.prompt.at(-1))).toContain('nobody is there to ask')
  })

  test('expire', async () => {
    const made = testAgent({ script, approvalExpiryMs: 1_000 })
    const { result } = made.agent.stream(say('Change'))
    await eventOf(made, 'approval:requested')
    await made.clock.advance(1_000)
    await result
    expect(made.events.find(({ name }) => name === 'approval:resolved')?.data).toMatchObject({ status: 'expired' })
  })

  test('cannot be decided twice differently', async () => {
    const made = testAgent({ script })
    const { result } = made.agent.stream(say('Change'))
    const { data } = await eventOf(made, 'approval:requested')
    made.agent.approvals.decide(data.approval.id, { decision: 'deny', scope: 'once' })
    made.agent.approvals.decide(data.approval.id, { decision: 'deny', scope: 'once' })
    expect(() => made.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })).toThrow(
      'it is already denied',
    )
    await result
  })
})

describe('agent.close()', () => {
  test('suspends a turn that waits for a person; the next process goes on with it', async () => {
    const db = openDatabase(':memory:')
    const ran: string[] = []
    const first = createTestAgent({
      db,
      tools: () => notingTools(ran),
      script: [{ calls: [{ name: 'change', input: { value: 'a' } }] }],
    })
    const turn = first.agent.stream(say('Change'))
    const { data } = await eventOf(first, 'approval:requested')
    await first.agent.close()
    await expect(turn.result).rejects.toThrow('shutting down')

    const second = testAgent({ db, seed: 'second', tools: () => notingTools(ran), script: [{ text: 'Done' }] })
    second.agent.start()
    const running = second.agent.running(turn.sessionId)
    expect(second.agent.approvals.pending().map(({ id }) => id)).toEqual([data.approval.id])
    await eventOf(second, 'turn:resumed')
    second.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    expect(await running?.result).toMatchObject({ status: 'completed', text: 'Done' })
    expect(ran).toEqual(['change a'])
  })

  test('keeps what the substrate learnt', async () => {
    const db = openDatabase(':memory:')
    const first = createTestAgent({
      db,
      script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { text: 'Seen' }],
    })
    await first.agent.turn(say('Look'))
    await first.agent.close()
    const second = testAgent({ db })
    expect(second.agent.substrate().beliefs.map(({ tool, calls }) => [tool, calls])).toEqual([['look', 1]])
  })
})

describe('agent.start()', () => {
  test('repeats an interrupted read, and tells the model that an interrupted write may have taken effect', async () => {
    const db = openDatabase(':memory:')
    const first = createTestAgent({ db })
    const { store } = first.agent
    const session = store.create()
    const turn = { id: 'turn-1', sessionId: session.id, channel: 'test', input: 'Go', startedAt: 0, unattended: false }
    store.openTurn(turn)
    store.addMessage(session.id, turn.id, { role: 'user', content: [{ type: 'text', text: 'Go' }] })
    const calls = [
      { id: 'r', tool: 'look', input: { value: 'a' } },
      { id: 'w', tool: 'change', input: { value: 'b' } },
    ]
    store.addMessage(session.id, turn.id, {
      role: 'assistant',
      content: calls.map(({ id, tool, input }) => ({ type: 'tool-call', toolCallId: id, toolName: tool, input })),
    })
    for (const call of calls) {
      store.addCall(session.id, turn.id, call)
      store.startCall(call.id)
    }
    const ran: string[] = []
    const second = testAgent({ db, seed: 'second', tools: () => notingTools(ran), script: [{ text: 'Done' }] })
    second.agent.start()
    await second.agent.running(session.id)?.result
    expect(ran).toEqual(['look a'])
    expect(JSON.stringify(second.model.calls[0]?.prompt.at(-1))).toContain(
      'change was interrupted by a restart; whether it took effect is unknown',
    )
  })
})

describe('a paused agent', () => {
  test('answers but calls nothing', async () => {
    const ran: string[] = []
    const made = testAgent({
      paused: () => 'maintenance',
      tools: () => notingTools(ran),
      script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { text: 'I am paused' }],
    })
    await made.agent.turn(say('Look'))
    expect(ran).toEqual([])
  })
})

describe('a full disk', () => {
  test('fails the turn with a clear reason; once there is room the conversation goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'salp-full-'))
    const made = testAgent({
      db: openDatabase(join(folder, 'salp.db')),
      script: [{ calls: [{ name: 'look', input: { value: 'x'.repeat(200_000) } }] }, { text: 'Back' }],
    })
    const { agent, db } = made
    db.exec(`PRAGMA max_page_count = ${pageCount(db) + 20}`)
    const turn = agent.stream(say('Look'))
    expect(await turn.result).toMatchObject({
      status: 'failed',
      code: 'core/database-full',
      reason: expect.stringContaining('disk is full'),
    })
    db.exec('PRAGMA max_page_count = 1000000')
    expect(await agent.turn({ ...say('Again'), sessionId: turn.sessionId })).toMatchObject({
      status: 'completed',
      text: 'Back',
    })
    expect(made.model.calls[1]?.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    rmSync(folder, { recursive: true })
  })
})

function pageCount(db: ReturnType<typeof openDatabase>): number {
  return db.prepare<{ page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0
}
