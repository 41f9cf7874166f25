import { Message, Role, TaskState } from '@a2a-js/sdk'
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
} from '@a2a-js/sdk/server'
import { createIdSource, createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createTestA2a } from '../testing/test-a2a.js'
import { toolContext } from '../testing/tool-context.js'
import { type AskerDeps, createAsker } from './ask-agent.js'
import { createAskAgentTool } from './ask-agent-tool.js'
import { createCard } from './card.js'
import { textPart } from './message.js'

const url = 'http://other.test'
const { signal } = new AbortController()

function askerOver(fetch: typeof globalThis.fetch, more: Partial<AskerDeps> = {}) {
  const clock = { ...stoppedClock(1_000), sleep: async () => undefined }
  return createAsker({ fetch, clock, ids: createIdSource({ clock, rng: createRng('asker') }), ...more })
}

/** An agent made of the official parts, as their example is, over HTTP without a socket. */
function officialAgent(execute: AgentExecutor['execute'], streaming = true): typeof globalThis.fetch {
  const base = createCard({
    ...{ name: 'Example', version: '1', url: `${url}/rpc` },
    toolbox: { names: [], effect: () => 'none' },
  })
  const card = { ...base, capabilities: { extensions: [], streaming } }
  const handler = new DefaultRequestHandler(card, new InMemoryTaskStore(), {
    execute,
    cancelTask: async () => undefined,
  })
  const transport = new JsonRpcTransportHandler(handler)
  const app = new Hono()
  app.get('/.well-known/agent-card.json', (context) => context.json(card))
  app.post('/rpc', async (context) => {
    const answer = await transport.handle(await context.req.text(), new ServerCallContext({ requestedVersion: '1.0' }))
    if (!(Symbol.asyncIterator in answer)) return context.json(answer)
    let text = ''
    for await (const event of answer) text += `data: ${JSON.stringify(event)}\n\n`
    return context.body(text, 200, { 'content-type': 'text/event-stream' })
  })
  return async (input, init) => app.fetch(new Request(input, init))
}

const echo: AgentExecutor['execute'] = async ({ taskId, contextId, userMessage }, bus) => {
  const [part] = userMessage.parts
  const text = part?.content?.$case === 'text' ? part.content.value : ''
  const place = { taskId, contextId, metadata: undefined }
  const status = (state: TaskState) => ({ state, message: undefined, timestamp: undefined })
  bus.publish(
    AgentEvent.task({
      ...{ id: taskId, contextId, artifacts: [], history: [], metadata: undefined },
      status: status(TaskState.TASK_STATE_SUBMITTED),
    }),
  )
  const artifact = { artifactId: 'a', name: '', description: '', metadata: undefined, extensions: [] }
  for (const [index, piece] of ['You said: ', text].entries())
    bus.publish(
      AgentEvent.artifactUpdate({
        ...{ ...place, artifact: { ...artifact, parts: [textPart(piece)] } },
        ...{ append: index > 0, lastChunk: index > 0 },
      }),
    )
  bus.publish(AgentEvent.statusUpdate({ ...place, status: status(TaskState.TASK_STATE_COMPLETED) }))
}

describe('createAsker()', () => {
  test.each([true, false])('hears out an agent of the official parts, streaming %j', async (streaming) => {
    const asker = askerOver(officialAgent(echo, streaming))
    expect(await asker.ask({ url, message: 'Hello' }, { signal })).toMatchObject({
      ...{ agent: 'Example', state: 'completed', text: 'You said: Hello' },
    })
    expect(await asker.card(url)).toMatchObject({ name: 'Example', supportedInterfaces: [{ url: `${url}/rpc` }, {}] })
  })

  test('takes a plain message for an answer', async () => {
    const fetch = officialAgent(async ({ contextId }, bus) => {
      const message = Message.fromJSON({ messageId: 'm', contextId, role: 'ROLE_AGENT', parts: [{ text: 'Just so' }] })
      bus.publish(AgentEvent.message({ ...message, role: Role.ROLE_AGENT }))
    })
    expect(await askerOver(fetch).ask({ url, message: 'Hello' }, { signal })).toMatchObject({
      ...{ state: 'completed', text: 'Just so' },
    })
  })

  test('looks after a task whose stream broke', async () => {
    await using a2a = createTestA2a({ script: [{ text: 'Whole' }] })
    const broken: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      request.headers.set('authorization', 'Bearer the-token-of-the-owner')
      const response = await a2a.fetch(request)
      if (response.headers.get('content-type') !== 'text/event-stream') return response
      const { value } = (await response.body?.getReader().read()) ?? {}
      return new Response(value, { headers: response.headers })
    }
    expect(await askerOver(broken).ask({ url: 'http://agent.test', message: 'Hello' }, { signal })).toMatchObject({
      ...{ state: 'completed', text: 'Whole' },
    })
  })

  test('says what cannot be asked', async () => {
    const ask = (fetch: typeof globalThis.fetch) => askerOver(fetch).ask({ url, message: 'Hello' }, { signal })
    const failures: (typeof globalThis.fetch)[] = [
      async () => Promise.reject(new TypeError('cut off')),
      async () => new Response('', { status: 404 }),
      async () => new Response('<html>'),
      async () => Response.json({}),
      async () => Response.json({ name: 'x', supportedInterfaces: [] }),
      async (input, init) =>
        new Request(input, init).method === 'GET'
          ? officialAgent(echo)(input, init)
          : new Response('', { status: 500 }),
    ]
    for (const failure of failures) await expect(ask(failure)).rejects.toMatchObject({ code: 'agent/ask' })
  })

  test('ends with its signal', async () => {
    const ended = new AbortController()
    const fetch = officialAgent(async () => ended.abort(new Error('enough')))
    await expect(askerOver(fetch).ask({ url, message: 'Hello' }, { signal: ended.signal })).rejects.toThrow('enough')
  })
})

describe('ask_agent', () => {
  const peers = { helper: url }
  const tool = createAskAgentTool({ asker: askerOver(officialAgent(echo)) }, { peers, allowHosts: ['other.test'] })

  test('asks an agent by its address or its name', async () => {
    expect(tool.description).toContain('helper (http://other.test)')
    for (const to of [url, 'helper'])
      expect(await tool.run({ url: to, message: 'Hello' }, toolContext({ signal }))).toEqual({
        ...{ agent: 'Example', state: 'completed', text: 'You said: Hello' },
      })
  })

  test('is of high risk, reaches no private address, and pays nothing without a wallet', async () => {
    expect(await tool.assess?.({ url: 'helper', message: 'x' })).toEqual({
      risk: { level: 'high', reasons: ['sends the message to other.test', 'pays nothing'] },
    })
    for (const to of ['http://127.0.0.1:4023', 'http://169.254.169.254', 'nobody', 'http://user:secret@other.test'])
      expect(await tool.assess?.({ url: to, message: 'x' }), to).toHaveProperty('refuse')
    expect(await tool.assess?.({ url, message: 'x', maxPrice: '1' })).toMatchObject({
      refuse: 'the wallet is not open',
    })
  })

  test('says what it may pay, and what is left', async () => {
    const paying = createAskAgentTool(
      { asker: askerOver(officialAgent(echo)), payer: { left: () => ['5 devUSD'] } },
      { peers, allowHosts: ['other.test'] },
    )
    expect(await paying.assess?.({ url, message: 'x', maxPrice: '0.05' })).toMatchObject({
      risk: { level: 'high', reasons: [expect.any(String), 'pays up to 0.05 to other.test', 'left today: 5 devUSD'] },
    })
  })
})
