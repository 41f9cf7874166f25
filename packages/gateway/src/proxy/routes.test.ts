import { createIdSource, createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import type { ResolvedAddress } from '../node/proxy/address-finder.js'
import { createUpstream } from '../node/proxy/upstream.js'
import type { Visit } from '../registry/analytics.js'
import type { EndpointInput } from '../registry/endpoint.js'
import { liveBytes } from '../testing/internal/live-memory.js'
import { noon, openRegistry } from '../testing/internal/open-registry.js'
import { type Served, serve } from '../testing/internal/serve.js'
import { callerHeader, createCallerSigner, readCaller } from './caller.js'
import { createRateLimiter } from './rate-limiter.js'
import { createProxyRoutes, type Protect, type ProxyRoutesDeps, type ProxyRoutesOptions } from './routes.js'

const { signal } = new AbortController()
const secret = new Uint8Array(32).fill(1)

/** Asks for money unless a request says who pays; charges for what is served, as the mode `after` does. */
function till() {
  const charges: string[] = []
  const offers: string[] = []
  const protect: Protect = async ({ price, endpoint }, request, serve) => {
    offers.push(price)
    const payer = request.headers.get('payment-signature')
    if (payer === null) return new Response('{}', { status: 402, headers: { 'payment-required': price } })
    const response = await serve({ payer, amount: 5n }, request)
    if (response.status < 400) charges.push(`${payer} ${endpoint.slug}`)
    return response
  }
  return { charges, offers, protect }
}

async function open(
  server: Served | undefined,
  change: Partial<EndpointInput> = {},
  deps: Partial<ProxyRoutesDeps> = {},
  options: Partial<ProxyRoutesOptions> & { resolve?: () => Promise<readonly ResolvedAddress[]> } = {},
) {
  const { resolve = async () => [{ address: '127.0.0.1', family: 4 }], ...limits } = options
  const { registry, clock } = openRegistry({}, { allowHosts: ['127.0.0.1'] })
  const target = `${server?.origin ?? 'https://name.example'}/v1`
  const created = await registry.create({ slug: 'svc', target, price: 'own', ...change }, { owner: 'me', signal })
  expect(created.status).toBe('created')
  const upstream = createUpstream({ clock: systemClock, resolve }, { allowHosts: ['127.0.0.1'] })
  const visits: Visit[] = []
  const log = recordingLogger()
  const { charges, offers, protect } = till()
  const handler = createProxyRoutes(
    {
      registry,
      upstream,
      analytics: { record: (visit) => void visits.push(visit) },
      limiter: createRateLimiter({ clock }),
      protect,
      signerOf: () => undefined,
      clock,
      ids: createIdSource({ clock, rng: createRng('routes') }),
      log,
      ...deps,
    },
    { addressPerMinute: 1_000, routePerMinute: 1_000, ...limits },
  )
  const ask = (path: string, init: RequestInit & { duplex?: 'half' } = {}) =>
    handler(new Request(`http://gateway.test${path}`, init), { address: '192.0.2.1' })
  const pay = (path: string, { headers, ...init }: RequestInit & { duplex?: 'half' } = {}) =>
    ask(path, { ...init, headers: { 'payment-signature': 'payer', ...headers } })
  /** Past the repairs of the URL parser, as a server may hand a request over. */
  const raw = (path: string) => {
    const request = new Request('http://gateway.test/', { headers: { 'payment-signature': 'payer' } })
    Object.defineProperty(request, 'url', { value: `http://gateway.test${path}` })
    return handler(request, { address: '192.0.2.1' })
  }
  return {
    handler,
    registry,
    clock,
    log,
    visits,
    charges,
    offers,
    ask,
    pay,
    raw,
    [Symbol.dispose]: () => upstream.close(),
  }
}

const problem = async (response = new Response()) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const { status, code, requestId } = (await response.json()) as { status: number; code: string; requestId: string }
  expect([response.status, response.headers.get('x-request-id')]).toEqual([status, requestId])
  return [status, code]
}
const echo = () =>
  serve((request, response) => {
    response.setHeader('content-type', 'application/json')
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      const { method, url, headers } = request
      response.end(JSON.stringify({ method, url, headers, body }))
    })
  })
