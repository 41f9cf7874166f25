import { openDatabase } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { WorkCheck } from '../protocol-work.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'
import { createSplitTool } from '../tools/split-tool.js'
import { createTaskTools } from '../tools/task-tools.js'
import { type Autonomy, createAutonomy } from './autonomy.js'
import type { Checkout } from './checkout.js'
import type { Reviewer, ReviewRequest } from './reviewer.js'

/** A checkout in memory, whose commands fail until the turn that `passesAt` names. */
function checkoutUntil(passesAt: number): Checkout & { readonly done: string[] } {
  const done: string[] = []
  let turns = 0
  return {
    done,
    async open({ id, attempt, from }) {
      done.push(`open ${id}.${attempt}${from === undefined ? '' : ` from ${from}`}`)
      return { folder: `/work/task-${id}`, branch: `salp/task-${id}`, base: 'base' }
    },
    async keep() {
      turns++
      return { commit: `commit-${turns}`, files: ['a.txt'] }
    },
    async verify(_, commit, { commands }) {
      done.push(`verify ${commit}`)
      return commands.map(
        (command): WorkCheck => ({
          command,
          exitCode: turns >= passesAt ? 0 : 1,
          output: `no: ${commit}`,
          durationMs: 1,
        }),
      )
    },
    async merge(_, branch) {
      done.push(`merge ${branch}`)
      return branch.endsWith('3') ? ['a.txt'] : []
    },
    diff: async (_, commit) => `diff of ${commit}`,
    async close() {
      done.push('close')
    },
  }
}

const started: Autonomy[] = []
afterEach(async () => {
  for (const autonomy of started.splice(0)) await autonomy.close()
})

function setUp(
  checkout: Checkout,
  { reviewer, ...options }: TestAgentOptions & { reviewer?: Reviewer } = {},
): TestAgent & { autonomy: Autonomy } {
  const test = createTestAgent({
    tools: ({ tasks }) => [
      createSplitTool({ split: (sessionId, parts) => autonomy.split(sessionId, parts) }),
      ...createTaskTools({ tasks }),
    ],
    ...options,
  })
  const places = { keep: () => undefined }
  const autonomy: Autonomy = createAutonomy({ ...test, log: recordingLogger(), checkout, places, reviewer })
  started.push(autonomy)
  return { ...test, autonomy }
}

const order = { verify: ['npm test'] }
const ended = (autonomy: Autonomy, taskId: number) => expect.poll(() => autonomy.get(taskId)?.state, { timeout: 5_000 })

