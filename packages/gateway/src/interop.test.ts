import { decodePaymentResponseHeader } from '@x402/fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PaywallOptions } from './paywall.js'
import { type Merchant, openMerchant } from './testing/internal/merchant.js'
import { fetchOf, stockClient, stockClientV1 } from './testing/internal/stock.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'

const url = 'https://shop.example/weather'
const payer = 1

let chain: TestChain
let merchant: Merchant
beforeAll(async () => {
  chain = await startTestChain()
  merchant = await openMerchant({ chain })
  await chain.fund(testAccount(payer).address)
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

describe('the stock client of version 2', () => {
  test('pays exactly what is asked, and reads its receipt', async () => {
    const response = await stockClient(shop(), payer)(url)
    expect([response.status, await response.json()]).toEqual([200, { sky: 'clear' }])
    const receipt = decodePaymentResponseHeader(response.headers.get('payment-response') ?? '')
    const [transfer] = await chain.transfers(merchant.payTo)
    expect(receipt).toEqual({
      success: true,
      transaction: transfer?.transactionHash,
      network: 'eip155:84532',
      payer: testAccount(payer).address,
      amount: '10000',
    })
    expect(await chain.balance(merchant.payTo)).toBe(10_000n)
  })
})
describe('the stock client of version 1', () => {
  test('pays, and reads its receipt', async () => {
    const response = await stockClientV1(shop(), payer)(url)
    expect(response.status).toBe(200)
    expect(decodeHeader(response.headers.get('x-payment-response') ?? '')).toMatchObject({
      success: true,
      network: 'base-sepolia',
    })
  })
})