const heard = async (response: Response | undefined) =>
  (await response?.json()) as { method: string; url: string; headers: Record<string, string>; body: string }

describe('createProxyRoutes(): the way', () => {
  test('forwards what is paid for under the target, and nothing unpaid', async () => {
    await using server = await echo()
    using gate = await open(server)
    const unpaid = await gate.ask('/g/svc/items/1?q=a%2Fb')
    expect([unpaid?.status, server.connections()]).toEqual([402, 0])
    const paid = await gate.pay('/g/svc/items/1?q=a%2Fb', { method: 'POST', body: 'hello' })
    expect(await heard(paid)).toMatchObject({ method: 'POST', url: '/v1/items/1?q=a%2Fb', body: 'hello' })
    expect((await heard(await gate.pay('/g/svc'))).url).toBe('/v1')
    expect((await heard(await gate.pay('/g/svc/'))).url).toBe('/v1/')
    expect(gate.charges).toEqual(Array(3).fill('payer svc'))
    expect(gate.visits.map(({ challenged, upstreamFailed }) => [challenged, upstreamFailed])).toEqual([
      [true, false],
      [false, false],
      [false, false],
      [false, false],
    ])
  })

  test('leaves to others what is not under the mount', async () => {
    using gate = await open(undefined)
    for (const path of ['/', '/other', '/gg/svc', '/api//x']) expect(await gate.ask(path), path).toBeUndefined()
  })

  test.for([
    ['/g', 404],
    ['/g/', 404],
    ['/g/none', 404],
    ['/g/SVC', 404],
    ['/g/svc%2Fitems', 400],
    ['/g/svc/%252e', 400],
    ['/g/svc/a%00', 400],
    ['/g//svc', 400],
    ['//g/svc', 400],
    ['/g/svc/%zz', 400],
  ] as const)('answers %s with %i, and asks nobody', async ([path, status]) => {
    await using server = await echo()
    using gate = await open(server)
    expect((await problem(await gate.pay(path)))[0]).toBe(status)
    expect([gate.offers, server.connections()]).toEqual([[], 0])
  })

  test.for([
    '/g/svc/../../admin',
    '/g/./svc',
    '/g/svc/%2e%2e/x',
    '/g\\svc',
    '/g/svc/..;/x',
    '/G//svc',
    '/x/%2e%2e/g/svc',
  ])('answers %s with 400, if a server hands it over as it came', async (path) => {
    await using server = await echo()
    using gate = await open(server)
    expect(await problem(await gate.raw(path))).toEqual([400, 'gateway/path'])
    expect(server.connections()).toBe(0)
  })

  test('gates and forwards the same reading of escaped letters', async () => {
    await using server = await echo()
    using gate = await open(server, { prices: [{ path: '/dear', price: 'more' }] })
    expect((await heard(await gate.pay('/g/%73vc/%64ear/'))).url).toBe('/v1/dear/')
    expect(gate.offers).toEqual(['more'])
    for (const path of ['/g/svc/Dear', '/g/svc/dear;x=1', '/g/svc/DEAR/']) {
      expect(await problem(await gate.pay(path)), path).toEqual([404, 'gateway/path'])
    }
  })

  test('takes the methods of the endpoint only, and refuses WebSockets', async () => {
    await using server = await echo()
    using gate = await open(server)
    const response = await gate.pay('/g/svc', { method: 'DELETE' })
    expect(response?.headers.get('allow')).toBe('GET, POST')
    expect(await problem(response)).toEqual([405, 'gateway/method'])
    const upgrade = await gate.pay('/g/svc', { headers: { upgrade: 'WebSocket', connection: 'upgrade' } })
    expect(await problem(upgrade)).toEqual([501, 'gateway/upgrade'])
    expect([gate.offers, server.connections()]).toEqual([[], 0])
  })

  test('answers 404 for an endpoint that is closed or was removed', async () => {
    await using server = await echo()
    using gate = await open(server)
    await gate.registry.update('svc', { active: false }, { owner: 'me', signal })
    expect(await problem(await gate.pay('/g/svc'))).toEqual([404, 'gateway/endpoint-unknown'])
    await gate.registry.update('svc', { active: true }, { owner: 'me', signal })
    expect((await gate.pay('/g/svc'))?.status).toBe(200)
    gate.registry.remove('svc', { owner: 'me' })
    expect(await problem(await gate.pay('/g/svc'))).toEqual([404, 'gateway/endpoint-unknown'])
  })
})

