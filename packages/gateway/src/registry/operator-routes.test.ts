import { createIdSource, createRng } from '@salp/core'
import { recordingLogger } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { noon, openRegistry } from '../testing/internal/open-registry.js'
import type { SummaryQuery } from './analytics.js'
import { createOperatorRoutes } from './operator-routes.js'

const input = { slug: 'weather', target: 'https://api.example.com/', price: '1' }

function open() {
  const { registry, clock, db } = openRegistry()
  const log = recordingLogger()
  const asked: SummaryQuery[] = []
  const routes = createOperatorRoutes({
    registry,
    analytics: {
      summary: (query) => {
        asked.push(query)
        const counts = { hits: 1, challenges: 0, limited: 0, upstreamErrors: 0, payments: 1, refunds: 0 }
        const revenue = [{ asset: 'usd', amount: 2n ** 70n, refunded: 0n }]
        return [{ slug: 'a', at: 0, ...counts, p50Ms: 1, p95Ms: undefined, lastAt: 1, revenue }]
      },
    },
    operatorOf: (request) => /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1],
    clock,
    ids: createIdSource({ clock, rng: createRng('operator') }),
    log,
  })
  /** Calls the route of a method and a path; `who` is the operator. */
  const call = async (
    line: string,
    { who, body, type = 'application/json' }: { who?: string; body?: unknown; type?: string } = {},
  ) => {
    const [method = '', url = ''] = line.split(' ')
    const path = url.replace(/\?.*$/, '')
    const found = routes.flatMap((route) => {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const match = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path)
      if (route.method !== method || match === null) return []
      return [{ route, parameters: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])) }]
    })
    expect(found).toHaveLength(1)
    const headers = { ...(who !== undefined && { authorization: `Bearer ${who}` }), 'content-type': type }
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`http://gateway.test${url}`, { method, headers, body: text })
    const response = await found[0]?.route.handle(request, found[0].parameters)
    const answer = await response?.text()
    return { status: response?.status, body: answer === '' ? undefined : JSON.parse(answer ?? '') }
  }
  return { routes, call, registry, asked, log, db }
}

