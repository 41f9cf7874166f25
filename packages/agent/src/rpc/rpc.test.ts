import { recordingLogger } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { Autonomy } from '../autonomy/autonomy.js'
import type { AgentStatus } from '../protocol.js'
import type { Routines } from '../routines/routines.js'
import { createTestAgent, notingTools, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'
import { serveJsonRpc } from './json-rpc.js'
import { rpcMethods } from './methods.js'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: object }
}

/** An agent that is served on one connection. */
function connect(options: TestAgentOptions = {}): TestAgent & {
  send(...lines: (string | object)[]): Promise<void>
  next(): Promise<Message>
  leave(): Promise<void>
  readonly closed: Promise<void>
} {
  const made = createTestAgent({ tools: () => notingTools([]), ...options })
  const up = new TransformStream<Uint8Array, Uint8Array>()
  const down = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>(undefined, { highWaterMark: 1_000 })
  const methods = rpcMethods({
    agent: made.agent,
    memory: { recall: async () => ({ hits: [] }) as never },
    autonomy: { list: () => [] } as unknown as Autonomy,
    routines: { list: () => [] } as unknown as Routines,
    status: () => ({ version: '1' }) as AgentStatus,
  })
  const closed = serveJsonRpc({ up: up.readable, down: down.writable }, methods, {
    hello: { protocol: 1 },
    log: recordingLogger(),
  })
  const writer = up.writable.getWriter()
  const reader = down.readable.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  open.push(async () => {
    await writer.close().catch(() => undefined)
    await closed
    await made.agent.close()
  })
  return {
    ...made,
    closed,
    async send(...lines) {
      const text = lines.map(
        (line) => `${typeof line === 'string' ? line : JSON.stringify({ jsonrpc: '2.0', ...line })}\n`,
      )
      await writer.write(new TextEncoder().encode(text.join('')))
    },
    async next() {
      while (!rest.includes('\n')) {
        const { value, done } = await reader.read()
        if (done) return { method: 'closed' }
        rest += value
      }
      const [line = '', ...others] = rest.split('\n')
      rest = others.join('\n')
      return JSON.parse(line) as Message
    },
    leave: () => writer.close(),
  }
}

describe('serveJsonRpc()', () => {
  test('says that it is ready, and answers requests by their ids', async () => {
    const { send, next } = connect({ script: [{ text: 'Hello' }] })
    expect(await next()).toMatchObject({ method: 'ready', params: { protocol: 1 } })
    await send({ id: 1, method: 'turn', params: { text: 'Hi', sessionId: 's' } })
    expect(await next()).toMatchObject({ id: 1, result: { sessionId: 's', status: 'completed', text: 'Hello' } })
    await send({ id: 'a', method: 'ping' }, { id: 'b', method: 'sessions' })
    const answers = [await next(), await next()]
    expect(answers).toMatchObject([
      { id: 'a', result: 'pong' },
      { id: 'b', result: { sessions: [{ id: 's' }] } },
    ])
  })

  test('tells what happens in a turn, where that is wanted, and takes an approval meanwhile', async () => {
    const { send, next } = connect({
      script: [{ calls: [{ name: 'change', input: { value: 'x' } }] }, { text: 'Done' }],
    })
    await next()
    await send({ id: 1, method: 'turn', params: { text: 'Change it', follow: true } })
    const seen: string[] = []
    let approved: unknown
    for (;;) {
      const message = await next()
      if (message.id === 2) {
        approved = message.result
        continue
      }
      if (message.id === 1) {
        expect(message.result).toMatchObject({ status: 'completed', text: 'Done' })
        break
      }
      const { name, data } = message.params as { name: string; data: { approval?: { id: string } } }
      seen.push(name)
      if (data.approval !== undefined)
        await send({ id: 2, method: 'approve', params: { id: data.approval.id, decision: 'approve', scope: 'once' } })
    }
    expect(seen).toContain('call:finished')
    expect(approved).toMatchObject({ status: 'approved' })
  })

  test.each<[string, string | object, number]>([
    ['half a message', '{"jsonrpc": "2.0", "id": 1, "method"', -32_700],
    ['an array', '[]', -32_600],
    ['a number', '42', -32_600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600],
    ['a name of objects', { id: 1, method: '__proto__' }, -32_601],
    ['an unknown method', { id: 1, method: 'shutdown' }, -32_601],
    ['a number for a text', { id: 1, method: 'turn', params: { text: 7 } }, -32_602],
    ['nothing said', { id: 1, method: 'turn' }, -32_602],
    ['an unknown session', { id: 1, method: 'events', params: { sessionId: 'nobody' } }, -32_000],
    [
      'an empty session',
      { id: 1, method: 'call', params: { tool: 'look', input: { value: 1 }, sessionId: '' } },
      -32_602,
    ],
    ['an id that is none', { id: { a: 1 }, method: 'ping' }, -32_600],
    ['a line without end', 'x'.repeat(4_000_001), -32_700],
  ])('answers %s by an error, and goes on', async (_, line, code) => {
    const { send, next } = connect()
    await next()
    await send(line, { id: 9, method: 'ping' })
    expect((await next()).error?.code).toBe(code)
    expect(await next()).toMatchObject({ id: 9, result: 'pong' })
  })

  test('cancels a turn, and refuses an id that is in use', async () => {
    const { send, next, agent } = connect({
      script: [{ calls: [{ name: 'change', input: { value: 'x' } }] }, { text: 'no' }],
    })
    await next()
    await send({ id: 1, method: 'turn', params: { text: 'Change it', sessionId: 's' } })
    await expect.poll(() => agent.approvals.pending().length).toBe(1)
    await send({ id: 1, method: 'ping' })
    expect((await next()).error?.code).toBe(-32_600)
    await send({ method: 'cancel', params: { id: 1 } })
    expect(await next()).toMatchObject({ id: 1, result: { status: 'cancelled' } })
  })

  test('leaves a turn to itself when the client vanishes in the middle of an approval', async () => {
    const { send, next, leave, closed, agent } = connect({
      script: [{ calls: [{ name: 'change', input: { value: 'x' } }] }, { text: 'Done' }],
    })
    await next()
    await send({ id: 1, method: 'turn', params: { text: 'Change it', sessionId: 's' } })
    await expect.poll(() => agent.approvals.pending().length).toBe(1)
    await leave()
    await closed
    await expect.poll(() => agent.running('s')).toBeUndefined()
    expect(agent.approvals.pending()).toEqual([])
  })

  test('answers what was asked before it says farewell', async () => {
    const { send, next, closed } = connect({ script: [{ text: 'Hello' }] })
    await next()
    await send({ id: 1, method: 'turn', params: { text: 'Hi' } }, { method: 'exit' })
    expect(await next()).toMatchObject({ id: 1, result: { text: 'Hello' } })
    expect(await next()).toEqual({ method: 'closed' })
    await closed
  })
})
