import { openDatabase } from '@salp/core/node'
import { createReceiptLedger, type Hex, type TransferAuthorization } from '@salp/wallet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from './facilitator/facilitator.js'
import { type MerchantOptions, openMerchant } from './testing/internal/merchant.js'
import { type Otherwise, sign } from './testing/internal/sign.js'
import { stockPayer, tempoClient } from './testing/internal/stock.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'
import type { PaymentPayload, PaymentRequired, Requirements } from './wire/objects.js'

const url = 'https://shop.example/weather'

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain()
  await chain.fund(testAccount(1).address)
}, 60_000)
afterAll(() => chain[Symbol.asyncDispose]())

/** A shop on the chain, and how often its handler ran. */
async function open(options: Partial<MerchantOptions> = {}) {
  const merchant = await openMerchant({ chain, ...options })
  let served = 0
  const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01' }, () => {
    served++
    return new Response('fair')
  })
  const get = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    ask(new Request(url, { headers, ...init }))
  const pay = async (n: number, otherwise?: Otherwise) => sign(chain.dollar, await get(), n, otherwise)
  return { ...merchant, get, pay, served: () => served, income: () => chain.balance(merchant.payTo) }
}

/** What a response says is wrong. */
function errorOf(response: Response): unknown {
  const required = decodeHeader(response.headers.get(headerNames.required) ?? '')
  return (required as { error?: unknown } | undefined)?.error
}

const vrs = 'address,address,uint256,uint256,uint256,bytes32,bytes'
function submit({ authorization, signature }: { authorization: TransferAuthorization; signature: string }) {
  const { from, to, value, validAfter, validBefore, nonce } = authorization
  const values = [from, to, value, validAfter, validBefore, nonce, signature]
  return chain.call(chain.dollar.address, `transferWithAuthorization(${vrs})`, values)
}

describe('one authorisation', () => {
  test('is settled and served once when it is shown 200 times at once', async () => {
    const shop = await open()
    const { headers } = await shop.pay(1)
    const answers = await Promise.all(Array.from({ length: 200 }, () => shop.get(headers)))
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect([new Set(texts), shop.served(), await shop.income()]).toEqual([new Set(['fair']), 1, 10_000n])
    expect(await chain.transfers(shop.payTo)).toHaveLength(1)
    expect((await shop.get(headers)).status).toBe(200)
    expect([shop.served(), await shop.income()]).toEqual([1, 10_000n])
  })

  test('is settled once by two gateways on one database', async () => {
    const db = openDatabase(':memory:')
    const payee = chain.freshAccount()
    const shops = [await open({ db, payee }), await open({ db, payee })]
    const { headers } = (await shops[0]?.pay(1)) ?? {}
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => shops[n % 2]?.get(headers)))
    expect(answers.every((answer) => answer?.status === 200 || answer?.status === 503)).toBe(true)
    expect([shops.reduce((sum, shop) => sum + shop.served(), 0), await shops[0]?.income()]).toEqual([1, 10_000n])
    expect((await shops[1]?.get(headers))?.status).toBe(200)
  })

  test.each([
    ['route', { method: 'GET' }, 'https://shop.example/other'],
    ['method', { method: 'POST' }, url],
    ['body', { method: 'POST', body: 'x' }, url],
  ] as const)('that paid for one thing is refused for another %s', async (_title, init, other) => {
    const { gateway, payTo } = await openMerchant({ chain })
    const ask = (from: string, headers = {}, more: RequestInit = {}) =>
      gateway.protect(
        { route: new URL(from).pathname, price: '$0.01' },
        () => new Response('fair'),
      )(new Request(from, { headers, ...more }))
    const { headers } = sign(chain.dollar, await ask(url), 1)
    expect((await ask(url, headers)).status).toBe(200)
    const second = await ask(other, headers, init)
    expect([second.status, errorOf(second)]).toEqual([402, 'invalid_exact_evm_nonce_already_used'])
    expect(await chain.balance(payTo)).toBe(10_000n)
  })

  test('that was cancelled on the chain is refused', async () => {
    const shop = await open()
    const { authorization, headers } = await shop.pay(1)
    const { from, nonce } = authorization
    await chain.call(chain.dollar.address, 'cancelAuthorization(address,bytes32,bytes)', [from, nonce, cancel(nonce)])
    const response = await shop.get(headers)
    expect([response.status, errorOf(response), shop.served()]).toEqual([
      402,
      'invalid_exact_evm_nonce_already_used',
      0,
    ])
  })

  test('that somebody else sent to the chain first is served, without a second charge', async () => {
    const shop = await open()
    const paid = await shop.pay(1)
    await submit(paid)
    const first = await shop.get(paid.headers)
    expect([first.status, shop.served(), await shop.income()]).toEqual([200, 1, 10_000n])
    expect([...shop.receipts.list()]).toHaveLength(1)
    expect((await shop.get(paid.headers, { method: 'POST' })).status).toBe(402)
  })

  test('that somebody else sends while it is being served is served too', async () => {
    const merchant = await openMerchant({ chain })
    const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01' }, async () => {
      await submit(paid)
      return new Response('fair')
    })
    const paid = sign(chain.dollar, await ask(new Request(url)), 1)
    const response = await ask(new Request(url, { headers: paid.headers }))
    expect([response.status, await chain.balance(merchant.payTo)]).toEqual([200, 10_000n])
    const [transfer] = await chain.transfers(merchant.payTo)
    expect(decodeHeader(response.headers.get('payment-response') ?? '')).toMatchObject({
      transaction: transfer?.transactionHash,
    })
  })

  test('of a victim is not blocked by another who signs with its number', async () => {
    const shop = await open()
    const own = await shop.pay(1)
    const forged = await shop.pay(2, own.authorization)
    const [bad, good] = await Promise.all([shop.get(forged.headers), shop.get(own.headers)])
    expect([bad.status, errorOf(bad), good.status]).toEqual([402, 'invalid_exact_evm_signature', 200])
  })
})

