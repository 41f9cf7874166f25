import { stoppedClock } from '@salp/core/testing'
import type { AnalyticsRow, GatewayView, PaymentView } from '@salp/gateway'
import { describe, expect, test } from 'vitest'
import type { EndpointView } from '../client/gateway-api.js'
import { runOnNode } from '../testing/run-on-node.js'
import { type ServedRequest, sendJson } from '../testing/serve.js'

const payTo = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const asset = '0x20c0000000000000000000000000000000000000'

const gateway: GatewayView = {
  open: true,
  payTo,
  endpointsUrl: 'http://127.0.0.1:4023/g/',
  facilitator: 'own',
  tokens: [
    { symbol: 'pathUSD', asset, decimals: 6, scheme: 'exact' },
    { symbol: 'pathUSD', asset, decimals: 6, scheme: 'tempo-tip20' },
    { symbol: 'AlphaUSD', asset, decimals: 6, scheme: 'exact' },
  ],
  services: [{ name: 'chat', url: 'http://127.0.0.1:4023/v1/chat/completions', price: '0.002' }],
}

const weather: EndpointView = {
  ...{ slug: 'weather', target: 'https://api.example.org/v1', price: '0.01', settle: 'after', active: true },
  ...{ methods: ['GET', 'POST'], description: 'Forecasts', freePerDay: 10, ratePerMinute: 60 },
  prices: [{ method: 'GET', path: '/now', price: '0.02' }],
}
const closed: EndpointView = { ...weather, slug: 'old', active: false, description: '', prices: [] }

const row: AnalyticsRow = {
  ...{ slug: 'weather', at: Date.UTC(2026, 10, 1), hits: 1_234, challenges: 700, limited: 3, upstreamErrors: 2 },
  ...{ p50Ms: 80, p95Ms: 1_200, payments: 520, refunds: 1 },
  revenue: [
    { asset: `eip155:42431/${asset}`, amount: '5210000', refunded: '10000' },
    { asset: 'eip155:1/0xdead', amount: '7', refunded: '0' },
  ],
}

/** A gateway that answers as the node's does. */
function answer({ method, path }: ServedRequest, response: Parameters<typeof sendJson>[0]): void {
  const [place = ''] = path.split('?')
  if (method === 'DELETE') response.writeHead(204).end()
  else if (place === '/api/gateway') sendJson(response, gateway)
  else if (path === '/api/gateway/endpoints?limit=500') sendJson(response, { endpoints: [closed], next: 'old' })
  else if (path === '/api/gateway/endpoints?limit=500&after=old')
    sendJson(response, { endpoints: [weather], next: null })
  else if (place === '/api/gateway/endpoints/weather' || method === 'POST') sendJson(response, weather)
  else if (place.startsWith('/api/gateway/analytics')) sendJson(response, { rows: [row] })
  else sendJson(response, { code: 'gateway/endpoint-unknown', detail: 'There is no such endpoint' }, 404)
}

const run = (...words: string[]) => runOnNode(['gateway', ...words], answer)
const asked = ({ requests }: Awaited<ReturnType<typeof run>>) =>
  requests.map(({ method, path, body }) => (body === undefined ? [method, path] : [method, path, body]))

describe('salp gateway', () => {
  test('shows what is sold, where, and the revenue of the week', async () => {
    const { exitCode, output, errors } = await run()
    expect([exitCode, errors]).toEqual([0, ''])
    expect(output).toMatchInlineSnapshot(`
      "Open       yes
      Paid to    0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
      Takes      pathUSD (exact, tempo-tip20), AlphaUSD (exact)
      Settles    itself
      This week  5.2 pathUSD, 7 base units of eip155:1/0xdead from 520 payments to endpoints

      Sold      Price  Where
      chat      0.002  http://127.0.0.1:4023/v1/chat/completions
      old      closed  http://127.0.0.1:4023/g/old
      weather    0.01  http://127.0.0.1:4023/g/weather
      "
    `)
  })

  test('says why nothing is sold, and asks no further', async () => {
    const view: GatewayView = {
      ...gateway,
      open: false,
      detail: 'The wallet is not open',
      payTo: undefined,
      tokens: [],
    }
    const { output, requests } = await runOnNode(['gateway'], (_, response) => sendJson(response, view))
    expect([output, requests.length]).toEqual(['Open  no. The wallet is not open\n', 1])
  })

  test('asks for the last seven days, and prints JSON', async () => {
    const now = Date.UTC(2026, 10, 8)
    const { output, requests } = await runOnNode(['gateway', '--json'], answer, {
      clock: stoppedClock(now),
    })
    expect(JSON.parse(output)).toEqual({ ...gateway, endpoints: [closed, weather], week: [row] })
    expect(requests.map(({ path }) => path)).toContain(`/api/gateway/analytics?from=${Date.UTC(2026, 10, 1)}&per=range`)
  })
})

