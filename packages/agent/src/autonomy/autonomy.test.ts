import { openDatabase } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { WorkCheck } from '../protocol-work.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'
import { type Autonomy, createAutonomy } from './autonomy.js'
import type { Checkout } from './checkout.js'

/** A checkout in memory, whose commands fail until the turn that `passesAt` names. */
function checkoutUntil(passesAt: number): Checkout & { readonly done: string[] } {
  const done: string[] = []
  let turns = 0
  return {
    done,
    async open({ id, attempt }) {
      done.push(`open ${id}.${attempt}`)
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
    async close() {
      done.push('close')
    },
  }
}

const started: Autonomy[] = []
afterEach(async () => {
  for (const autonomy of started.splice(0)) await autonomy.close()
})

function setUp(checkout: Checkout, options: TestAgentOptions = {}): TestAgent & { autonomy: Autonomy } {
  const test = createTestAgent(options)
  const autonomy = createAutonomy({ ...test, log: recordingLogger(), checkout, places: { keep: () => undefined } })
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
})