describe('createProxyRoutes(): headers', () => {
  test('tells the upstream no credential, and who pays under a signature', async () => {
    await using server = await echo()
    using gate = await open(server, {}, { signerOf: () => createCallerSigner(secret) })
    const response = await gate.pay('/g/svc/x?y=1', {
      headers: {
        authorization: 'Bearer t',
        cookie: 'a=b',
        'x-api-key': 'k',
        'x-forwarded-for': '10.0.0.1',
        [callerHeader]: 'v=1;forged',
        accept: 'text/plain',
      },
    })
    const { headers } = await heard(response)
    expect(Object.keys(headers).sort()).toEqual(['accept', 'connection', 'host', callerHeader, 'x-request-id'].sort())
    expect(headers['x-request-id']).toBe(response?.headers.get('x-request-id'))
    const read = await readCaller(
      headers[callerHeader] ?? '',
      { method: 'GET', path: '/v1/x?y=1' },
      { secret, now: noon, windowMs: 1_000 },
    )
    expect(read).toEqual({
      status: 'valid',
      caller: { requestId: headers['x-request-id'], at: noon, payer: 'payer', amount: 5n },
    })
  })

  test('lets an upstream say nothing that is the gateway’s to say', async () => {
    await using server = await serve((_, response) =>
      response
        .writeHead(200, {
          'settlement-overrides': '{"amount":"0"}',
          'payment-response': 'x',
          'x-payment-response': 'x',
          'set-cookie': 'a=b',
          'cache-control': 'public, max-age=5',
          'access-control-allow-origin': '*',
          'x-request-id': 'theirs',
          etag: '"1"',
        })
        .end('ok'),
    )
    using gate = await open(server)
    const response = await gate.pay('/g/svc')
    const { date: _, ...headers } = Object.fromEntries(response?.headers ?? [])
    expect(headers).toEqual({
      'cache-control': 'private, max-age=5',
      'content-security-policy': 'sandbox',
      etag: '"1"',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.not.stringMatching('theirs'),
    })
  })

  test.for([
    [302, '/v1/next?x=1', 302, '/g/svc/next?x=1'],
    [201, '/v1/items/7', 201, '/g/svc/items/7'],
    [201, 'https://evil.example/', 201, null],
    [302, '/outside', 502, null],
    [301, 'https://evil.example/', 502, null],
    [307, 'http://169.254.169.254/', 502, null],
    [303, undefined, 502, null],
    [304, undefined, 304, null],
    [402, undefined, 502, null],
    [407, undefined, 502, null],
    [401, undefined, 401, null],
  ] as const)('makes of %i to %s: %i to %s', async ([status, location, expected, rewritten]) => {
    await using server = await serve((_, response) =>
      response.writeHead(status, location === undefined ? {} : { location }).end(),
    )
    using gate = await open(server)
    const response = await gate.pay('/g/svc')
    expect([response?.status, response?.headers.get('location')]).toEqual([expected, rewritten])
  })
})

