import { createRedactor, describeError } from '@salp/core'
import { expect, test } from 'vitest'
import { createRpc, type RpcOptions } from './rpc.js'

const url = 'https://user:pass@node.example:8443/v2/canary-key?token=canary-token'

/** A client of a node that answers so. */
function client(
  answer: (body: string, init: RequestInit) => Response | Promise<Response>,
  options?: Partial<RpcOptions>,
) {
  const fetch = async (_: unknown, init: RequestInit = {}) => answer(String(init.body), init)
  return createRpc({ fetch: fetch as typeof globalThis.fetch }, { url, ...options })
}

const result = (value: unknown) => Response.json({ jsonrpc: '2.0', id: 1, result: value })

test('call() sends JSON-RPC 2.0 with sequential ids and follows no redirect', async () => {
  const sent: unknown[] = []
  const rpc = client(
    (body, { method, redirect, headers }) => {
      sent.push([JSON.parse(body), method, redirect, headers])
      return result('0x1')
    },
    { headers: { 'x-key': 'k' } },
  )
  expect([await rpc.call('a', [1]), await rpc.call('b', [])]).toEqual(['0x1', '0x1'])
  const headers = { 'x-key': 'k', 'content-type': 'application/json' }
  expect(sent).toEqual([
    [{ jsonrpc: '2.0', id: 1, method: 'a', params: [1] }, 'POST', 'error', headers],
    [{ jsonrpc: '2.0', id: 2, method: 'b', params: [] }, 'POST', 'error', headers],
  ])
})

test('call() gives null and other falsy results as they are', async () => {
  for (const value of [null, false, 0, '']) expect(await client(() => result(value)).call('a', [])).toBe(value)
})

test('call() tells a refusal of the node, with what a contract reverted with', async () => {
  const refused = (error: object) => client(() => Response.json({ id: 1, error }, { status: 400 })).call('eth_call', [])
  await expect(refused({ code: 3, message: 'execution reverted', data: '0xAB' })).rejects.toMatchObject({
    code: 'wallet/rpc-refused',
    message: 'Cannot ask node.example:8443 for eth_call: execution reverted',
    retryable: false,
    rpcCode: 3,
    data: '0xAB',
  })
  await expect(refused({ code: -1, message: 'x', data: { data: '0x' } })).rejects.toMatchObject({ data: '0x' })
  await expect(refused({ code: -1, message: 'x' })).rejects.toMatchObject({
    code: 'wallet/rpc-refused',
    data: undefined,
  })
  await expect(refused({ code: -1, message: 'x', data: 'no hex' })).rejects.toMatchObject({ data: undefined })
})

test.each([
  ['status 503', () => new Response('down', { status: 503 }), true],
  ['status 429', () => new Response('', { status: 429 }), true],
  ['status 401', () => new Response('no', { status: 401 }), false],
  ['a page', () => new Response('<html>'), true],
  ['nothing', () => new Response(null, { status: 204 }), true],
  ['JSON of another kind', () => Response.json({ ok: true }), true],
  ['an error without a code', () => Response.json({ error: { message: 'x' } }), true],
  ['an answer too large', () => new Response('x'.repeat(2_000)), true],
  ['no connection', () => Promise.reject(new TypeError(`Failed to fetch ${url}`)), true],
])('call() counts %s as no answer', async (_, answer, retryable) => {
  const rpc = client(answer, { maxAnswerBytes: 1_000 })
  await expect(rpc.call('eth_chainId', [])).rejects.toMatchObject({ code: 'wallet/rpc-unreachable', retryable })
})

test('call() gives up after its timeout, and at once when its signal aborts', async () => {
  const hanging = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  await expect(client(hanging, { timeoutMs: 1 }).call('a', [])).rejects.toMatchObject({
    code: 'wallet/rpc-unreachable',
    retryable: true,
  })
  const controller = new AbortController()
  const waiting = client(hanging).call('a', [], { signal: controller.signal })
  controller.abort(new Error('closed'))
  await expect(waiting).rejects.toThrow('closed')
  await expect(client(hanging).call('a', [], { signal: controller.signal })).rejects.toThrow('closed')
})

test('createRpc() refuses URLs of another kind without repeating them', () => {
  for (const wrong of ['ws://node.example', 'file:///canary', 'canary']) {
    expect(() => client(() => result(1), { url: wrong })).toThrow(
      'Cannot use the URL of the node: expected http or https',
    )
  }
})

test('no part of the URL but the host shows in an error', async () => {
  const failing = [
    client(() => Promise.reject(new TypeError(`Failed to parse URL ${url}`, { cause: new Error(url) }))),
    client(() => new Response('', { status: 500 })),
    client(() => Response.json({ error: { code: 1, message: 'no' } })),
  ]
  for (const rpc of failing) {
    const error = await rpc.call('a', []).catch((thrown: unknown) => thrown)
    expect(`${describeError(error)}${JSON.stringify(createRedactor().data(error))}${JSON.stringify(rpc)}`).not.toMatch(
      /canary|pass/,
    )
  }
})
