import { getRequestListener } from '@hono/node-server'
import type { SettleResponse } from '@x402/core/types'
import { appendPaymentIdentifierToExtensions } from '@x402/extensions/payment-identifier'
import { decodePaymentResponseHeader, wrapFetchWithPayment } from '@x402/fetch'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuthentication, type Caller, createFacilitatorHttp } from './facilitator/facilitator-http.js'
import { remoteFacilitator } from './facilitator/remote-facilitator.js'
import { schemesOf } from './node/open-gateway.js'
import type { PaywallOptions } from './paywall.js'
import { exactPermit2, permit2Address } from './schemes/exact-permit2.js'
import { tempoTip20 } from './schemes/tempo-tip20.js'
import { openCustomer } from './testing/internal/customer.js'
import { type Merchant, openMerchant } from './testing/internal/merchant.js'
import { serve } from './testing/internal/serve.js'
import {
  fetchOf,
  stockClient,
  stockClientV1,
  stockFacilitator,
  stockFacilitatorApp,
  stockPayer,
  stockServer,
  stockServerV1,
  tempoClient,
} from './testing/internal/stock.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'

const url = 'https://shop.example/weather'
const payer = testAccount(1).address

let chain: TestChain
let merchant: Merchant
beforeAll(async () => {
  chain = await startTestChain()
  merchant = await openMerchant({ chain })
  await chain.fund(payer)
  await chain.fund(testAccount(7).address)
}, 60_000)
afterAll(async () => {
  await merchant[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** A shop that sells weather, reached without a socket. */
function shop(options: Partial<PaywallOptions> = {}, of: Merchant = merchant): typeof fetch {
  return fetchOf(
    of.gateway.protect({ route: 'weather', price: '$0.01', ...options }, () => Response.json({ sky: 'clear' })),
  )
}

function receiptOf(response: Response): SettleResponse {
  return decodePaymentResponseHeader(response.headers.get('payment-response') ?? '')
}

/** What a payer sends, for a test to change. */
async function payment(to: typeof fetch, n = 1): Promise<{ accepted: Record<string, unknown>; payload: object }> {
  const challenge = await to(url)
  const created = await stockPayer(n).createPaymentPayload(
    decodeHeader(challenge.headers.get('payment-required') ?? '') as never,
  )
  return structuredClone(created) as never
}

describe('the stock client of version 2', () => {
  test.each([31_337, 42_431])('pays exactly what is asked on chain %i, and reads its receipt', async (chainId) => {
    await using other = await startTestChain({ chainId })
    await using seller = await openMerchant({ chain: other })
    await other.fund(payer)
    const response = await stockClient(shop({}, seller), 1)(url)
    expect([response.status, await response.json()]).toEqual([200, { sky: 'clear' }])
    const transfers = await other.transfers(seller.payTo)
    expect(transfers).toHaveLength(1)
    const transaction = transfers[0]?.transactionHash
    const network = `eip155:${chainId}`
    expect(receiptOf(response)).toEqual({ success: true, transaction, network, payer, amount: '10000' })
    expect(await other.balance(seller.payTo)).toBe(10_000n)
  })

  test('pays the second offer, if that is the one it can', async () => {
    await using seller = await openMerchant({ chain, tokens: [chain.pathUsd, chain.dollar] })
    const response = await stockClient(shop({}, seller), 1)(url)
    expect([response.status, await chain.balance(seller.payTo)]).toEqual([200, 10_000n])
  })

  test.each([
    ['dollars', '$0.0125'],
    ['base units', { amount: '12500', asset: 'devUSD' }],
    ['a price for each request', () => '$0.0125'],
  ] as const)('is asked the same amount by a price in %s', async (_title, price) => {
    const before = await chain.balance(merchant.payTo)
    const response = await stockClient(shop({ price }), 1)(url)
    expect([response.status, (await chain.balance(merchant.payTo)) - before]).toEqual([200, 12_500n])
  })

  test('is served with more in `extra`, and addresses in other letters', async () => {
    const changed = await payment(shop())
    const { extra, asset, payTo } = changed.accepted as { extra: object; asset: string; payTo: string }
    Object.assign(changed.accepted, {
      extra: { ...extra, hint: [1] },
      asset: asset.toLowerCase(),
      payTo: `0x${payTo.slice(2).toUpperCase()}`,
    })
    const response = await shop()(url, { headers: { 'payment-signature': encodeHeader(changed) } })
    expect(response.status).toBe(200)
  })

  test('names its payment: the same again is answered once more, and another is a conflict', async () => {
    const named = (id: string) =>
      stockPayer(1).onBeforePaymentCreation(async ({ paymentRequired }) => {
        appendPaymentIdentifierToExtensions(paymentRequired.extensions ?? {}, id)
      })
    const sent: string[] = []
    const to = shop({ requirePaymentId: true })
    const watched: typeof fetch = (input, init) => {
      const request = new Request(input, init)
      sent.push(request.headers.get('payment-signature') ?? '')
      return to(request)
    }
    const before = await chain.balance(merchant.payTo)
    const first = await wrapFetchWithPayment(watched, named('order-0001-0000001'))(url)
    const again = await to(url, { headers: { 'payment-signature': sent.at(-1) ?? '' } })
    expect([first.status, again.status, receiptOf(again).transaction]).toEqual([200, 200, receiptOf(first).transaction])
    expect((await wrapFetchWithPayment(to, named('order-0001-0000001'))(url)).status).toBe(409)
    expect((await stockClient(to, 1)(url)).status).toBe(400)
    expect((await chain.balance(merchant.payTo)) - before).toBe(10_000n)
  })

  test('pays TIP-20 by Permit2, once it approved that', async () => {
    const schemes = [exactPermit2()]
    await using seller = await openMerchant({ chain, tokens: [chain.pathUsd], schemes })
    const pay = stockClient(shop({}, seller), 2)
    await chain.fund(testAccount(2).address)
    const refused = await pay(url)
    expect([refused.status, decodeHeader(refused.headers.get('payment-required') ?? '')]).toEqual([
      412,
      expect.objectContaining({ error: 'permit2_allowance_required' }),
    ])
    await chain.approve(testAccount(2).address, permit2Address)
    expect((await pay(url)).status).toBe(200)
    expect(await chain.balance(seller.payTo, chain.pathUsd)).toBe(10_000n)
  })

  test.each(['contract', 'eoa'] as const)(
    'pays by `tempo-tip20` in mode "%s", its number in the memo',
    async (mode) => {
      const address = mode === 'eoa' ? testAccount(903).address : chain.chain.contracts?.tipSettlement
      if (address === undefined) throw new TypeError('The chain has no settlement contract')
      const schemes = [tempoTip20({ spender: () => ({ mode, address }) })]
      const tokens = [chain.pathUsd]
      await using seller = await openMerchant({ chain, tokens, schemes, settlers: [903] })
      await chain.fund(payer)
      await chain.approve(payer, address)
      const before = await chain.balance(seller.payTo, chain.pathUsd)
      const pay = stockClient(shop({}, seller), 1, { schemes: [tempoClient(1)] })
      const response = await pay(url)
      expect([response.status, (await chain.balance(seller.payTo, chain.pathUsd)) - before]).toEqual([200, 10_000n])
      const { logs = [] } = (await chain.client.receipt(receiptOf(response).transaction as `0x${string}`)) ?? {}
      const row = seller.gateway.ledger.list({ limit: 1 })[0]
      expect(logs.some(({ topics }) => row?.key.endsWith(topics[3] ?? 'none'))).toBe(true)
    },
  )
})

describe('the stock client of version 1', () => {
  test('pays a route that version 2 pays too, and is told of its own networks only', async () => {
    await using seller = await openMerchant({ chain, tokens: [chain.pathUsd, chain.dollar] })
    const to = shop({}, seller)
    const { accepts } = (await (await to(url)).json()) as { accepts: { network: string; asset: string }[] }
    expect(accepts.map(({ network, asset }) => [network, asset])).toEqual([['base-sepolia', chain.dollar.address]])
    const response = await stockClientV1(to, 1)(url)
    expect([response.status, await response.json()]).toEqual([200, { sky: 'clear' }])
    expect(decodeHeader(response.headers.get('x-payment-response') ?? '')).toEqual({
      success: true,
      transaction: (await chain.transfers(seller.payTo))[0]?.transactionHash,
      network: 'base-sepolia',
      payer,
    })
    expect((await stockClient(to, 1)(url)).status).toBe(200)
    expect(await chain.balance(seller.payTo)).toBe(20_000n)
  })
})

describe('payingFetch()', () => {
  const sale = () => ({ asset: chain.dollar, amount: '10000', payTo: testAccount(805).address })

  test('pays a stock server of version 2, and keeps the receipt', async () => {
    const server = await stockServer(stockFacilitator(chain, 7), sale())
    const customer = openCustomer(chain, 1, { fetch: fetchOf((request) => server.fetch(request)) })
    const before = await chain.balance(sale().payTo)
    const response = await customer.fetch(url)
    expect([response.status, await response.json()]).toEqual([200, { sky: 'clear' }])
    expect((await chain.balance(sale().payTo)) - before).toBe(10_000n)
    const transaction = receiptOf(response).transaction
    expect([...customer.receipts.list()]).toMatchObject([{ direction: 'out', amount: 10_000n, transaction }])
  })

  test('pays a stock server with a stock facilitator elsewhere', async () => {
    await using facilitator = await serve(getRequestListener(stockFacilitatorApp(stockFacilitator(chain, 7)).fetch))
    const server = await stockServer({ url: facilitator.origin }, sale())
    const customer = openCustomer(chain, 1, { fetch: fetchOf((request) => server.fetch(request)) })
    expect((await customer.fetch(url)).status).toBe(200)
  })

  test('pays a stock server of version 1, which settles by our facilitator', async () => {
    await using facilitator = await serveFacilitator(merchant)
    const server = stockServerV1(facilitator.origin as `http://${string}`, sale())
    const customer = openCustomer(chain, 1, { fetch: fetchOf((request) => server.fetch(request)) })
    const before = await chain.balance(sale().payTo)
    const response = await customer.fetch(url)
    expect([response.status, (await chain.balance(sale().payTo)) - before]).toEqual([200, 10_000n])
    expect([...customer.receipts.list()]).toHaveLength(1)
  })

  test('pays our gateway in `tempo-tip20`', async () => {
    await using seller = await openMerchant({ chain, tokens: [chain.pathUsd] })
    const spender = chain.chain.contracts?.tipSettlement
    if (spender !== undefined) await chain.approve(payer, spender)
    const customer = openCustomer(chain, 1, { fetch: shop({}, seller) })
    expect((await customer.fetch(url)).status).toBe(200)
    expect(await chain.balance(seller.payTo, chain.pathUsd)).toBe(10_000n)
  })
})

/** Our facilitator over HTTP for one caller, whose token is `secret`, or for anybody. */
function serveFacilitator({ facilitator, log }: Merchant, asked: string[] = [], secret?: string) {
  const anyone: Caller = { id: 'anyone', payees: 'any', leastAmount: 1n }
  const authenticate = secret === undefined ? async () => anyone : bearerAuthentication(new Map([[secret, anyone]]))
  const handle = createFacilitatorHttp({ facilitator, log, authenticate })
  const app = new Hono().all('*', async (context) => {
    asked.push(context.req.path)
    return (await handle(context.req.raw)) ?? context.notFound()
  })
  return serve(getRequestListener(app.fetch))
}

describe('createFacilitatorHttp()', () => {
  test('serves a stock server: supported, verify and settle', async () => {
    const asked: string[] = []
    await using facilitator = await serveFacilitator(merchant, asked, 'token')
    const payTo = testAccount(807).address
    const server = await stockServer(
      { url: facilitator.origin, token: 'token' },
      { asset: chain.dollar, amount: '10000', payTo },
    )
    const response = await stockClient(
      fetchOf((request) => server.fetch(request)),
      1,
    )(url)
    expect([response.status, receiptOf(response).success]).toEqual([200, true])
    expect([new Set(asked), await chain.balance(payTo)]).toEqual([
      new Set(['/supported', '/verify', '/settle']),
      10_000n,
    ])
  })
})

test('supported() lists what is configured, and nothing else', async () => {
  await using seller = await openMerchant({ chain, tokens: [chain.pathUsd, chain.dollar] })
  const spender = chain.chain.contracts?.tipSettlement
  const network = 'eip155:84532'
  const kinds = [
    { x402Version: 2, scheme: 'exact', network },
    { x402Version: 1, scheme: 'exact', network: 'base-sepolia' },
    {
      x402Version: 2,
      scheme: 'tempo-tip20',
      network,
      extra: { name: 'x402-tempo', version: '1', spender, mode: 'contract' },
    },
  ]
  expect(await seller.facilitator.supported()).toEqual({
    kinds: expect.arrayContaining(kinds),
    extensions: [],
    signers: { 'eip155:*': seller.senders.map(({ address }) => address) },
  })
  expect((await seller.facilitator.supported()).kinds).toHaveLength(kinds.length)
})

describe('remoteFacilitator()', () => {
  test.each([1, 2])('settles version %i by a stock facilitator over HTTP', async (version) => {
    await using facilitator = await serve(getRequestListener(stockFacilitatorApp(stockFacilitator(chain, 7)).fetch))
    const remote = remoteFacilitator({ fetch }, { url: facilitator.origin })
    await using seller = await openMerchant({ chain, facilitator: remote })
    const before = await chain.balance(seller.payTo)
    const pay = version === 1 ? stockClientV1(shop({}, seller), 1) : stockClient(shop({}, seller), 1)
    expect([(await pay(url)).status, (await chain.balance(seller.payTo)) - before]).toEqual([200, 10_000n])
  })
})

test('schemesOf() names what a chain has contracts for', () => {
  expect(schemesOf(chain.chain).map(({ name, method }) => [name, method])).toEqual([
    ['exact', undefined],
    ['tempo-tip20', undefined],
    ['exact', 'permit2'],
  ])
})
