import { serve } from '@hono/node-server'
import { toClientEvmSigner } from '@x402/evm'
import { ExactEvmScheme } from '@x402/evm/exact/client'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { Hono } from 'hono'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGateway } from './node/open-gateway.js'
import { startTestChain } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'

let chain: Awaited<ReturnType<typeof startTestChain>>
beforeAll(async () => {
  chain = await startTestChain(84532)
}, 30000)
afterAll(() => chain.close())

test('stock v2', async () => {
  const payTo = chain.account(99).address
  const settler = chain.account(7)
  await chain.fund(settler.address)
  const gateway = await openGateway({
    chain: chain.chain,
    payTo,
    database: ':memory:',
    settle: { account: settler, maxFeePerGas: 10n ** 11n },
  })
  const app = new Hono()
  app.get('/weather', gateway.paywall({ route: 'weather', price: '$0.01' }), (c) => c.json({ sky: 'clear' }))
  const server = serve({ fetch: app.fetch, port: 0 })
  const { port } = server.address() as { port: number }
  const key = `0x${'11'.repeat(32)}` as const
  const account = privateKeyToAccount(key)
  await chain.fund(account.address as never)
  const client = new x402Client().register('eip155:*', new ExactEvmScheme(toClientEvmSigner(account)))
  client.setSpendControls?.({ allowedAssets: true } as never)
  const pay = wrapFetchWithPayment(fetch, client)
  const response = await pay(`http://127.0.0.1:${port}/weather`)
  console.log(
    response.status,
    await response.clone().text(),
    response.headers.get('payment-required') && decodeHeader(response.headers.get('payment-required')!),
  )
  expect(response.status).toBe(200)
  console.log(decodeHeader(response.headers.get('payment-response') ?? ''))
  const t0 = performance.now()
  for (let i = 0; i < 50; i++) expect((await pay(`http://127.0.0.1:${port}/weather`)).status).toBe(200)
  console.log('per pay ms', (performance.now() - t0) / 50)
  server.close()
  await gateway.close()
}, 30000)