describe('createProxyRoutes(): failures', () => {
  test('tells the paywall that nothing was served, so that nothing is charged', async () => {
    const answers: Record<string, (response: import('node:http').ServerResponse) => void> = {
      '/v1/500': (response) => response.writeHead(500).end('secret trace'),
      '/v1/404': (response) => response.writeHead(404).end(),
      '/v1/reset': (response) => response.destroy(),
      '/v1/large': (response) => response.writeHead(200, { 'content-length': '99' }).end('x'.repeat(99)),
    }
    await using server = await serve((request, response) => answers[request.url ?? '']?.(response))
    using gate = await open(server, { maxBytes: 98 })
    const statuses: (number | undefined)[] = []
    for (const path of ['500', '404', 'reset', 'large']) statuses.push((await gate.pay(`/g/svc/${path}`))?.status)
    expect(statuses).toEqual([500, 404, 502, 502])
    expect(gate.charges).toEqual([])
    expect(gate.visits.map(({ upstreamFailed }) => upstreamFailed)).toEqual([true, false, true, true])
  })

  test('answers 504 for an upstream that does not answer in time', async () => {
    await using server = await serve(() => undefined)
    using gate = await open(server, { timeoutMs: 100 })
    expect(await problem(await gate.pay('/g/svc'))).toEqual([504, 'gateway/upstream-timeout'])
    expect(gate.charges).toEqual([])
  })

  test('says nothing of its insides', async () => {
    using gate = await open(undefined, {}, {}, { resolve: async () => [{ address: '10.1.2.3', family: 4 }] })
    const text = await (await gate.pay('/g/svc'))?.text()
    expect(text).toContain('gateway/upstream-refused')
    expect(text).not.toMatch(/10\.1\.2\.3|name\.example/)
    expect(gate.log.lines).toMatchObject([{ level: 'warn', fields: { slug: 'svc' } }])
  })

  test('refuses a body above the limit, told of or not, and charges nothing', async () => {
    await using server = await echo()
    using gate = await open(server, { maxBytes: 10 })
    const told = await gate.pay('/g/svc', { method: 'POST', body: 'x'.repeat(11), headers: { 'content-length': '11' } })
    expect(await problem(told)).toEqual([413, 'gateway/request-too-large'])
    expect([gate.offers, server.connections()]).toEqual([[], 0])
    const send = (parts: number) => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => (parts-- > 0 ? controller.enqueue(new Uint8Array(5)) : controller.close()),
      })
      return gate.pay('/g/svc', { method: 'POST', body, duplex: 'half' })
    }
    const untold = await send(3)
    expect(await problem(untold)).toEqual([413, 'gateway/request-too-large'])
    expect(gate.charges).toEqual([])
    // That just fits; its echo does not.
    expect((await send(2))?.status).toBe(502)
    expect(gate.visits.map(({ upstreamFailed }) => upstreamFailed)).toEqual([false, true])
  })

  test('fails closed when the registry or the paywall cannot work', async () => {
    const broken =
      (error: Error): Protect =>
      async () => {
        throw error
      }
    using gate = await open(undefined, {}, { protect: broken(new Error('at /home/secret')) })
    expect(await problem(await gate.pay('/g/svc'))).toEqual([500, 'gateway/fault'])
    expect(gate.log.lines).toMatchObject([{ level: 'error', fields: { error: { message: 'at /home/secret' } } }])
    const { db, registry } = openRegistry()
    db.exec('DROP TABLE gateway_endpoints')
    using closed = await open(undefined, {}, { registry })
    expect((await problem(await closed.pay('/g/svc')))[0]).toBe(500)
    expect(closed.offers).toEqual([])
  })

  test('ends the upstream’s work when the client leaves, and charges nothing', async () => {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    await using server = await serve((request) => {
      request.socket.on('close', () => gone.resolve())
      asked.resolve()
    })
    using gate = await open(server)
    const client = new AbortController()
    const answer = gate.pay('/g/svc', { signal: client.signal })
    await asked.promise
    client.abort()
    await gone.promise
    expect((await answer)?.status).toBe(499)
    expect(gate.charges).toEqual([])
  })
})

