import { TaskNotFoundError, UnsupportedOperationError } from '@a2a-js/sdk/errors'
import { openDatabase } from '@salp/core/node'
import type { ModelScript } from '@salp/models/testing'
import { describe, expect, test } from 'vitest'
import { asTask, createTestA2a, inShort, saying, type TestA2a } from '../testing/test-a2a.js'
import { createTestAgent, notingTools, type TestAgent } from '../testing/test-agent.js'
import { createAsker, type TaskPayer } from './ask-agent.js'
import type { Sell, Strangers } from './strangers.js'

/** A shop that takes one coin, which moves when the work is done. */
function createShop(mind: TestAgent) {
  const moved: string[] = []
  const strangers: Strangers = {
    ...{ agent: mind.agent, extension: 'https://pay.test/v1', price: 'a coin' },
    sale(records, work): Sell {
      return async ({ taskId, input, metadata }, { signal }) => {
        const update = (state: 'input-required' | 'completed', status: string) => ({
          ...{ state, metadata: { status }, again: false },
        })
        if (metadata.coin === undefined) {
          records.set(taskId, JSON.stringify({ input }))
          return update('input-required', 'a coin, please')
        }
        const record = JSON.parse(records.get(taskId) ?? '{}') as { input?: unknown }
        await work(record.input, { signal })
        signal.throwIfAborted()
        if (!moved.includes(taskId)) moved.push(taskId)
        return update('completed', 'thanks')
      }
    },
  }
  return { strangers, moved }
}

/** An owner's agent that knows a secret, and a mind for strangers that does not. */
function open(script: ModelScript, { db = openDatabase(':memory:'), own = openDatabase(':memory:'), seed = 'a' } = {}) {
  const mind = createTestAgent({ script, db: own, tools: () => [], seed: `strangers ${seed}` })
  const shop = createShop(mind)
  const a2a = createTestA2a({
    ...{ db, seed, strangers: shop.strangers, tools: () => notingTools([]) },
    script: [{ text: 'the secret of the owner' }],
  })
  return { a2a, mind, ...shop, close: () => mind.agent.close() }
}

const coin = { metadata: { coin: 1 } }
const stranger = (a2a: TestA2a) => a2a.client({ stranger: true })

