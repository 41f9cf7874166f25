import { createIdSource, createRng } from '@salp/core'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { mount } from '../http/route.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { createTestAcp, type TestAcp } from '../testing/test-acp.js'
import { acpRoutes } from './acp-routes.js'

/** The routes over the agent of a test, and lines up and down one connection. */
async function connect({ deps, clock }: TestAcp, path = '/api/acp') {
  const app = new Hono()
  app.onError((error) => new Response(error.message, { status: 404 }))
  const ids = createIdSource({ clock, rng: createRng('acp') })
  mount(app, acpRoutes({ ...deps, clock, ids }, { contextTokens: 1_000 }))
  const opened = await app.request(path, { method: 'POST' })
  const id = opened.headers.get('salp-connection') ?? ''
  const reader = opened.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  return {
    id,
    up: (text: string, to = id) => app.request(`${path}/${to}`, { method: 'POST', body: text }),
    /** The next message; empty lines only show that the connection lives. */
    async down(): Promise<unknown> {
      for (;;) {
        const end = rest.indexOf('\n')
        const line = end < 0 ? '' : rest.slice(0, end)
        rest = rest.slice(end + 1)
        if (line !== '') return JSON.parse(line)
        if (end >= 0) continue
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done || value === undefined) return 'closed'
        rest += value
      }
    },
    leave: () => reader?.cancel(),
  }
}

const initialize = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: 1 } })

test('a connection carries lines, whole or in pieces', async () => {
  await using folder = await temporaryFolder()
  await using acp = await createTestAcp({ folder: folder.path })
  const { up, down } = await connect(acp)
  expect((await up(initialize.slice(0, 20))).status).toBe(204)
  await up(`${initialize.slice(20)}\n`)
  expect(await down()).toMatchObject({ id: 0, result: { protocolVersion: 1, agentInfo: { name: 'salp' } } })
})

test('what is no request is answered as such, and the connection goes on', async () => {
  await using folder = await temporaryFolder()
  await using acp = await createTestAcp({ folder: folder.path })
  const { up, down } = await connect(acp)
  const answers: unknown[] = []
  for (const line of [
    '{"jsonrpc": "2.0", "id": 1, "method"',
    '[]',
    '42',
    '{"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"/","mcpServers":[]}}',
    initialize,
    '{"jsonrpc":"2.0","id":3,"method":"session/unheard_of","params":{}}',
    '{"jsonrpc":"2.0","id":4,"method":"session/prompt","params":{"sessionId":7}}',
    '{"jsonrpc":"2.0","id":5,"method":"session/new","params":{"cwd":1,"mcpServers":"none"}}',
    '{"jsonrpc":"2.0","id":99,"result":{}}',
    '{"jsonrpc":"2.0","id":6,"method":"session/list","params":{}}',
  ]) {
    await up(`${line}\n`)
    if (!line.includes('"id":99')) answers.push(await down())
  }
  expect(
    answers.map((answer) => {
      const { id, error } = answer as { id: unknown; error?: { code: number } }
      return [id, error?.code]
    }),
  ).toEqual([
    [null, -32700],
    [null, -32600],
    [null, -32600],
    [2, -32600],
    [0, undefined],
    [3, -32601],
    [4, -32602],
    [5, -32602],
    [6, undefined],
  ])
})

test('a reader that leaves closes the connection', async () => {
  await using folder = await temporaryFolder()
  await using acp = await createTestAcp({ folder: folder.path })
  const { up, leave } = await connect(acp)
  await leave()
  expect((await up(`${initialize}\n`)).status).toBe(404)
  expect((await up(`${initialize}\n`, 'nobody')).status).toBe(404)
})

test('the draft is spoken where it is asked for, with whoever speaks it', async () => {
  await using folder = await temporaryFolder()
  await using acp = await createTestAcp({ folder: folder.path })
  const params = { protocolVersion: 2, info: { name: 'x', version: '1' } }
  const second = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const draft = '/api/acp-draft'
  for (const [path, line, protocolVersion] of [
    [draft, second, 2],
    [draft, initialize, 1],
    ['/api/acp', second, 1],
  ] as const) {
    const { up, down, leave } = await connect(acp, path)
    await up(`${line}\n`)
    expect(await down()).toMatchObject({ id: 0, result: { protocolVersion } })
    await leave()
  }
})
