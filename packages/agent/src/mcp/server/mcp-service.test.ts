import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { createIdSource, createRng } from '@salp/core'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toProblem } from '../../http/problem.js'
import { mount } from '../../http/route.js'
import { createTestAgent, eventOf, type TestAgent, type TestAgentOptions } from '../../testing/test-agent.js'
import { createTool } from '../../tool.js'
import { createAskTool } from '../../tools/self-tools.js'
import { createMcpService, type McpServiceDeps, transcript } from './mcp-service.js'
import { mcpLineRoutes, serveMcp } from './serve-mcp.js'

const text = z.object({ text: z.string() })
const common = { description: 'For tests', input: text, timeoutMs: 1_000 }

interface Bench extends TestAgent, AsyncDisposable {
  readonly app: Hono
  readonly ran: string[]
  readonly service: ReturnType<typeof createMcpService>
  /** Connects a client: in memory, or by HTTP. */
  connect(change?: Partial<ConnectOptions>): Promise<Client>
}

interface ConnectOptions {
  readonly by: 'memory' | 'http'
  readonly mode: 'legacy' | 'auto'
  readonly token: string | null
  /** Answers forms; without it the client has none. */
  readonly answer: (params: { message: string; requestedSchema?: unknown }) => object | Promise<object>
}

function createBench(change: Partial<McpServiceDeps> & TestAgentOptions & { visitors?: boolean } = {}): Bench {
  const ran: string[] = []
  const made = createTestAgent({
    tools: ({ questions }) => [
      createTool({ ...common, name: 'look', effect: 'read', run: async (input) => ({ seen: input.text }) }),
      createTool({
        ...common,
        name: 'change',
        effect: 'write',
        async run(input) {
          ran.push(input.text)
          return `changed ${input.text}`
        },
      }),
      createTool({
        ...common,
        name: 'slow',
        effect: 'read',
        run: (_, { signal, progress }) => {
          progress('half way')
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        },
      }),
      createAskTool({ human: questions }),
    ],
    ...change,
  })
  const { agent, clock, log, db } = made
  const ids = createIdSource({ clock, rng: createRng('mcp') })
  const service = createMcpService({
    ...{ agent, clock, ids, log, version: '1.2.3' },
    memory: { recall: async () => ({ hits: [] }) },
    resources: [
      {
        ...{ name: 'sessions', title: 'A session', mimeType: 'text/plain' },
        list: async () => agent.store.list(10).map(({ id, title }) => ({ id, name: title })),
        read: async (id) => (agent.store.get(id) === undefined ? undefined : transcript(agent.store, id)),
      },
    ],
    ...change,
  })
  const app = new Hono()
  app.onError((error) => toProblem(error, { onFault: () => undefined }))
  const access = { token: 'secret', hosts: ['localhost'], trustLoopback: false }
  serveMcp(app, { service, clock, ids, log }, { access, visitors: change.visitors ?? false })
  mount(app, mcpLineRoutes({ service, clock, ids, log }))
  const clients: Client[] = []
  return {
    ...made,
    app,
    ran,
    service,
    async connect({ by = 'memory', mode = 'legacy', token = 'secret', answer } = {}) {
      const client = new Client(
        { name: 'test client', version: '1' },
        { capabilities: answer === undefined ? {} : { elicitation: { form: {} } }, versionNegotiation: { mode } },
      )
      if (answer !== undefined)
        client.setRequestHandler(
          'elicitation/create',
          async ({ params }) => (await answer(params)) as { action: 'decline' },
        )
      clients.push(client)
      await client.connect(by === 'memory' ? await inMemory() : overHttp(token))
      return client
    },
    async [Symbol.asyncDispose]() {
      await service.close()
      for (const client of clients) await client.close()
      await agent.close()
      db.close()
    },
  }

  async function inMemory(): Promise<Transport> {
    const [ours, theirs] = InMemoryTransport.createLinkedPair()
    await service.createServer({ visitor: false, lasting: true }).connect(theirs)
    return ours
  }
  function overHttp(token: string | null): Transport {
    return new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
      fetch: async (url, init) => app.request(String(url), init),
      ...(token !== null && { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
    })
  }
}