describe('createOperatorRoutes()', () => {
  test('answers 401 to anyone but operators wherever something changes or is summed up', async () => {
    const { routes, registry } = open()
    const closed = routes.filter((route) => !route.open)
    expect(closed.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /endpoints',
      'PATCH /endpoints/{slug}',
      'DELETE /endpoints/{slug}',
      'GET /analytics',
      'GET /analytics/{slug}',
    ])
    expect(routes.filter((route) => route.open).every(({ method }) => method === 'GET')).toBe(true)
    for (const route of closed) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? null : JSON.stringify(input)
      const request = new Request('http://gateway.test/', { method: route.method, body })
      expect((await route.handle(request, { slug: 'weather' })).status).toBe(401)
    }
    expect(registry.list({ limit: 1 })).toEqual([])
  })

  test('registers, shows, changes and takes away, by the owner only', async () => {
    const { call } = open()
    expect(await call('POST /endpoints', { who: 'ann', body: input })).toMatchObject({
      status: 201,
      body: { slug: 'weather', owner: 'ann', target: 'https://api.example.com/' },
    })
    expect((await call('POST /endpoints', { who: 'bob', body: input })).body).toMatchObject({
      code: 'gateway/slug-taken',
      status: 409,
    })
    expect((await call('PATCH /endpoints/weather', { who: 'bob', body: { price: '0' } })).status).toBe(403)
    expect((await call('DELETE /endpoints/weather', { who: 'bob' })).status).toBe(403)
    expect((await call('PATCH /endpoints/none', { who: 'ann', body: { price: '2' } })).status).toBe(404)
    expect(await call('PATCH /endpoints/weather', { who: 'ann', body: { price: '2' } })).toMatchObject({
      status: 200,
      body: { price: '2' },
    })
    expect((await call('DELETE /endpoints/weather', { who: 'ann' })).status).toBe(204)
    expect((await call('GET /endpoints/weather', { who: 'ann' })).status).toBe(404)
    expect((await call('DELETE /endpoints/weather', { who: 'ann' })).status).toBe(404)
  })

  test('shows others neither target nor owner, nor what is closed', async () => {
    const { call } = open()
    await call('POST /endpoints', { who: 'ann', body: input })
    await call('POST /endpoints', { who: 'ann', body: { ...input, slug: 'shut', active: false } })
    for (const who of [undefined, 'bob']) {
      const { body } = await call('GET /endpoints', who === undefined ? {} : { who })
      expect(body.endpoints).toEqual([
        {
          slug: 'weather',
          price: '1',
          prices: [],
          description: '',
          mimeType: '',
          methods: ['GET', 'POST'],
          settle: 'after',
          freePerDay: 0,
          ratePerMinute: 60,
          maxBytes: 10_485_760,
          createdAt: noon,
          updatedAt: noon,
        },
      ])
      expect((await call('GET /endpoints/shut', who === undefined ? {} : { who })).status).toBe(404)
    }
    expect((await call('GET /endpoints', { who: 'ann' })).body.endpoints).toHaveLength(2)
    expect((await call('GET /endpoints/shut', { who: 'ann' })).body).toMatchObject({ active: false, owner: 'ann' })
  })

  test('pages', async () => {
    const { call } = open()
    for (const slug of ['aaa', 'bbb', 'ccc']) await call('POST /endpoints', { who: 'ann', body: { ...input, slug } })
    const page = async (query: string) => {
      const { body } = await call(`GET /endpoints${query}`)
      return [body.endpoints.map(({ slug }: { slug: string }) => slug), body.next]
    }
    expect(await page('?limit=2')).toEqual([['aaa', 'bbb'], 'bbb'])
    expect(await page('?limit=2&after=bbb')).toEqual([['ccc'], null])
    expect((await call('GET /endpoints?limit=0')).status).toBe(400)
  })

  test('refuses what it cannot read, and says why', async () => {
    const { call, registry } = open()
    const post = (body: unknown, type?: string) =>
      call('POST /endpoints', { who: 'ann', body, ...(type !== undefined && { type }) })
    expect((await post('{')).status).toBe(400)
    expect((await post(input, 'text/plain')).status).toBe(415)
    expect((await post(`"${'x'.repeat(131_072)}"`)).status).toBe(413)
    expect((await post({ ...input, target: 'https://127.0.0.1/' })).body).toMatchObject({
      status: 400,
      code: 'gateway/endpoint-invalid',
      detail: 'target: 127.0.0.1 is not on the open internet',
    })
    expect((await post({ ...input, slug: '-' })).body.detail).toMatch(/^slug: takes/)
    expect(registry.list({ limit: 1 })).toEqual([])
  })

  test('sums up a week unless told otherwise, amounts as text', async () => {
    const { call, asked } = open()
    const { body } = await call('GET /analytics', { who: 'ann' })
    expect(body.rows[0].revenue).toEqual([{ asset: 'usd', amount: '1180591620717411303424', refunded: '0' }])
    await call('GET /analytics/weather?from=5&until=6&per=hour', { who: 'ann' })
    expect(asked).toEqual([
      { from: noon - 7 * 86_400_000, until: noon, per: 'range', slug: undefined },
      { from: 5, until: 6, per: 'hour', slug: 'weather' },
    ])
    for (const query of ['from=-1', 'per=year', 'from=2&until=1', `from=0&until=${32 * 86_400_000}&per=hour`]) {
      expect((await call(`GET /analytics?${query}`, { who: 'ann' })).status, query).toBe(400)
    }
  })

  test('answers 503 without a word of why when the database fails', async () => {
    const { call, db, log } = open()
    db.exec('PRAGMA query_only = ON')
    const { status, body } = await call('POST /endpoints', { who: 'ann', body: input })
    expect([status, body.code]).toEqual([503, 'gateway/unavailable'])
    expect(JSON.stringify(body)).not.toMatch(/sql|readonly|database/i)
    expect(log.lines).toHaveLength(1)
  })
})
