import type { Task } from '@a2a-js/sdk'
import { TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError } from '@a2a-js/sdk/errors'
import { openDatabase } from '@salp/core/node'
import { describe, expect, test, vi } from 'vitest'
import { asTask, createTestA2a, eventInShort, inShort, ownerToken, saying } from '../testing/test-a2a.js'
import { eventOf, notingTools } from '../testing/test-agent.js'

const change = { text: 'Let me see. ', calls: [{ name: 'change', input: { value: 'door' } }] }
const gate = () => Promise.withResolvers<void>()

describe('serveA2a()', () => {
  test('shows a card that tells what the agent can do, in both versions of the protocol', async () => {
    await using a2a = createTestA2a()
    const card = async (headers = {}) =>
      (await (await a2a.fetch('http://agent.test/.well-known/agent-card.json', { headers })).json()) as object
    expect(await card({ 'a2a-version': '1.0' })).toMatchObject({
      name: 'Test',
      version: '1.2.3',
      capabilities: { streaming: true, pushNotifications: true },
      supportedInterfaces: [
        { url: 'http://agent.test/a2a', protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url: 'http://agent.test/a2a', protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      ],
      securitySchemes: { token: { httpAuthSecurityScheme: { scheme: 'Bearer' } } },
      skills: [{ id: 'chat' }, { id: 'read' }, { id: 'write' }],
    })
    expect(await card()).toMatchObject({
      url: 'http://agent.test/a2a',
      preferredTransport: 'JSONRPC',
      protocolVersion: '0.3',
      securitySchemes: { token: { type: 'http', scheme: 'Bearer' } },
    })
  })

  test('answers a message with a task, whose answer is its artifact', async () => {
    await using a2a = createTestA2a({ script: [{ text: 'Hello to you' }, { text: 'Again' }] })
    const client = await a2a.client()
    const task = asTask(await client.sendMessage(saying('Hello')))
    expect(inShort(task)).toEqual({ state: 'TASK_STATE_COMPLETED', says: '', answer: 'Hello to you' })
    expect(a2a.agent.store.get(task.contextId)).toMatchObject({ title: 'Hello' })
    // The context is the session: the agent remembers what was said in it.
    const again = asTask(await client.sendMessage(saying('And now?', { contextId: task.contextId })))
    expect([again.contextId, again.id === task.id]).toEqual([task.contextId, false])
    expect(a2a.model.calls[1]?.prompt.map(({ role }) => role)).toEqual(
      expect.arrayContaining(['user', 'assistant', 'user']),
    )
  })

  test('streams a task as it goes, its text in pieces and then whole', async () => {
    await using a2a = createTestA2a({ script: [{ text: ['One ', 'two'] }] })
    const events: string[] = []
    for await (const event of (await a2a.client()).sendMessageStream(saying('Count'))) events.push(eventInShort(event))
    expect(events).toEqual([
      'task TASK_STATE_WORKING',
      'artifact =One ',
      'artifact +two',
      'artifact =One two',
      'status TASK_STATE_COMPLETED',
    ])
  })

  test('speaks version 0.3 to a client that says no version', async () => {
    await using a2a = createTestA2a({ script: [{ text: 'Old friend' }] })
    const response = await a2a.fetch('http://agent.test/a2a', {
      method: 'POST',
      headers: { authorization: `Bearer ${ownerToken}` },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 7, method: 'message/send' },
        params: { message: { kind: 'message', messageId: 'm', role: 'user', parts: [{ kind: 'text', text: 'Hi' }] } },
      }),
    })
    expect(await response.json()).toMatchObject({
      ...{ jsonrpc: '2.0', id: 7 },
      result: { kind: 'task', status: { state: 'completed' }, artifacts: [{ parts: [{ text: 'Old friend' }] }] },
    })
  })

  test.each(['approve', 'rather not'])('waits for a word on what needs one, and takes %j', async (word) => {
    const ran: string[] = []
    await using a2a = createTestA2a({ script: [change, { text: 'So be it' }], tools: () => notingTools(ran) })
    const client = await a2a.client()
    const asked = asTask(await client.sendMessage(saying('Open the door')))
    expect(inShort(asked)).toMatchObject({
      state: 'TASK_STATE_INPUT_REQUIRED',
      says: expect.stringContaining('change'),
    })
    const done = asTask(await client.sendMessage(saying(word, { taskId: asked.id, contextId: asked.contextId })))
    expect([inShort(done).state, inShort(done).answer, ran]).toEqual([
      'TASK_STATE_COMPLETED',
      'So be it',
      word === 'approve' ? ['change door'] : [],
    ])
    await expect(client.sendMessage(saying('More', { taskId: done.id }))).rejects.toThrow(UnsupportedOperationError)
  })

  test('cancels a task mid-turn, once', async () => {
    const { promise } = gate()
    await using a2a = createTestA2a({ script: [{ text: 'never', when: () => promise }] })
    const client = await a2a.client()
    const task = asTask(await client.sendMessage(saying('Think', { returnImmediately: true })))
    expect(inShort(task).state).toBe('TASK_STATE_WORKING')
    const canceled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    expect(inShort(canceled).state).toBe('TASK_STATE_CANCELED')
    await expect(client.cancelTask({ tenant: '', id: task.id, metadata: undefined })).rejects.toThrow(
      TaskNotCancelableError,
    )
  })

  test('goes on when its reader leaves mid-stream, and can be followed again', async () => {
    const { promise, resolve } = gate()
    await using a2a = createTestA2a({ script: [{ text: 'There you are', when: () => promise }] })
    const client = await a2a.client()
    let id = ''
    for await (const { payload } of client.sendMessageStream(saying('Wait'))) {
      id = payload?.$case === 'task' ? payload.value.id : id
      break
    }
    const again = client.resubscribeTask({ tenant: '', id })
    expect(eventInShort((await again.next()).value ?? { payload: undefined })).toBe('task TASK_STATE_WORKING')
    resolve()
    const events: string[] = []
    for await (const event of again) events.push(eventInShort(event))
    expect(events.slice(-2)).toEqual(['artifact =There you are', 'status TASK_STATE_COMPLETED'])
  })

  test('keeps tasks across a restart, in the middle of one', async () => {
    const db = openDatabase(':memory:')
    const { promise } = gate()
    const first = createTestA2a({ db, script: [{ text: 'lost', when: () => promise }] })
    const task = asTask(await (await first.client()).sendMessage(saying('Go on', { returnImmediately: true })))
    await first.agent.close()
    await using second = createTestA2a({ db, script: [{ text: 'Here I am again' }], seed: 'second' })
    const client = await second.client()
    const get = () => client.getTask({ tenant: '', id: task.id })
    expect(inShort(await get()).state).toBe('TASK_STATE_WORKING')
    second.agent.start()
    await eventOf(second, 'turn:finished')
    expect(inShort(await get())).toMatchObject({ state: 'TASK_STATE_COMPLETED', answer: 'Here I am again' })
    const { tasks } = await client.listTasks({
      ...{ tenant: '', contextId: '', status: 0, pageToken: '', statusTimestampAfter: undefined },
    })
    expect(tasks.map(({ id }) => id)).toEqual([task.id])
  })

  test('says what failed, and rejects while the agent is paused', async () => {
    let pause: string | undefined
    await using a2a = createTestA2a({ script: [{ error: new Error('no model') }], paused: () => pause })
    const client = await a2a.client()
    const failed = inShort(asTask(await client.sendMessage(saying('Try'))))
    expect([failed.state, failed.says === '']).toEqual(['TASK_STATE_FAILED', false])
    pause = 'holidays'
    expect(inShort(asTask(await client.sendMessage(saying('Again'))))).toMatchObject({
      state: 'TASK_STATE_REJECTED',
      says: 'The agent is paused: holidays',
    })
  })

  test('refuses what is no request of the protocol, in its words', async () => {
    await using a2a = createTestA2a({ script: [] })
    const say = async (body: string, version?: string) => {
      const response = await a2a.fetch('http://agent.test/a2a', {
        method: 'POST',
        headers: { authorization: `Bearer ${ownerToken}`, ...(version !== undefined && { 'a2a-version': version }) },
        body,
      })
      const { id, error } = (await response.json()) as { id: unknown; error?: { code: number } }
      return [id, error?.code]
    }
    const call = (method: string, params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    for (const version of ['1.0', undefined]) {
      expect(await say('{"jsonrpc": "2.0", "id"', version)).toEqual([null, -32700])
      for (const text of ['[]', '42', 'null', '{}', '{"jsonrpc":"1.0","id":1,"method":"x"}'])
        expect((await say(text, version))[1], text).toBeLessThanOrEqual(-32600)
      expect((await say(call('no/such', {}), version))[1]).toBe(-32601)
    }
    expect(await say(call('SendMessage', {}), '1.0')).toEqual([1, -32602])
    expect(await say(call('SendMessage', { message: { messageId: 'm', parts: [{ text: '' }] } }), '1.0')).toEqual([
      1, -32602,
    ])
    expect(await say(call('GetTask', { id: 'none' }), '1.0')).toEqual([1, -32001])
    expect(await say(call('tasks/get', { id: 'none' }))).toEqual([1, -32001])
    expect(await say(call('SubscribeToTask', { id: 'none' }), '1.0')).toEqual([1, -32001])
    expect((await say(call('GetTask', { id: 'none' }), '9.9'))[1]).toBe(-32009)
    expect((await say(`"${'x'.repeat(1_100_000)}"`, '1.0'))[1]).toBe(-32600)
    await expect((await a2a.client()).getTask({ tenant: '', id: 'none' })).rejects.toThrow(TaskNotFoundError)
  })

  test('lets nobody in without the token where nothing is sold', async () => {
    await using a2a = createTestA2a({ script: [] })
    const response = await a2a.fetch('http://agent.test/a2a', { method: 'POST', body: '{}' })
    expect(response.status).toBe(401)
  })
})