describe('createProxyRoutes(): limits', () => {
  const reached = async (response: Response | undefined) => {
    expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await problem(response)).toEqual([429, 'gateway/rate'])
  }

  test('limits an address before anything else', async () => {
    using gate = await open(undefined, {}, {}, { addressPerMinute: 2 })
    expect([(await gate.ask('/g/none'))?.status, (await gate.ask('/g/svc'))?.status]).toEqual([404, 402])
    await reached(await gate.ask('/g/svc'))
    const other = await gate.handler(new Request('http://gateway.test/g/svc'), { address: '192.0.2.2' })
    expect(other?.status).toBe(402)
  })

  test('limits an endpoint by requests that can pay, so that asking for prices keeps nobody out', async () => {
    await using server = await echo()
    using gate = await open(server, {}, {}, { routePerMinute: 2 })
    for (let n = 0; n < 5; n++) expect((await gate.ask('/g/svc'))?.status).toBe(402)
    const as = (payer: string) => gate.pay('/g/svc', { headers: { 'payment-signature': payer } })
    expect([(await as('a'))?.status, (await as('b'))?.status]).toEqual([200, 200])
    await reached(await as('c'))
    expect(gate.charges).toEqual(['a svc', 'b svc'])
    expect(gate.visits.map(({ limited }) => limited).lastIndexOf(true)).toBe(7)
  })

  test('limits what is free to anyone', async () => {
    await using server = await echo()
    using gate = await open(server, {}, { protect: (_, request, serve) => serve({}, request) }, { routePerMinute: 1 })
    expect((await gate.ask('/g/svc'))?.status).toBe(200)
    await reached(await gate.ask('/g/svc'))
  })

  test('limits a payer by what was verified, whatever paywall asks, and charges nothing', async () => {
    await using server = await echo()
    using gate = await open(server, { ratePerMinute: 1 })
    expect((await gate.pay('/g/svc'))?.status).toBe(200)
    await reached(await gate.pay('/g/svc'))
    expect((await gate.pay('/g/svc', { headers: { 'payment-signature': 'another' } }))?.status).toBe(200)
    expect(gate.charges).toEqual(['payer svc', 'another svc'])
  })

  test('counts a payer once if the paywall asks first', async () => {
    await using server = await echo()
    const protect: Protect = async ({ admit }, request, serve) => admit('p') ?? (await serve({ payer: 'p' }, request))
    using gate = await open(server, { ratePerMinute: 2 }, { protect })
    const statuses = [await gate.ask('/g/svc'), await gate.ask('/g/svc'), await gate.ask('/g/svc')].map(
      (one) => one?.status,
    )
    expect(statuses).toEqual([200, 200, 429])
  })
})

describe('createProxyRoutes(): streams', () => {
  test('passes events on as they come', async () => {
    let say = (_: string): void => undefined
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      say = (event) => void response.write(event)
      say('data: 1\n\n')
    })
    using gate = await open(server, { settle: 'before' })
    const response = await gate.pay('/g/svc')
    expect(response?.headers.get('content-type')).toBe('text/event-stream')
    const reader = response?.body?.getReader()
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      if (event !== 'data: 1\n\n') say(event)
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(event)
    }
    await reader?.cancel()
  })

  test('takes 100 MB up and gives them back at once, in flat memory', async () => {
    await using server = await serve((request, response) => request.pipe(response))
    using gate = await open(server, { settle: 'before', maxBytes: 200_000_000 })
    const chunks = 1_600
    const before = liveBytes()
    let peak = before
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (sent++ === chunks ? controller.close() : controller.enqueue(new Uint8Array(65_536))),
    })
    const response = await gate.pay('/g/svc', { method: 'POST', body, duplex: 'half' })
    let size = 0
    for await (const part of response?.body ?? []) {
      if (Math.floor(size / 10_000_000) < Math.floor((size + part.length) / 10_000_000))
        peak = Math.max(peak, liveBytes())
      size += part.length
    }
    expect(size).toBe(chunks * 65_536)
    expect(peak - before).toBeLessThan(64_000_000)
  }, 30_000)
})
