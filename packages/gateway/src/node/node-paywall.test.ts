import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import express from 'express'
import createFastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { serve } from '../testing/internal/serve.js'
import { openShop, payFor, type Shop } from '../testing/internal/shop.js'
import { decodeHeader } from '../wire/base64.js'
import { expressPaywall, fastifyPaywall } from './node-paywall.js'

/** A shop with the same routes, by each of the servers. */
interface Routes {
  readonly shop: Shop
  readonly listener: RequestListener
  served(): number
}

const bodyOf = (city: unknown) => ({ sky: `clear over ${String(city)}` })

async function openExpress(): Promise<Routes> {
  const shop = openShop()
  let served = 0
  const paywall = expressPaywall(shop.gateway.route({ route: 'weather', price: '$0.01' }))
  const app = express()
  app.set('env', 'test')
  app.use(express.json())
  const routes = express.Router()
  routes.post('/weather', paywall, (request, response) => {
    served++
    const { city } = request.body as { city: string }
    response.status(201).setHeader('x-city', city)
    response.json(bodyOf(city))
  })
  routes.get('/broken', paywall, () => {
    throw new TypeError('no weather')
  })
  app.use('/api', routes)
  return { shop, listener: app, served: () => served }
}

async function openFastify(): Promise<Routes> {
  const shop = openShop()
  let served = 0
  const preHandler = fastifyPaywall(shop.gateway.route({ route: 'weather', price: '$0.01' }))
  let listener: RequestListener | undefined
  const app = createFastify({
    serverFactory(handler) {
      listener = handler
      return createServer(handler)
    },
  })
  app.post<{ Body: { city: string } }>('/api/weather', { preHandler }, async (request, reply) => {
    served++
    return reply.code(201).header('x-city', request.body.city).send(bodyOf(request.body.city))
  })
  app.get('/api/broken', { preHandler }, async () => {
    throw new TypeError('no weather')
  })
  await app.ready()
  if (listener === undefined) throw new TypeError('Fastify made no server')
  return { shop, listener, served: () => served }
}

describe.each([
  ['expressPaywall()', openExpress],
  ['fastifyPaywall()', openFastify],
] as const)('%s', (_name, open) => {
  const post = (origin: string, headers: Record<string, string> = {}, city = 'Rome') =>
    fetch(`${origin}/api/weather`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ city }),
    })

  test('asks who pays nothing, without serving', async () => {
    const { listener, served } = await open()
    await using server = await serve(listener)
    const response = await post(server.origin)
    expect([response.status, served()]).toEqual([402, 0])
    expect(decodeHeader(response.headers.get('payment-required') ?? '')).toMatchObject({
      resource: { url: `${server.origin}/api/weather` },
      accepts: [{ amount: '10000' }],
    })
  })

  test('gives the answer of the handler, with its receipt, to who pays; once, and for one body', async () => {
    const { listener, served, shop } = await open()
    await using server = await serve(listener)
    const headers = payFor(await post(server.origin))
    const response = await post(server.origin, headers)
    expect([response.status, response.headers.get('x-city'), await response.json()]).toEqual([
      201,
      'Rome',
      bodyOf('Rome'),
    ])
    expect(decodeHeader(response.headers.get('payment-response') ?? '')).toMatchObject({ success: true })
    expect(await (await post(server.origin, headers)).json()).toEqual(bodyOf('Rome'))
    expect((await post(server.origin, headers, 'Oslo')).status).toBe(402)
    expect([served(), shop.facilitator.moved.size]).toEqual([1, 1])
  })

  test('gives the payment back if the handler throws', async () => {
    const { listener, shop } = await open()
    await using server = await serve(listener)
    const headers = payFor(await fetch(`${server.origin}/api/broken`))
    expect((await fetch(`${server.origin}/api/broken`, { headers })).status).toBe(500)
    expect([shop.facilitator.moved.size, shop.gateway.ledger.list({ limit: 1 })]).toEqual([0, []])
  })

  test('keeps the answer back if the money does not move', async () => {
    const { listener, shop } = await open()
    await using server = await serve(listener)
    const headers = payFor(await post(server.origin))
    shop.facilitator.next('reverts')
    const response = await post(server.origin, headers)
    expect([response.status, response.headers.get('x-city'), await response.text()]).toEqual([402, null, '{}'])
  })

  test('answers 400 to an address that is none', async () => {
    const { listener } = await open()
    await using server = await serve(listener)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write('GET /api/broken HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n'),
      )
      socket.once('data', (data) => resolve(String(data).split('\r\n')[0] ?? ''))
    })
    expect(answer).toBe('HTTP/1.1 400 Bad Request')
  })
})