describe('serveA2a(), telling addresses', () => {
  const hook = {
    tenant: '',
    id: 'h',
    taskId: '',
    url: 'https://hooks.test/x',
    token: 'its-token',
    authentication: undefined,
  }

  test('tells an address of each state with its token, and again where it fails', async () => {
    const told: { state: string; token: string | null }[] = []
    let failures = 2
    await using a2a = createTestA2a({
      script: [change, { text: 'Done' }],
      async fetch(input, init) {
        const request = new Request(input, init)
        if (failures-- > 0) return new Response('', { status: 500 })
        const { task } = (await request.json()) as { task: { status: { state: string } } }
        told.push({ state: task.status.state, token: request.headers.get('x-a2a-notification-token') })
        return new Response(null, { status: 204 })
      },
    })
    const client = await a2a.client()
    const task = asTask(await client.sendMessage(saying('Open', { hook })))
    await client.sendMessage(saying('approve', { taskId: task.id }))
    // The clock stands still: each wait has to be let pass.
    await vi.waitFor(
      () => {
        a2a.clock.advance(1_000)
        expect(told.map(({ state }) => state)).toEqual([
          'TASK_STATE_INPUT_REQUIRED',
          'TASK_STATE_WORKING',
          'TASK_STATE_COMPLETED',
        ])
      },
      { timeout: 20_000 },
    )
    expect(new Set(told.map(({ token }) => token))).toEqual(new Set(['its-token']))
  })

  test('keeps, lists, and drops addresses, and takes none of a private network', async () => {
    const { promise } = gate()
    await using a2a = createTestA2a({ script: [{ text: 'x', when: () => promise }] })
    const client = await a2a.client()
    const { id: taskId }: Task = asTask(await client.sendMessage(saying('Wait', { returnImmediately: true })))
    const place = { tenant: '', taskId, id: 'h' }
    expect(await client.createTaskPushNotificationConfig({ ...hook, taskId })).toMatchObject({ id: 'h', taskId })
    expect(await client.getTaskPushNotificationConfig(place)).toMatchObject({ url: hook.url, token: hook.token })
    const list = async () =>
      (await client.listTaskPushNotificationConfig({ tenant: '', taskId, pageSize: 0, pageToken: '' })).configs.length
    expect(await list()).toBe(1)
    await client.deleteTaskPushNotificationConfig(place)
    expect(await list()).toBe(0)
    for (const url of [
      'http://127.0.0.1/',
      'http://169.254.169.254/latest',
      'ftp://hooks.test/',
      'http://localhost:1',
    ]) {
      await expect(client.createTaskPushNotificationConfig({ ...hook, taskId, url }), url).rejects.toThrow()
    }
    for (let count = 0; count < 5; count++)
      await client.createTaskPushNotificationConfig({ ...hook, taskId, id: `h${count}` })
    await expect(client.createTaskPushNotificationConfig({ ...hook, taskId, id: 'h5' })).rejects.toThrow(/more than 5/)
  })
})