test.each([false, true])(
  '50 payers pay 20 times each at once: all are served, and the ledger is the chain (grouped: %s)',
  async (grouped) => {
    const settlers = [chain.freshAccount(), chain.freshAccount()]
    // However busy the machine is: what takes longer than a sender waits would be answered 503.
    const shop = await open({ settlers, grouped, sending: { waitMs: 90_000 } })
    const payers = Array.from({ length: 50 }, (_, n) => 100 + n)
    for (const n of payers) await chain.fund(testAccount(n).address)
    const payments = await Promise.all(payers.flatMap((n) => Array.from({ length: 20 }, () => shop.pay(n))))
    const answers = await Promise.all(payments.map(({ headers }) => shop.get(headers)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1_000)
    expect([shop.served(), await shop.income()]).toEqual([1_000, 10_000_000n])
    const transfers = await chain.transfers(shop.payTo)
    const receipts = [...createReceiptLedger(shop.db).list()]
    expect(receipts.reduce((sum, { amount }) => sum + amount, 0n)).toBe(10_000_000n)
    expect(new Set(receipts.map(({ transaction }) => transaction))).toEqual(
      new Set(transfers.map(({ transactionHash }) => transactionHash)),
    )
    expect(shop.gateway.ledger.list({ limit: 2_000 }).every(({ state }) => state === 'settled')).toBe(true)
  },
  120_000,
)

describe('a full group', () => {
  test.each([
    ['exact', 60],
    ['tempo-tip20', 20],
  ] as const)('of `%s` settles %i payments in one transaction', async (scheme, size) => {
    const asset = scheme === 'exact' ? chain.dollar : chain.pathUsd
    const { gateway, facilitator, payTo } = await openMerchant({ chain, tokens: [asset], grouped: true })
    const spender = chain.chain.contracts?.tipSettlement
    if (spender !== undefined) await chain.approve(testAccount(1).address, spender)
    const route = gateway.route({ route: 'weather', price: '$0.01' })
    const challenge = await route.handle(new Request(url), () => new Response('fair'))
    const required = decodeHeader(challenge.headers.get(headerNames.required) ?? '') as PaymentRequired
    const payer = stockPayer(1, { schemes: [tempoClient(1)] })
    const claims: Claim[] = []
    for (let n = 0; n <= size; n++) {
      const payment = (await payer.createPaymentPayload(required as never)) as PaymentPayload
      claims.push({ payment, requirements: payment.accepted })
    }
    for (const claim of claims) expect(await facilitator.verify(claim)).toMatchObject({ status: 'valid' })
    // The first goes alone, and the others wait for it.
    const settled = await Promise.all(claims.map((claim) => facilitator.settle(claim)))
    expect(settled.map(({ status }) => status)).toEqual(claims.map(() => 'settled'))
    expect(new Set(settled.map((one) => 'transaction' in one && one.transaction)).size).toBe(2)
    expect(await chain.balance(payTo, asset)).toBe(BigInt(size + 1) * 10_000n)
  })
})

describe('settle()', () => {
  test('of a facilitator gives the same transaction twice, moves once, and refuses another caller', async () => {
    const { facilitator, payTo } = await open()
    const shop = await open({ facilitator })
    const paid = await shop.pay(1)
    const payment = decodeHeader(paid.headers[headerNames.payment] ?? '') as never
    const { accepted: requirements } = payment as { accepted: Requirements }
    const claim = { payment, requirements }
    const outcomes = await Promise.all([facilitator.settle(claim), facilitator.settle(claim)])
    expect(await facilitator.settle(claim)).toEqual(outcomes[0])
    expect([outcomes[1], outcomes[0].status]).toEqual([outcomes[0], 'settled'])
    expect([await chain.balance(shop.payTo), await chain.balance(payTo)]).toEqual([10_000n, 0n])
    expect(await facilitator.for('another').settle(claim)).toMatchObject({ status: 'failed' })
    expect(await facilitator.for('another').verify(claim)).toMatchObject({ status: 'invalid' })
  })
})

/** Signs away a number of account 1. */
function cancel(nonce: Hex): Hex {
  const { chainId, address, domain } = chain.dollar
  return testAccount(1).signTypedData({
    domain: { ...domain, chainId, verifyingContract: address },
    primaryType: 'CancelAuthorization',
    members: [
      { name: 'authorizer', type: 'address' },
      { name: 'nonce', type: 'bytes32' },
    ],
    message: { authorizer: testAccount(1).address, nonce },
  })
}