describe('tasks of strangers', () => {
  test('are asked to be paid for, and done once they are', async () => {
    const { a2a, mind, moved } = open([{ text: 'For you' }])
    await using _ = a2a
    const client = await stranger(a2a)
    const asked = asTask(await client.sendMessage(saying('Tell me')))
    expect([inShort(asked), asked.status?.message?.metadata]).toEqual([
      {
        state: 'TASK_STATE_INPUT_REQUIRED',
        says: 'A task costs a coin, by the extension https://pay.test/v1',
        answer: '',
      },
      { status: 'a coin, please' },
    ])
    expect(mind.model.calls).toEqual([])
    const done = asTask(await client.sendMessage(saying('here', { taskId: asked.id, ...coin })))
    expect([inShort(done), done.status?.message?.metadata, moved]).toEqual([
      { state: 'TASK_STATE_COMPLETED', says: '', answer: 'For you' },
      { status: 'thanks' },
      [asked.id],
    ])
  })

  test('are shown to the owner, who may stop them', async () => {
    const begun = Promise.withResolvers<void>()
    const { a2a, moved } = open([
      { text: 'For you' },
      {
        text: 'Never said',
        when() {
          begun.resolve()
          return new Promise(() => undefined)
        },
      },
    ])
    await using _ = a2a
    const client = await stranger(a2a)
    const first = asTask(await client.sendMessage(saying('Tell me')))
    await client.sendMessage(saying('here', { taskId: first.id, ...coin }))
    const { strangerSource, ofStrangers } = a2a.serving
    expect(strangerSource.list()).toEqual([])
    const second = asTask(await client.sendMessage(saying('Think for ever')))
    void client.sendMessage(saying('here', { taskId: second.id, ...coin, returnImmediately: true }))
    await begun.promise
    expect(strangerSource.list()).toMatchObject([{ kind: 'stranger', title: 'Think for ever', state: 'running' }])
    await strangerSource.stop(`stranger:${second.id}`)
    expect(strangerSource.list()).toEqual([])
    expect(ofStrangers(10)).toMatchObject([
      {
        text: 'Think for ever',
        state: 'canceled',
        detail: 'It was called off; it costs nothing, and what was paid is given back',
      },
      { text: 'Tell me', state: 'completed', answer: 'For you' },
    ])
    expect(moved).toEqual([first.id])
  })

  test('reach no tool, session, memory or task of the owner', async () => {
    const { a2a, mind } = open([{ calls: [{ name: 'look', input: { value: 'safe' } }] }, { text: 'I cannot' }])
    await using _ = a2a
    const owner = await a2a.client()
    const owned = asTask(await owner.sendMessage(saying('Keep a secret')))
    const client = await stranger(a2a)
    await expect(client.getTask({ tenant: '', id: owned.id })).rejects.toThrow(TaskNotFoundError)
    await expect(client.cancelTask({ tenant: '', id: owned.id, metadata: undefined })).rejects.toThrow(
      TaskNotFoundError,
    )
    await expect(client.sendMessage(saying('Go on', { contextId: owned.contextId }))).rejects.toThrow()
    const all = { tenant: '', contextId: '', status: 0, pageToken: '', statusTimestampAfter: undefined }
    await expect(client.listTasks(all)).rejects.toThrow(UnsupportedOperationError)
    const asked = asTask(await client.sendMessage(saying('Look into the safe')))
    await client.sendMessage(saying('here', { taskId: asked.id, ...coin }))
    const { tools, prompt } = mind.model.calls[0] ?? {}
    expect([tools ?? [], JSON.stringify(prompt).includes('secret')]).toEqual([[], false])
    expect(a2a.agent.store.count()).toBe(1)
    expect(a2a.model.calls).toHaveLength(1)
  })

  test('that fail or are called off cost nothing', async () => {
    const { a2a, moved } = open([
      { error: new Error('the key is k-123') },
      { text: 'x', when: () => new Promise(() => undefined) },
    ])
    await using _ = a2a
    const client = await stranger(a2a)
    const pay = async (more = {}) => {
      const { id: taskId } = asTask(await client.sendMessage(saying('Work')))
      return asTask(await client.sendMessage(saying('here', { taskId, ...coin, ...more })))
    }
    const failed = inShort(await pay())
    expect(failed).toMatchObject({ state: 'TASK_STATE_FAILED', answer: '' })
    expect(failed.says).not.toContain('k-123')
    const { id } = await pay({ returnImmediately: true })
    const canceled = await client.cancelTask({ tenant: '', id, metadata: undefined })
    expect([inShort(canceled).state, moved]).toEqual(['TASK_STATE_CANCELED', []])
  })

  test('go on after a restart, done once and paid once', async () => {
    const [db, own] = [openDatabase(':memory:'), openDatabase(':memory:')]
    const first = open([{ text: 'x', when: () => new Promise(() => undefined) }], { db, own })
    const client = await stranger(first.a2a)
    const { id: taskId } = asTask(await client.sendMessage(saying('Work long')))
    await client.sendMessage(saying('here', { taskId, ...coin, returnImmediately: true }))
    await first.a2a.serving.close()
    await first.mind.agent.close()
    const second = open([{ text: 'At last' }], { db, own, seed: 'b' })
    await using _ = second.a2a
    const again = await stranger(second.a2a)
    for await (const _event of again.resubscribeTask({ tenant: '', id: taskId })) {
      // To its end.
    }
    expect(inShort(await again.getTask({ tenant: '', id: taskId }))).toMatchObject({
      ...{ state: 'TASK_STATE_COMPLETED', answer: 'At last' },
    })
    expect([second.moved, second.mind.agent.store.count()]).toEqual([[taskId], 1])
  })

  test('are refused if they say too much, or nothing', async () => {
    const { a2a } = open([])
    await using _ = a2a
    const client = await stranger(a2a)
    for (const text of [' ', 'x'.repeat(20_001)])
      await expect(client.sendMessage(saying(text))).rejects.toThrow(/20000/)
  })
})

describe('createAsker(), paying', () => {
  const payer: TaskPayer = {
    extension: 'https://pay.test/v1',
    demand: ({ status }) => (status === 'a coin, please' ? 'It asks for a coin' : undefined),
    left: () => ['5 coins'],
    async pay({ maxPrice }, present) {
      if (Number(maxPrice) < 1) return { status: 'refused', reason: 'a coin is too much' }
      const { status } = await present({ coin: 1 })
      if (status !== 'thanks') return { status: 'unpaid' }
      return { status: 'paid', amount: '1 coin', payee: 'them', transaction: '0x1' }
    },
  }
  const ask = (a2a: TestA2a, maxPrice?: string) =>
    createAsker({ fetch: a2a.fetch, clock: a2a.clock, ids: () => 'an-id', payer }).ask(
      { url: 'http://agent.test', message: 'Tell me', maxPrice },
      { signal: new AbortController().signal },
    )

  test('pays what was agreed to, and gives the answer with what it cost', async () => {
    const { a2a, moved } = open([{ text: 'For you' }])
    await using _ = a2a
    expect(await ask(a2a, '2')).toMatchObject({
      ...{ agent: 'Test', state: 'completed', text: 'For you' },
      paid: { amount: '1 coin', payee: 'them', transaction: '0x1' },
    })
    expect(moved).toHaveLength(1)
  })

  test('pays nothing that was not agreed to', async () => {
    const { a2a, moved } = open([])
    await using _ = a2a
    await expect(ask(a2a)).rejects.toThrow('It asks for a coin, and no price was agreed to')
    await expect(ask(a2a, '0.5')).rejects.toThrow('a coin is too much')
    expect(moved).toEqual([])
  })
})
