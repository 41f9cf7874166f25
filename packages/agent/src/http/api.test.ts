import { readUIMessageStream, type UIMessage, type UIMessageChunk, uiMessageChunkSchema } from 'ai'
import { afterEach, describe, expect, test } from 'vitest'
import { eventOf, type TestAgentOptions } from '../testing/test-agent.js'
import { createTestApi, type TestApi } from '../testing/test-api.js'

const open: TestApi[] = []
afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
})

function setup(options: TestAgentOptions = {}): TestApi {
  const made = createTestApi(options)
  open.push(made)
  return made
}

const user = (text: string) => ({ id: 'u', role: 'user', parts: [{ type: 'text', text }] })

async function chunksOf(response: Response): Promise<UIMessageChunk[]> {
  const text = await response.text()
  return text
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)))
}

async function messageOf(chunks: UIMessageChunk[]): Promise<UIMessage | undefined> {
  let last: UIMessage | undefined
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  for await (const message of readUIMessageStream({ stream })) last = message
  return last
}

describe('access', () => {
  test('is refused without the token, with a wrong one, under another host name', async () => {
    const { request } = setup()
    expect((await request('/api/tasks', { headers: { authorization: '' } })).status).toBe(401)
    expect((await request('/api/tasks', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    expect((await request('/api/tasks', { headers: { host: 'evil.example' } })).status).toBe(421)
    expect((await request('/api/tasks')).status).toBe(200)
  })

  test('by cookie is refused to a page of another origin', async () => {
    const { request } = setup()
    const cookie = { authorization: '', cookie: 'salp=secret-token' }
    expect((await request('/api/tasks', { headers: cookie })).status).toBe(200)
    expect((await request('/api/tasks', { headers: { ...cookie, origin: 'http://evil.example' } })).status).toBe(403)
    expect((await request('/api/tasks', { headers: { ...cookie, origin: 'http://localhost' } })).status).toBe(200)
    expect((await request('/api/tasks', { headers: { ...cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  })

  test('to health is open', async () => {
    const { request } = setup()
    expect(await (await request('/api/health', { headers: { authorization: '' } })).json()).toEqual({
      status: 'ok',
      version: '0.0.0',
    })
  })
})

describe('POST /api/chat', () => {
  test('streams a turn in the grammar of the AI SDK', async () => {
    const { request } = setup({
      script: [
        { reasoning: 'Hm', text: 'First', calls: [{ name: 'look', input: { value: 'a' } }] },
        { text: ['See', 'n'] },
      ],
    })
    const response = await request('/api/chat', { json: { id: 'session-1', messages: [user('Look')] } })
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
    const chunks = await chunksOf(response)
    for (const chunk of chunks) {
      expect(await uiMessageChunkSchema().validate?.(chunk), JSON.stringify(chunk)).toMatchObject({ success: true })
    }
    expect((await messageOf(chunks))?.parts.map((part) => part.type)).toEqual([
      'step-start',
      'reasoning',
      'text',
      'dynamic-tool',
      'step-start',
      'text',
      'data-turn',
    ])
  })

  test('shows the same message when the session is opened again', async () => {
    const { request } = setup({
      script: [{ text: 'First', calls: [{ name: 'look', input: { value: 'a' } }] }, { text: ['See', 'n'] }],
    })
    const streamed = await messageOf(
      await chunksOf(await request('/api/chat', { json: { id: 's', messages: [user('Look')] } })),
    )
    const { messages } = await (await request('/api/sessions/s')).json()
    expect(messages[0]).toMatchObject(user('Look').parts[0] ? { role: 'user', parts: user('Look').parts } : {})
    expect(JSON.stringify(messages[1])).toBe(JSON.stringify(streamed))
  })

  test('takes an approval as useChat answers it, and streams on from there', async () => {
    const made = setup({ script: [{ calls: [{ name: 'change', input: { value: 'a' } }] }, { text: 'Done' }] })
    const first = made.request('/api/chat', { json: { id: 's', messages: [user('Change')] } })
    const { data } = await eventOf(made, 'approval:requested')
    const part = {
      type: 'dynamic-tool',
      toolName: 'change',
      toolCallId: data.approval.callId,
      state: 'approval-responded',
      input: { value: 'a' },
      approval: { id: data.approval.id, approved: true },
    }
    const second = await made.request('/api/chat', {
      json: { id: 's', messages: [user('Change'), { id: 'a', role: 'assistant', parts: [part] }] },
    })
    const kinds = (await chunksOf(second)).map(({ type }) => type)
    expect(kinds[0]).toBe('start')
    expect(kinds).toContain('tool-output-available')
    expect(kinds).not.toContain('tool-approval-request')
    expect((await chunksOf(await first)).map(({ type }) => type)).toContain('tool-approval-request')
  })

  test('tells a busy session, a bad body and a file it cannot read apart', async () => {
    const made = setup({ script: [{ when: () => new Promise(() => undefined) }] })
    void made.request('/api/chat', { json: { id: 's', messages: [user('Hi')] } })
    await eventOf(made, 'step:started')
    const problem = async (json: unknown) => {
      const response = await made.request('/api/chat', { json })
      return [response.status, (await response.json()).code]
    }
    expect(await problem({ id: 's', messages: [user('And')] })).toEqual([409, 'agent/session-busy'])
    expect(await problem({ id: 's' })).toEqual([400, 'agent/request-invalid'])
    expect(await problem({ id: 't', messages: [user('x'.repeat(200_000))] })).toEqual([400, 'agent/input'])
    const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AA==' }
    expect(await problem({ id: 't', messages: [{ ...user(''), parts: [image] }] })).toEqual([
      415,
      'agent/request-media',
    ])
  })
})

describe('GET /api/chat/{sessionId}/stream', () => {
  test('follows a running turn from its start, and is empty when none runs', async () => {
    const go = Promise.withResolvers<void>()
    const made = setup({ script: [{ text: 'Slow', when: () => go.promise }] })
    void made.request('/api/chat', { json: { id: 's', messages: [user('Hi')] } })
    await eventOf(made, 'step:started')
    const resumed = await made.request('/api/chat/s/stream')
    go.resolve()
    expect((await chunksOf(resumed)).map(({ type }) => type)).toContain('text-delta')
    expect((await made.request('/api/chat/s/stream')).status).toBe(204)
  })
})

describe('memory, tasks and sessions', () => {
  test('are kept, changed and removed', async () => {
    const { request } = setup()
    const added = await (
      await request('/api/memory', { json: { content: 'The deploy key rotates on Fridays' } })
    ).json()
    expect(added).toMatchObject({ status: 'added' })
    const { hits } = await (await request('/api/memory?query=when+does+the+deploy+key+rotate')).json()
    expect(hits[0]).toMatchObject({
      content: 'The deploy key rotates on Fridays',
      source: { author: 'user' },
      verification: 'stated',
    })
    expect((await request(`/api/memory/${added.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await request(`/api/memory/${added.id}`, { method: 'DELETE' })).status).toBe(404)
    const task = await (await request('/api/tasks', { json: { title: 'Review' } })).json()
    expect(
      await (await request(`/api/tasks/${task.id}`, { method: 'PATCH', json: { status: 'done' } })).json(),
    ).toMatchObject({ status: 'done' })
    expect((await request('/api/tasks/99', { method: 'PATCH', json: {} })).status).toBe(404)
    const session = await (await request('/api/sessions', { json: { title: 'Mine' } })).json()
    expect((await request(`/api/sessions/${session.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await request(`/api/sessions/${session.id}`)).status).toBe(404)
  })
})

describe('GET /api/config', () => {
  test('hides secrets', async () => {
    expect(await (await setup().request('/api/config')).json()).toEqual({
      entries: [{ path: 'model.key', value: '[hidden]', source: 'environment', origin: 'SALP_MODEL_KEY' }],
    })
  })
})

describe('GET /api/openapi.json', () => {
  test('documents every route', async () => {
    const document = await (await setup().request('/api/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toMatchInlineSnapshot(`
      [
        "/api/chat",
        "/api/messages",
        "/api/turns",
        "/api/chat/{sessionId}/stream",
        "/api/sessions",
        "/api/sessions/{id}",
        "/api/sessions/{id}/context",
        "/api/sessions/{id}/stop",
        "/api/approvals",
        "/api/approvals/{id}",
        "/api/questions",
        "/api/questions/{id}",
        "/api/memory",
        "/api/memory/timeline",
        "/api/memory/graph",
        "/api/memory/about",
        "/api/memory/curate",
        "/api/memory/{id}",
        "/api/memory/{id}/history",
        "/api/memory/{id}/reopen",
        "/api/memory/{id}/supersede",
        "/api/tasks",
        "/api/tasks/{id}",
        "/api/sign-out",
        "/api/substrate",
        "/api/cognition/record",
        "/api/cognition/replay/{session}",
        "/api/health",
        "/api/status",
        "/api/audit",
        "/api/config",
        "/api/events",
        "/api/policy/explain",
        "/api/nets",
        "/api/nets/{name}/rollback",
        "/v1/models",
        "/v1/chat/completions",
      ]
    `)
  })
})

describe('GET /api/events', () => {
  test('replays what a reader missed, then follows', async () => {
    const made = setup({ script: [{ text: 'Hello' }] })
    await made.agent.turn({ text: 'Hi', channel: 'test' })
    const first = made.events[0]?.sequence ?? 0
    const response = await made.request('/api/events', { headers: { 'last-event-id': String(first) } })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('turn:finished')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(text).not.toContain('event: turn:started')
    expect(text).toContain('event: memory:recalled')
  })
})

describe('POST /v1/chat/completions', () => {
  test('answers as the agent', async () => {
    const made = setup({
      script: [{ calls: [{ name: 'look', input: { value: 'a' } }] }, { text: 'Seen', usage: { input: 9, output: 1 } }],
    })
    const response = await made.request('/v1/chat/completions', {
      json: {
        model: 'salp',
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: 'Look' },
        ],
      },
    })
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Seen' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
    })
    expect(made.model.calls[0]?.prompt[0]?.content).toContain('Be brief')
  })

  test('hands a request with tools to the model', async () => {
    const made = setup({ script: [{ calls: [{ id: 'x', name: 'weather', input: { city: 'Oslo' } }] }] })
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
    const response = await made.request('/v1/chat/completions', {
      json: { messages: [{ role: 'user', content: 'Weather?' }], tools },
    })
    expect(await response.json()).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [{ id: 'x', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    })
  })
})