describe('what is no request', () => {
  const post = async ({ app }: Bench, body: string) => {
    const response = await app.request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        ...{ authorization: 'Bearer secret', 'content-type': 'application/json' },
        accept: 'application/json, text/event-stream',
      },
      body,
    })
    return { status: response.status, text: await response.text() }
  }

  test.each([
    '{"jsonrpc": "2.0", "id"',
    '',
    'null',
    '42',
    '[]',
    '{}',
    '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}',
    '{"jsonrpc":"2.0","id":1,"method":7}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"change","arguments":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    '\u0000\uffff',
  ])('is refused as such, runs nothing, and the next one is answered: %j', async (body) => {
    await using bench = createBench({ policy: [{ tier: 'allow' }] })
    const { status, text: said } = await post(bench, body)
    expect(status >= 400 || said.includes('"error"')).toBe(true)
    expect(status).toBeLessThan(500)
    expect(bench.ran).toEqual([])
    expect((await (await bench.connect()).listTools()).tools.length).toBeGreaterThan(0)
  })
})

const call = (client: Client, name: string, given: object = { text: 'x' }) =>
  client.callTool({ name, arguments: { ...given } })

/** Every way in to which the same has to hold. */
const ways = [
  ['in memory', { by: 'memory', mode: 'legacy' }],
  ['over HTTP with a session', { by: 'http', mode: 'legacy' }],
  ['over HTTP without one', { by: 'http', mode: 'auto' }],
] as const

