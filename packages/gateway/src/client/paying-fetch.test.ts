import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { createReceiptLedger, createSpending, type SpendPolicy, walletMigrations } from '@salp/wallet'
import { describe, expect, test } from 'vitest'
import type { PaidHandler, PaywallOptions } from '../paywall.js'
import { dollar, openShop, payee } from '../testing/internal/shop.js'
import { testAccount } from '../testing/internal/test-chain.js'
import { encodeHeader } from '../wire/base64.js'
import { type PayingFetchOptions, PaymentError, payingFetch } from './paying-fetch.js'

const url = 'https://shop.example/weather'

/** A customer, whose requests a server answers as the test says; it sees all of them. */
function openCustomer(
  server: (request: Request) => Response | Promise<Response>,
  { policy = {}, ...options }: PayingFetchOptions & { policy?: Partial<SpendPolicy> } = {},
) {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const clock = stoppedClock(1_000_000_000)
  const limits = { ceiling: 50_000n, askAbove: 50_000n, perDay: 50_000n, perPayeeDay: 50_000n, perTask: 50_000n }
  const spending = createSpending({ db, clock, policies: [{ asset: dollar, ...limits, payees: 'any', ...policy }] })
  const receipts = createReceiptLedger(db)
  const seen: Request[] = []
  let id = 0
  const wallet = {
    ...{ account: testAccount(1), spending, assets: [dollar], receipts, ids: () => `payment-${id++}-0123456789` },
    clock: { ...clock, sleep: async () => undefined },
  }
  const pay = payingFetch(
    async (input, init) => {
      const request = new Request(input, init)
      seen.push(request)
      return server(request)
    },
    wallet,
    options,
  )
  return { pay, seen, spending, receipts, paid: () => seen.filter(({ headers }) => headers.has('payment-signature')) }
}

function shopOf(options: Partial<PaywallOptions> = {}, handler: PaidHandler = () => new Response('fair')) {
  const shop = openShop()
  return { ...shop, ask: shop.gateway.protect({ route: 'weather', price: '$0.01', ...options }, handler) }
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as PaymentError,
  )