describe('createAutonomy()', () => {
  test('takes turns until every command passes, and tells the next turn what failed', async () => {
    const checkout = checkoutUntil(2)
    const { agent, autonomy, model } = setUp(checkout, { script: [{ text: 'First try' }, { text: 'Second try' }] })
    const { id } = agent.tasks.create({ title: 'Mend it', notes: 'The sum is wrong' })
    autonomy.add(id, { ...order, acceptance: ['sums are right'] })
    autonomy.start()
    await ended(autonomy, id).toBe('done')
    expect(autonomy.get(id)).toMatchObject({
      ...{ rounds: 2, commit: 'commit-2', files: ['a.txt'], summary: 'Second try' },
      checks: [{ command: 'npm test', exitCode: 0 }],
    })
    expect(agent.tasks.list('all')[0]?.status).toBe('done')
    expect(checkout.done).toEqual([`open ${id}.1`, 'verify commit-1', 'verify commit-2', 'close'])
    const said = model.calls.map(({ prompt }) => JSON.stringify(prompt.findLast(({ role }) => role === 'user')))
    expect(said[0]).toContain('The sum is wrong')
    expect(said[0]).toContain('sums are right')
    expect(said[1]).toContain('npm test exited with 1')
    expect(said[1]).toContain('no: commit-1')
  })

  test('gives up after its turns, and says what still fails', async () => {
    const { agent, autonomy } = setUp(checkoutUntil(9), { script: [{ text: 'a' }, { text: 'b' }] })
    const { id } = agent.tasks.create({ title: 'Too hard' })
    autonomy.add(id, { ...order, maxRounds: 2 })
    autonomy.start()
    await ended(autonomy, id).toBe('blocked')
    expect(autonomy.get(id)?.reason).toBe('2 turns were not enough: npm test still fails')
    expect(agent.tasks.list('open')[0]?.status).toBe('in_progress')
  })

  test('waits for the tasks before it, and takes the most urgent first', async () => {
    const checkout = checkoutUntil(0)
    const { agent, autonomy } = setUp(checkout, { script: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] })
    const [last, second, first] = ['last', 'second', 'first'].map((title, priority) =>
      agent.tasks.create({ title, priority }),
    )
    if (last === undefined || second === undefined || first === undefined) throw new RangeError('no tasks')
    autonomy.add(last.id, order)
    autonomy.add(second.id, { ...order, after: [first.id] })
    autonomy.add(first.id, order)
    autonomy.start()
    await ended(autonomy, last.id).toBe('done')
    await ended(autonomy, second.id).toBe('done')
    expect(checkout.done.filter((step) => step.startsWith('open'))).toEqual(
      [first, second, last].map(({ id }) => `open ${id}.1`),
    )
  })

  test('is stopped by a person, and may be asked for again', async () => {
    const { agent, autonomy } = setUp(checkoutUntil(0), {
      script: [{ text: 'slow' }],
    })
    const { id } = agent.tasks.create({ title: 'Long' })
    autonomy.add(id, order)
    expect(() => autonomy.add(id, order)).toThrow(expect.objectContaining({ code: 'agent/work-busy' }))
    expect(autonomy.stop(id).state).toBe('stopped')
    expect(autonomy.add(id, order).attempt).toBe(2)
    expect(() => autonomy.add(99, order)).toThrow(expect.objectContaining({ code: 'agent/task-unknown' }))
    expect(() => autonomy.stop(99)).toThrow(expect.objectContaining({ code: 'agent/work-unknown' }))
  })

  test('takes no turn twice: one that ended before a crash is checked, not repeated', async () => {
    const db = openDatabase(':memory:')
    const checkout = checkoutUntil(1)
    const verifying = Promise.withResolvers<void>()
    const first = setUp(
      {
        ...checkout,
        verify: () => {
          verifying.resolve()
          return new Promise(() => undefined)
        },
      },
      { db, script: [{ text: 'Made it' }] },
    )
    const { id } = first.agent.tasks.create({ title: 'Once' })
    first.autonomy.add(id, order)
    first.autonomy.start()
    await verifying.promise
    // The process is gone here; the next one has the same tables, and a model with nothing to say.
    started.length = 0
    const second = setUp(checkout, { db, script: [] })
    second.autonomy.start()
    await ended(second.autonomy, id).toBe('done')
    expect(second.model.calls).toEqual([])
    expect(second.autonomy.get(id)).toMatchObject({ rounds: 1, summary: 'Made it' })
  })

  test('blocks a task whose repository cannot be worked on, with the reason', async () => {
    const { agent, autonomy } = setUp({
      ...checkoutUntil(0),
      open: () => Promise.reject(new Error('not a git repository')),
    })
    const { id } = agent.tasks.create({ title: 'Nowhere' })
    autonomy.add(id, order)
    autonomy.start()
    await ended(autonomy, id).toBe('blocked')
    expect(autonomy.get(id)?.reason).toBe('not a git repository')
  })

  test('does nothing while the agent is paused', async () => {
    let paused: string | undefined = 'by its owner'
    const test = createTestAgent({ script: [{ text: 'a' }] })
    const checkout = checkoutUntil(0)
    const autonomy = createAutonomy({
      ...{ ...test, log: recordingLogger(), checkout, paused: () => paused },
      places: { keep: () => undefined },
    })
    started.push(autonomy)
    const { id } = test.agent.tasks.create({ title: 'Later' })
    autonomy.add(id, order)
    autonomy.start()
    await test.clock.advance(5_000)
    expect(autonomy.get(id)?.state).toBe('queued')
    paused = undefined
    await test.clock.advance(5_000)
    await ended(autonomy, id).toBe('done')
  })

  test('does the parts of a task, takes over what they made, and goes on with the whole', async () => {
    const checkout = checkoutUntil(0)
    const split = {
      name: 'split_task',
      input: { parts: ['first', 'second'].map((title) => ({ title, verify: ['npm test'] })) },
    }
    const { agent, autonomy, model } = setUp(checkout, {
      script: [{ calls: [split] }, { text: 'Split' }, { text: 'First' }, { text: 'Second' }, { text: 'Whole' }],
    })
    const { id } = agent.tasks.create({ title: 'Large' })
    autonomy.add(id, { verify: ['npm test', 'npm run lint'] })
    autonomy.start()
    await ended(autonomy, id).toBe('done')
    expect(autonomy.list().map(({ taskId, state, parent }) => [taskId, state, parent])).toEqual([
      [3, 'done', 1],
      [2, 'done', 1],
      [1, 'done', undefined],
    ])
    expect(checkout.done).toEqual([
      'open 1.1',
      ...['open 2.1 from salp/task-1', 'verify commit-2', 'close'],
      ...['open 3.1 from salp/task-1', 'verify commit-3', 'close'],
      ...['open 1.1', 'merge salp/task-2', 'merge salp/task-3', 'verify commit-4', 'close'],
    ])
    const said = JSON.stringify(model.calls.at(-1)?.prompt.findLast(({ role }) => role === 'user'))
    expect(said).toContain('#2 first: done and taken over\\n| First')
    expect(said).toContain('it contradicts what is here in a.txt')
  })

  test('takes no command for a part that the owner did not name for the whole', async () => {
    const split = {
      name: 'split_task',
      input: { parts: ['first', 'second'].map((title) => ({ title, verify: ['true'] })) },
    }
    const { agent, autonomy } = setUp(checkoutUntil(0), { script: [{ calls: [split] }, { text: 'Not split' }] })
    const { id } = agent.tasks.create({ title: 'Large' })
    autonomy.add(id, order)
    autonomy.start()
    await ended(autonomy, id).toBe('done')
    expect(agent.tasks.list('all')).toHaveLength(1)
  })

  test.each([
    [{ maxCalls: 2 }, '2 calls were not enough'],
    [{ maxTokens: 25 }, '25 tokens were not enough'],
  ])('ends work that uses more than %o, and asks how to go on', async (limits, reason) => {
    const look = { calls: [{ name: 'list_tasks', input: {} }], usage: { input: 8, output: 2 } }
    const { agent, autonomy } = setUp(checkoutUntil(0), { script: [look, look, look, look, { text: 'Looked' }] })
    const { id } = agent.tasks.create({ title: 'Costly' })
    autonomy.add(id, { ...order, ...limits })
    autonomy.start()
    await ended(autonomy, id).toBe('blocked')
    expect(autonomy.get(id)).toMatchObject({ reason })
    expect(agent.questions.open()[0]?.question).toContain(reason)
  })

  test('tries again with what a person answers, also when they answer after a restart', async () => {
    const db = openDatabase(':memory:')
    const before = setUp(checkoutUntil(9), { db, script: [{ text: 'a' }] })
    const { id } = before.agent.tasks.create({ title: 'Unclear' })
    before.autonomy.add(id, { ...order, maxRounds: 1 })
    before.autonomy.start()
    await ended(before.autonomy, id).toBe('blocked')
    await before.autonomy.close()
    const { agent, autonomy, model } = setUp(checkoutUntil(1), { db, script: [{ text: 'b' }] })
    autonomy.start()
    const [question] = agent.questions.open()
    expect(question).toMatchObject({ sessionId: 'task-1-1', options: ['Try again', 'Leave it'] })
    agent.questions.answer(question?.id ?? '', 'Use the other parser')
    await ended(autonomy, id).toBe('done')
    expect(JSON.stringify(model.calls[0]?.prompt.at(-1))).toContain('Use the other parser')
    expect(agent.questions.open()).toEqual([])
  })

  test('asks where a person last spoke, and not where work or a stranger did', async () => {
    const { agent, autonomy } = setUp(checkoutUntil(9), {
      script: [{ text: 'Hello' }, { text: 'Welcome' }, { text: 'a' }],
    })
    for (const [sessionId, channel] of [
      ['mine', 'acp'],
      ['theirs', 'a2a'],
    ] as const) {
      agent.store.create({ id: sessionId, title: sessionId })
      await agent.stream({ sessionId, text: 'Hello', channel }).result
    }
    const { id } = agent.tasks.create({ title: 'Unclear' })
    autonomy.add(id, { ...order, maxRounds: 1 })
    autonomy.start()
    await ended(autonomy, id).toBe('blocked')
    expect(agent.questions.open()).toMatchObject([{ sessionId: 'mine', question: expect.stringContaining('Unclear') }])
  })

  test('asks nobody about what was stopped or asked for anew', async () => {
    const { agent, autonomy } = setUp(checkoutUntil(9), { script: [{ text: 'a' }, { text: 'b' }] })
    const { id } = agent.tasks.create({ title: 'Hard' })
    autonomy.add(id, { ...order, maxRounds: 1 })
    autonomy.start()
    await ended(autonomy, id).toBe('blocked')
    expect(agent.questions.open()).toHaveLength(1)
    autonomy.stop(id)
    await expect.poll(() => agent.questions.open()).toEqual([])
    expect(autonomy.get(id)?.state).toBe('stopped')
  })

  test('is done only when a second model finds that what has to hold does', async () => {
    const requests: ReviewRequest[] = []
    const reviewer: Reviewer = {
      available: () => true,
      async review(request) {
        requests.push(request)
        const holds = requests.length > 1
        const verdict = { criterion: 'it is documented', holds, why: 'there is no word of it' }
        return { model: 'other', independent: true, verdicts: [verdict] }
      },
    }
    const { agent, autonomy, model } = setUp(checkoutUntil(1), { reviewer, script: [{ text: 'a' }, { text: 'b' }] })
    const { id } = agent.tasks.create({ title: 'Document it' })
    autonomy.add(id, { ...order, acceptance: ['it is documented'] })
    autonomy.start()
    await ended(autonomy, id).toBe('done')
    expect(autonomy.get(id)).toMatchObject({ rounds: 2, judged: { model: 'other', verdicts: [{ holds: true }] } })
    expect(requests[0]).toMatchObject({ title: 'Document it', diff: 'diff of commit-1', passed: ['npm test'] })
    expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain('there is no word of it')
  })

  test('says that nothing was judged without a second model, and waits for a person where one is required', async () => {
    const { agent, autonomy } = setUp(checkoutUntil(0), { script: [{ text: 'a' }, { text: 'b' }] })
    const [auto, required] = ['auto', 'required'].map((title) => agent.tasks.create({ title }).id)
    if (auto === undefined || required === undefined) throw new RangeError('no tasks')
    autonomy.add(auto, { ...order, acceptance: ['x'] })
    autonomy.add(required, { ...order, acceptance: ['x'], review: 'required' })
    autonomy.start()
    await ended(autonomy, auto).toBe('done')
    await ended(autonomy, required).toBe('blocked')
    expect(autonomy.get(auto)?.judged).toMatchObject({ verdicts: [], reason: 'no language model is connected' })
    expect(autonomy.get(required)?.reason).toContain('no second model judged it')
  })

  test('refuses work that would wait for itself', () => {
    const { agent, autonomy } = setUp(checkoutUntil(0))
    const [a, b, c] = ['a', 'b', 'c'].map((title) => agent.tasks.create({ title }).id)
    if (a === undefined || b === undefined || c === undefined) throw new RangeError('no tasks')
    autonomy.add(a, { ...order, after: [b] })
    autonomy.add(b, { ...order, after: [c] })
    expect(() => autonomy.add(c, { ...order, after: [a] })).toThrow(
      expect.objectContaining({ code: 'agent/work-circle' }),
    )
  })
})