describe.each(ways)('%s', (_, way) => {
  test('lists the tools of the agent, what they do to the world, and the agent itself', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    const { tools } = await client.listTools()
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['look', true],
      ['change', false],
      ['slow', true],
      ['ask_salp', undefined],
    ])
  })

  test('calls a tool that may run, and keeps the call', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    expect(await call(client, 'look')).toMatchObject({
      content: [{ type: 'text', text: '{"seen":"x"}' }],
      structuredContent: { seen: 'x' },
    })
    expect(bench.agent.audit.list({ limit: 5 })).toMatchObject([{ tool: 'look', result: 'ok' }])
    expect(bench.agent.store.list(5)).toMatchObject([{ id: 'mcp-test-client', title: 'MCP: test client' }])
  })

  test('asks the person by a form, and runs what they approve', async () => {
    await using bench = createBench()
    const asked: string[] = []
    const client = await bench.connect({
      ...way,
      answer: ({ message }) => {
        asked.push(message)
        return { action: 'accept', content: { decision: 'approve' } }
      },
    })
    expect(await call(client, 'change')).toMatchObject({ content: [{ text: 'changed x' }] })
    expect(asked).toEqual(['Salp wants to use change (low risk)\n{\n  "text": "x"\n}'])
    expect(bench.ran).toEqual(['x'])
  })

  test.each([
    ['denies', { action: 'accept', content: { decision: 'deny' } }],
    ['declines', { action: 'decline' }],
    ['cancels', { action: 'cancel' }],
    ['gives something else', { action: 'accept', content: { decision: 'APPROVE' } }],
  ])('runs nothing where the person %s', async (__, answer) => {
    await using bench = createBench()
    const client = await bench.connect({ ...way, answer: () => answer })
    const result = await call(client, 'change').catch((error: Error) => ({ isError: true, error }))
    expect(result.isError).toBe(true)
    expect(bench.ran).toEqual([])
    await bench.service.close()
  })

  test('refuses at once what it would have to ask a client without forms', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    expect(await call(client, 'change')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('nobody is there to ask') }],
    })
    expect(bench.ran).toEqual([])
  })

  test('runs a turn, with progress, and goes on with its session', async () => {
    await using bench = createBench({
      script: [{ calls: [{ name: 'look', input: { text: 'y' } }] }, { text: 'Seen' }, { text: 'Again' }],
    })
    const client = await bench.connect(way)
    const progressed: (string | undefined)[] = []
    const first = await client.callTool(
      { name: 'ask_salp', arguments: { text: 'look at y' } },
      { onprogress: ({ message }) => void progressed.push(message) },
    )
    expect(first).toMatchObject({ content: [{ text: 'Seen' }], structuredContent: { status: 'completed' } })
    expect(progressed).toEqual(expect.arrayContaining(['Thinks, step 1', 'Uses look']))
    const session = (first.structuredContent as { session: string }).session
    await call(client, 'ask_salp', { text: 'again', session })
    expect(bench.agent.store.get(session)).toMatchObject({ messageCount: 2 })
  })

  test('puts questions and approvals of a turn as forms, one after the other', async () => {
    await using bench = createBench({
      script: [
        { calls: [{ name: 'ask_human', input: { question: 'Which?', options: ['red'] } }] },
        { calls: [{ name: 'change', input: { text: 'red' } }] },
        { text: 'Painted' },
      ],
    })
    const asked: string[] = []
    const client = await bench.connect({
      ...way,
      answer: ({ message }) => {
        asked.push(message.split('\n')[0] ?? '')
        return { action: 'accept', content: message === 'Which?' ? { answer: 'red' } : { decision: 'approve' } }
      },
    })
    expect(await call(client, 'ask_salp', { text: 'paint' })).toMatchObject({ content: [{ text: 'Painted' }] })
    expect(asked).toEqual(['Which?', 'Salp wants to use change (low risk)'])
    expect(bench.ran).toEqual(['red'])
  })

  test('cancels a call with the request for it', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    const controller = new AbortController()
    const called = client.callTool({ name: 'slow', arguments: { text: 'x' } }, { signal: controller.signal })
    await eventOf(bench, 'call:started')
    controller.abort()
    await expect(called).rejects.toThrow()
    expect((await eventOf(bench, 'call:finished')).data.outcome).toMatchObject({ error: { kind: 'cancelled' } })
  })

  test('gives resources and prompts, and says what is not there', async () => {
    await using bench = createBench({ script: [{ text: 'Hello' }] })
    const client = await bench.connect(way)
    const { sessionId } = bench.agent.stream({ text: 'hi', channel: 'test' })
    await eventOf(bench, 'turn:finished')
    const { resources } = await client.listResources()
    expect(resources).toMatchObject([{ uri: `salp://sessions/${sessionId}`, name: 'hi' }])
    const { contents } = await client.readResource({ uri: `salp://sessions/${sessionId}` })
    expect(contents).toMatchObject([{ text: 'Person: hi\n\nAgent: Hello' }])
    for (const uri of ['salp://sessions/none', 'salp://other/1', 'file:///etc/passwd', 'salp://sessions/%'])
      await expect(client.readResource({ uri })).rejects.toThrow()
    const { messages } = await client.getPrompt({ name: 'continue', arguments: { session: sessionId } })
    expect(messages[0]?.content).toMatchObject({ text: expect.stringContaining('Agent: Hello') })
    await expect(client.getPrompt({ name: 'recall', arguments: {} })).rejects.toThrow()
    await expect(client.getPrompt({ name: 'unheard' })).rejects.toThrow()
  })

  test('refuses tools that are not there, and input that does not fit', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    await expect(call(client, 'unheard_of')).rejects.toThrow(/Unknown tool/)
    await expect(call(client, 'ask_human', { question: 'Me?' })).rejects.toThrow(/Unknown tool/)
    await expect(call(client, 'ask_salp', {})).rejects.toThrow()
    expect(await call(client, 'look', { text: 7 })).toMatchObject({ isError: true, _meta: { 'salp/kind': 'invalid' } })
  })

  test('runs calls of one client side by side, each in a session of its own', async () => {
    await using bench = createBench()
    const client = await bench.connect(way)
    const controller = new AbortController()
    const slow = client.callTool({ name: 'slow', arguments: { text: 'x' } }, { signal: controller.signal })
    slow.catch(() => undefined)
    await eventOf(bench, 'call:started')
    expect(await call(client, 'look')).toMatchObject({ structuredContent: { seen: 'x' } })
    expect(bench.agent.store.count()).toBe(2)
    controller.abort()
    await expect(slow).rejects.toThrow()
  })
})

