import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeepAliveFetch, type KeepAliveFetch } from './keep-alive-fetch.js'

let server: Server
let client: KeepAliveFetch
let connections: number
let url: string
beforeEach(async () => {
  connections = 0
  server = createServer(async (request, response) => {
    if (request.url === '/hang') return
    if (request.url === '/elsewhere') return void response.writeHead(307, { location: '/' }).end()
    let body = ''
    for await (const part of request) body += part
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      return void setImmediate(() => response.destroy())
    }
    response.writeHead(request.url === '/bad' ? 500 : 200, { 'x-method': request.method ?? '' })
    response.end(request.url === '/long' ? 'x'.repeat(1_000_000) : body)
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = createKeepAliveFetch()
})
afterEach(async () => {
  client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const post = (path: string, init: RequestInit = {}) =>
  client.fetch(url + path, { method: 'POST', body: '{"a":"ü"}', ...init })

test('createKeepAliveFetch() posts text over one connection, and reads what came back', async () => {
  for (let n = 0; n < 3; n++) {
    const response = await post('/')
    expect([response.status, response.headers.get('x-method'), await response.text()]).toEqual([
      200,
      'POST',
      '{"a":"ü"}',
    ])
  }
  expect((await (await post('/long')).text()).length).toBe(1_000_000)
  expect((await post('/bad')).status).toBe(500)
  expect(connections).toBe(1)
})

test('createKeepAliveFetch() aborts with the reason, before, while waiting and while reading', async () => {
  const reason = new RangeError('enough')
  await expect(post('/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const waiting = new AbortController()
  const answer = post('/hang', { signal: waiting.signal })
  setImmediate(() => waiting.abort(reason))
  await expect(answer).rejects.toBe(reason)
})

test('createKeepAliveFetch() fails at a redirect, a lost connection, and what it cannot send', async () => {
  await expect(post('/elsewhere')).rejects.toThrow('the server answered 307')
  await expect((await post('/half')).text()).rejects.toThrow()
  await expect(post('/', { body: new Uint8Array(1) })).rejects.toThrow(TypeError)
  await expect(client.fetch('http://127.0.0.1:1/', { method: 'POST' })).rejects.toThrow('ECONNREFUSED')
})