describe('salp gateway add', () => {
  test('registers an endpoint, and shows where it is sold', async () => {
    const ran = await run('add', 'weather', 'https://api.example.org/v1', '--price', '0.01')
    expect(asked(ran)).toEqual([
      ['POST', '/api/gateway/endpoints', { slug: 'weather', target: 'https://api.example.org/v1', price: '0.01' }],
      ['GET', '/api/gateway'],
    ])
    expect(ran.output).toMatchInlineSnapshot(`
      "Name         weather
      Sold at      http://127.0.0.1:4023/g/weather
      Leads to     https://api.example.org/v1
      Price        0.01
                   0.02 for GET /now
      Paid         once the service has answered, before the answer is sent
      Methods      GET, POST
      About        Forecasts
      A payer has  10 free a day, at most 60 requests a minute
      "
    `)
  })

  test('sends every option', async () => {
    const options = ['--mode', 'deferred', '--description', 'd', '--method', 'get', '--method', 'PUT']
    const ran = await run('add', 'a-b', 'https://x.org', '--price', '$1', ...options, '--free', '0', '--rate', '5')
    expect(ran.requests[0]?.body).toEqual({
      ...{ slug: 'a-b', target: 'https://x.org', price: '$1', settle: 'deferred', description: 'd' },
      ...{ methods: ['GET', 'PUT'], freePerDay: 0, ratePerMinute: 5 },
    })
  })

  test('refuses wrong words before anything is sent', async () => {
    for (const words of [
      ['add', 'x', 'https://x.org'],
      ['add', 'x', '--price', '1'],
      ['add', 'x', 'https://x.org', '--price', '1', '--mode', 'never'],
      ['add', 'x', 'https://x.org', '--price', '1', '--rate', '0'],
      ['edit', 'x'],
      ['show'],
    ]) {
      const { exitCode, requests } = await run(...words)
      expect([words, exitCode, requests]).toEqual([words, 2, []])
    }
  })
})

describe('salp gateway edit, close, open, remove', () => {
  test('change what is given, and nothing else', async () => {
    const at = '/api/gateway/endpoints/weather'
    const changes = [
      await run('edit', 'weather', '--price', '0.02', '--target', 'https://y.org', '--free', '3'),
      await run('close', 'weather'),
      await run('open', 'weather'),
    ]
    expect(changes.map((ran) => asked(ran)[0])).toEqual([
      ['PATCH', at, { price: '0.02', target: 'https://y.org', freePerDay: 3 }],
      ['PATCH', at, { active: false }],
      ['PATCH', at, { active: true }],
    ])
    const removed = await run('remove', 'weather')
    expect([asked(removed), removed.output]).toEqual([[['DELETE', at]], 'Removed weather\n'])
  })

  test('tell of one that is not there', async () => {
    expect(await run('show', 'none')).toMatchObject({ exitCode: 1, errors: 'salp: There is no such endpoint\n' })
  })
})

describe('salp gateway list, show', () => {
  test('list reads every page', async () => {
    expect((await run('list')).output).toMatchInlineSnapshot(`
      "Name     Price  Mode   Methods   State   Leads to
      old       0.01  after  GET POST  closed  https://api.example.org/v1
      weather   0.01  after  GET POST  open    https://api.example.org/v1
      "
    `)
    expect(JSON.parse((await run('list', '--json')).output)).toEqual({ endpoints: [closed, weather] })
  })

  test('show gives its address for a script', async () => {
    expect(JSON.parse((await run('show', 'weather', '--json')).output)).toEqual({
      ...weather,
      url: 'http://127.0.0.1:4023/g/weather',
    })
  })
})

test('salp gateway payments lists them', async () => {
  const payment: PaymentView = {
    ...{ key: 'k', state: 'refunded', route: 'g/weather/1', payer: payTo, transaction: `0x${'ab'.repeat(32)}` },
    ...{ amount: { units: '0.01', base: '10000', symbol: 'pathUSD', asset }, at: Date.UTC(2026, 10, 1) },
    reason: 'the service did not answer',
  }
  const { output, requests } = await runOnNode(['gateway', 'payments', '-n', '2'], (_, response) =>
    sendJson(response, { payments: [payment, { ...payment, state: 'settled', transaction: '', reason: '' }] }),
  )
  expect(requests[0]?.path).toBe('/api/gateway/payments?limit=2')
  expect(output).toMatchInlineSnapshot(`
    "When (UTC)        State           Amount  Payer        Transaction  For          Why
    2026-11-01 00:00  refunded  0.01 pathUSD  0xf39F…2266  0xabab…abab  g/weather/1  the service did not answer
    2026-11-01 00:00  settled   0.01 pathUSD  0xf39F…2266               g/weather/1
    "
  `)
})

describe('salp gateway analytics', () => {
  test('sums all up, or tells of one by day', async () => {
    expect((await run('analytics')).output).toMatchInlineSnapshot(`
      "Name     Requests  asked to pay  too many  failed  paid  refunded                                       Revenue  half within  95 % within
      weather     1,234           700         3       2   520         1  5.2 pathUSD, 7 base units of eip155:1/0xdead        80 ms        1.2 s
      "
    `)
    const one = await runOnNode(['gateway', 'analytics', 'weather', '--days', '30'], answer, {
      clock: stoppedClock(Date.UTC(2026, 10, 1)),
    })
    expect(one.requests[0]?.path).toBe(`/api/gateway/analytics/weather?from=${Date.UTC(2026, 9, 2)}&per=day`)
    expect(one.output).toMatch(/^Day \(UTC\)[^\n]*\n2026-11-01 +1,234 /)
  })
})
