/**
 * How much longer does a request take through the proxy than straight to the upstream? Run: `vitest bench packages/gateway`
 *
 * One process holds client, gateway and upstream, so the added time is an upper bound: they share a core.
 */

import { Agent, request as httpRequest } from 'node:http'
import { serve as serveFetch } from '@hono/node-server'
import { createIdSource } from '@salp/core'
import { createSystemRng, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { test } from 'vitest'
import { createRateLimiter } from '../../proxy/rate-limiter.js'
import { createProxyRoutes } from '../../proxy/routes.js'
import { createAnalytics } from '../../registry/analytics.js'
import { openRegistry } from '../../testing/internal/open-registry.js'
import { serve } from '../../testing/internal/serve.js'
import { systemResolve } from './address-finder.js'
import { createUpstream } from './upstream.js'

const agent = new Agent({ keepAlive: true })
const idle = new AbortController()

/** Gets a page over a kept connection, and reads all of it. */
function get(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { agent }, (response) => {
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      response.on('end', () => resolve(size))
    })
      .on('error', reject)
      .end()
  })
}

test.for([1, 100, 10_000])('a proxied answer of %i KB', { timeout: 120_000 }, async (kilobytes, { bench }) => {
  const body = Buffer.alloc(kilobytes * 1_000, 'x')
  await using server = await serve((_, response) => response.setHeader('content-length', body.length).end(body))
  const allowHosts = ['127.0.0.1']
  const { registry, db } = openRegistry({}, { allowHosts })
  await registry.create(
    { slug: 'svc', target: server.origin, price: '1', maxBytes: 100_000_000 },
    { owner: 'bench', signal: idle.signal },
  )
  const upstream = createUpstream({ clock: systemClock, resolve: systemResolve }, { allowHosts })
  const log = recordingLogger()
  const analytics = createAnalytics({ db, clock: systemClock, payments: { totals: () => [] }, log })
  analytics.start()
  const handle = createProxyRoutes(
    {
      registry,
      upstream,
      analytics,
      limiter: createRateLimiter({ clock: systemClock }),
      protect: (_, request, serve) => serve({}, request),
      signerOf: () => undefined,
      clock: systemClock,
      ids: createIdSource({ clock: systemClock, rng: createSystemRng() }),
      log,
    },
    { addressPerMinute: 1e9, routePerMinute: 1e9 },
  )
  const gateway = serveFetch({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => (await handle(request, { address: '127.0.0.1' })) ?? new Response(null, { status: 404 }),
  })
  await new Promise((resolve) => gateway.once('listening', resolve))
  const address = gateway.address()
  const port = typeof address === 'object' ? address?.port : 0
  const expectAll = async (url: string): Promise<void> => {
    if ((await get(url)) !== body.length) throw new Error(`${url} gave less than all`)
  }

  const results = await bench.compare(
    bench('straight', () => expectAll(`${server.origin}/`)),
    bench('through the proxy', () => expectAll(`http://127.0.0.1:${port}/g/svc/`)),
    { time: 1_500, iterations: 30, warmupTime: 300, warmupIterations: 10 },
  )
  const straight = results.get('straight').latency.p50
  const proxied = results.get('through the proxy').latency.p50
  console.log(
    `${kilobytes} KB: p50 ${straight.toFixed(3)} ms straight, ${proxied.toFixed(3)} ms proxied: ` +
      `+${(proxied - straight).toFixed(3)} ms, ${(proxied / straight).toFixed(2)} times`,
  )
  upstream.close()
  analytics.close()
  gateway.close()
  agent.destroy()
})