describe('payingFetch()', () => {
  test.each<[string, Partial<SpendPolicy>, PayingFetchOptions, string | undefined]>([
    ['above the ceiling', { ceiling: 9_999n }, {}, 'ceiling'],
    ['to a payee that is not listed', { payees: [] }, {}, 'payee'],
    ['beyond the day', { perDay: 9_999n }, {}, 'day'],
    ['that nobody agrees to', { askAbove: 1n }, {}, undefined],
    ['to a host that is not listed', {}, { hosts: ['other.example'] }, undefined],
  ])('signs no payment %s', async (_title, policy, options, limit) => {
    const { pay, paid, spending } = openCustomer(shopOf().ask, { policy, ...options })
    const error = await failure(pay(url))
    expect(error).toMatchObject({ code: 'gateway/pay-refused', limit })
    expect([paid(), spending.open()]).toEqual([[], []])
  })

  test('asks a person above the threshold, and pays if it agrees', async () => {
    const quotes: unknown[] = []
    const customer = openCustomer(shopOf().ask, {
      policy: { askAbove: 1n },
      approve: async (quote) => Boolean(quotes.push(quote)),
    })
    expect((await customer.pay(url)).status).toBe(200)
    expect(quotes).toEqual([{ url, payee, money: { asset: dollar, amount: 10_000n }, leftToday: 50_000n }])
  })

  test('signs once, whatever is asked again', async () => {
    const { ask } = shopOf()
    const customer = openCustomer(async (request) => {
      const plain = new Request(request.url)
      return ask(plain)
    })
    expect((await customer.pay(url)).status).toBe(402)
    expect(customer.paid()).toHaveLength(1)
  })

  test('names the transaction if the server takes the money and fails, and pays no second time', async () => {
    const customer = openCustomer(shopOf({ mode: 'before' }, () => new Response('', { status: 500 })).ask)
    expect(await failure(customer.pay(url))).toMatchObject({
      code: 'gateway/paid-and-failed',
      transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    })
    expect([customer.paid().length, [...customer.receipts.list()].length]).toEqual([1, 1])
  })

  test('shows the same payment again where the answer is lost or not known yet', async () => {
    const shop = shopOf()
    shop.facilitator.next('moves-unseen')
    let lost = true
    const customer = openCustomer(async (request) => {
      const response = await shop.ask(request)
      if (request.headers.has('payment-signature') && lost) {
        lost = false
        throw new TypeError('cut off')
      }
      return response
    })
    expect(await (await customer.pay(url)).text()).toBe('fair')
    expect(new Set(customer.paid().map(({ headers }) => headers.get('payment-signature'))).size).toBe(1)
    expect([shop.facilitator.moved.size, [...customer.receipts.list()].length]).toEqual([1, 1])
  })

  test('says that nobody knows if no answer ever comes, and counts the money as spent', async () => {
    const { ask } = shopOf()
    const customer = openCustomer(
      (request) => (request.headers.has('payment-signature') ? Promise.reject(new TypeError('cut off')) : ask(request)),
      { repeats: 1 },
    )
    expect(await failure(customer.pay(url))).toMatchObject({ code: 'gateway/pay-unknown' })
    expect([customer.paid().length, customer.spending.leftToday(dollar)]).toEqual([2, 40_000n])
  })

  test('refuses before it signs if the body is a stream, and sends a body twice that is none', async () => {
    const { ask } = shopOf({}, async (request) => new Response(await request.text()))
    const customer = openCustomer(ask)
    const body = new Blob(['Rome']).stream()
    expect(await failure(customer.pay(url, { method: 'POST', body, duplex: 'half' } as RequestInit))).toMatchObject({
      code: 'gateway/pay-body',
    })
    expect(customer.paid()).toEqual([])
    expect(await (await customer.pay(url, { method: 'POST', body: 'Rome' })).text()).toBe('Rome')
  })

  test('stays within the budget whatever is asked at once', async () => {
    const customer = openCustomer(shopOf().ask)
    const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => customer.pay(`${url}?n=${n}`)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(customer.spending.leftToday(dollar)).toBe(0n)
  })

  test('leaves a consistent budget if it is ended while a person is asked, and while it pays', async () => {
    const asked = new AbortController()
    const { ask } = shopOf()
    const early = openCustomer(ask, {
      policy: { askAbove: 1n },
      approve: async () => {
        asked.abort()
        return true
      },
    })
    await expect(early.pay(url, { signal: asked.signal })).rejects.toThrow()
    expect([early.spending.leftToday(dollar), early.paid().length]).toEqual([50_000n, 0])
    const paying = new AbortController()
    const late = openCustomer((request) => {
      if (!request.headers.has('payment-signature')) return ask(request)
      paying.abort()
      throw new DOMException('ended', 'AbortError')
    })
    await expect(late.pay(url, { signal: paying.signal })).rejects.toThrow()
    // It was signed and sent: who has it may still use it.
    expect(late.spending.leftToday(dollar)).toBe(40_000n)
  })

  test('follows no redirect with a payment, and pays no other origin', async () => {
    const { ask } = shopOf()
    const customer = openCustomer(ask)
    await customer.pay(url)
    expect(customer.paid().map(({ redirect }) => redirect)).toEqual(['error'])
    const led = openCustomer(async (request) => {
      const response = await ask(request)
      Object.defineProperty(response, 'url', { value: 'https://other.example/' })
      return response
    })
    expect(await failure(led.pay(url))).toMatchObject({ code: 'gateway/pay-origin' })
    expect(led.paid()).toEqual([])
  })

  test('signs for ten minutes at most, and for the cheapest of what it can pay', async () => {
    const terms = { scheme: 'exact', network: 'eip155:84532', asset: dollar.address, payTo: payee, extra: {} }
    const unknown = { ...terms, asset: `0x${'77'.repeat(20)}`, amount: '1', maxTimeoutSeconds: 60 }
    const accepts = [
      { ...terms, amount: '20000', maxTimeoutSeconds: 315_360_000 },
      { ...terms, amount: '10000', maxTimeoutSeconds: 315_360_000 },
      unknown,
    ]
    const required = encodeHeader({ x402Version: 2, resource: { url }, accepts })
    const customer = openCustomer((request) =>
      request.headers.has('payment-signature')
        ? new Response('fair')
        : new Response('', { status: 402, headers: { 'payment-required': required } }),
    )
    await customer.pay(url)
    const header = customer.paid()[0]?.headers.get('payment-signature') ?? ''
    const { accepted, payload } = JSON.parse(atob(header))
    expect([accepted.amount, payload.authorization.value, payload.authorization.validBefore]).toEqual([
      '10000',
      '10000',
      '1000600',
    ])
  })

  test('leaves alone what asks for nothing it can read, or carries a payment already', async () => {
    const customer = openCustomer(() => new Response('no', { status: 402 }))
    expect(await (await customer.pay(url)).text()).toBe('no')
    await customer.pay(url, { headers: { 'payment-signature': 'own' } })
    expect(customer.seen).toHaveLength(2)
    const none = encodeHeader({ x402Version: 2, resource: { url }, accepts: [] })
    const other = openCustomer(() => new Response('', { status: 402, headers: { 'payment-required': none } }))
    expect(await failure(other.pay(url))).toBeInstanceOf(PaymentError)
  })
})