describe('access', () => {
  const post = ({ app }: Bench, headers: Record<string, string> = {}) =>
    app.request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        host: 'localhost',
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
      }),
    })

  test('asks who has no token, or a wrong one, for it, and says where to learn more', async () => {
    await using bench = createBench({ visitors: true })
    for (const headers of [{ authorization: 'Bearer wrong' }, { authorization: 'Basic x' }]) {
      const response = await post(bench, headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer realm="salp", error="invalid_token", resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp"',
      )
    }
    const metadata = await bench.app.request('http://localhost/.well-known/oauth-protected-resource/mcp')
    expect(await metadata.json()).toEqual({
      resource: 'http://localhost/mcp',
      resource_name: 'Salp',
      bearer_methods_supported: ['header'],
    })
  })

  test('lets no visitor in where nothing is for sale', async () => {
    await using bench = createBench()
    expect((await post(bench)).status).toBe(401)
  })

  test('refuses pages of other sites, the token or not', async () => {
    await using bench = createBench()
    const headers = { authorization: 'Bearer secret', origin: 'https://evil.test' }
    expect((await post(bench, headers)).status).toBe(403)
    expect((await post(bench, { authorization: 'Bearer secret', origin: 'null' })).status).toBe(403)
    expect((await post(bench, { authorization: 'Bearer secret' })).status).toBe(200)
  })

  test('knows no session that it did not open', async () => {
    await using bench = createBench()
    const headers = { authorization: 'Bearer secret', 'mcp-session-id': 'made-up' }
    expect((await post(bench, headers)).status).toBe(404)
  })
})

describe('tools for sale', () => {
  test('are all that a visitor sees and calls, each for its price; asking is refused', async () => {
    const sold: string[] = []
    await using bench = createBench({
      visitors: true,
      shop: {
        prices: { look: '$0.01', change: '$1' },
        async sell({ name }, run, signal) {
          sold.push(name)
          return run(signal)
        },
      },
    })
    const client = await bench.connect({ by: 'http', token: null })
    const { tools } = await client.listTools()
    expect(tools.map(({ name, description }) => [name, description])).toEqual([
      ['look', 'For tests Costs $0.01 a call, by x402.'],
      ['change', 'For tests Costs $1 a call, by x402.'],
    ])
    expect(await call(client, 'look')).toMatchObject({ structuredContent: { seen: 'x' } })
    expect(await call(client, 'change')).toMatchObject({ isError: true, _meta: { 'salp/kind': 'denied' } })
    await expect(call(client, 'slow')).rejects.toThrow(/Unknown tool/)
    await expect(call(client, 'ask_salp', { text: 'hi' })).rejects.toThrow(/Unknown tool/)
    expect(await client.listResources()).toEqual({ resources: [] })
    expect(sold).toEqual(['look', 'change'])
    expect(bench.ran).toEqual([])
  })
})

test('a client that goes away while it is asked cancels the call', async () => {
  await using bench = createBench()
  const asked = Promise.withResolvers<void>()
  const client = await bench.connect({
    answer: () => {
      asked.resolve()
      return new Promise(() => undefined)
    },
  })
  call(client, 'change').catch(() => undefined)
  await asked.promise
  await client.close()
  expect((await eventOf(bench, 'call:finished')).data.outcome).toMatchObject({ status: 'error' })
  expect(bench.ran).toEqual([])
})

test('a form that nobody answers is given up after a while', async () => {
  await using bench = createBench()
  const client = await bench.connect({ by: 'http', mode: 'auto', answer: () => new Promise(() => undefined) })
  call(client, 'change').catch(() => undefined)
  await eventOf(bench, 'approval:requested')
  await new Promise((resolve) => setImmediate(resolve))
  await bench.clock.advance(600_000)
  expect((await eventOf(bench, 'call:finished')).data.outcome).toMatchObject({ error: { kind: 'cancelled' } })
  expect(bench.ran).toEqual([])
})

test('lines carry the same', async () => {
  await using bench = createBench()
  const opened = await bench.app.request('http://localhost/api/mcp/lines', { method: 'POST' })
  const id = opened.headers.get('salp-connection')
  const say = (message: object) =>
    bench.app.request(`http://localhost/api/mcp/lines/${id}`, {
      method: 'POST',
      body: `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`,
    })
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  await bench.app.request(`http://localhost/api/mcp/lines/${id}`, { method: 'POST', body: 'nonsense\n' })
  await say({ id: 1, method: 'initialize', params })
  await say({ method: 'notifications/initialized' })
  await say({ id: 2, method: 'tools/call', params: { name: 'look', arguments: { text: 'x' } } })
  let seen = ''
  for await (const piece of opened.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    seen += piece
    if (seen.includes('"id":2')) break
  }
  expect(seen).toContain('"serverInfo":{"name":"salp"')
  expect(seen).toContain('"structuredContent":{"seen":"x"}')
})
