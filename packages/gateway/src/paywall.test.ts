import { DatabaseError } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import type { PaidHandler, PaywallOptions } from './paywall.js'
import { openShop, payFor, type ShopOptions } from './testing/internal/shop.js'
import { decodeHeader } from './wire/base64.js'

/** A route that sells weather, and how often it was made. */
function weatherShop(
  options: ShopOptions & Partial<PaywallOptions> = {},
  handler: PaidHandler = () => new Response('fair'),
) {
  const {
    mode,
    maxTimeoutSeconds,
    requirePaymentId,
    serveMs,
    maxBodyBytes,
    admit,
    price = '$0.01',
    route = 'weather',
    ...rest
  } = options
  const shop = openShop(rest)
  let served = 0
  const ask = shop.gateway.protect(
    { route, price, mode, maxTimeoutSeconds, requirePaymentId, serveMs, maxBodyBytes, admit, description: 'Weather' },
    (...given) => {
      served++
      return handler(...given)
    },
  )
  const get = (
    headers: Record<string, string> = {},
    init: RequestInit = {},
    url = 'https://shop.example/weather?in=Rome',
  ) => ask(new Request(url, { headers, ...init }))
  return { ...shop, get, served: () => served }
}

const receiptOf = (response: Response) => decodeHeader(response.headers.get('payment-response') ?? '')

describe('handle()', () => {
  test('asks who pays nothing, in both versions, without serving', async () => {
    const shop = weatherShop()
    const response = await shop.get()
    expect([response.status, response.headers.get('cache-control'), shop.served()]).toEqual([402, 'no-store', 0])
    const terms = { scheme: 'exact', payTo: '0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa', maxTimeoutSeconds: 300 }
    const asset = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'
    const extra = { name: 'USDC', version: '2' }
    const url = 'https://shop.example/weather?in=Rome'
    expect(decodeHeader(response.headers.get('payment-required') ?? '')).toMatchObject({
      x402Version: 2,
      error: 'Payment required',
      resource: { url, description: 'Weather' },
      accepts: [{ ...terms, network: 'eip155:84532', amount: '10000', asset, extra }],
    })
    expect(await response.json()).toEqual({
      x402Version: 1,
      error: 'Payment required',
      accepts: [
        {
          ...terms,
          network: 'base-sepolia',
          maxAmountRequired: '10000',
          asset,
          extra,
          resource: url,
          description: 'Weather',
          mimeType: '',
        },
      ],
    })
  })

  test('shows a person a page', async () => {
    const response = await weatherShop().get({ accept: 'text/html', 'user-agent': 'Mozilla/5.0' })
    expect([response.status, response.headers.get('content-type')]).toEqual([402, 'text/html; charset=utf-8'])
    expect(await response.text()).toContain('0.01 USDC on eip155:84532')
  })

  test.each([1, 2] as const)(
    'serves who pays by version %i, with a receipt that may not be shared',
    async (version) => {
      const shop = weatherShop()
      const response = await shop.get(payFor(await shop.get(), { version }))
      expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([
        200,
        'fair',
        'private',
      ])
      const header = version === 1 ? 'x-payment-response' : 'payment-response'
      expect(decodeHeader(response.headers.get(header) ?? '')).toEqual({
        success: true,
        transaction: `0x${'01'.padStart(64, '0')}`,
        network: version === 1 ? 'base-sepolia' : 'eip155:84532',
        payer: `0x${'bb'.repeat(20)}`,
        ...(version === 2 && { amount: '10000' }),
      })
      expect([...shop.receipts.list()]).toMatchObject([{ direction: 'in', amount: 10_000n }])
    },
  )

  test('answers the same payment for the same thing with the same answer, and makes it once', async () => {
    const shop = weatherShop()
    const headers = payFor(await shop.get())
    const answers = await Promise.all(Array.from({ length: 200 }, async () => (await shop.get(headers)).text()))
    expect(new Set(answers)).toEqual(new Set(['fair']))
    expect([shop.served(), shop.facilitator.moved.size, [...shop.receipts.list()].length]).toEqual([1, 1, 1])
  })

  test.each([
    ['another address', [{}, 'https://shop.example/weather?in=Oslo']],
    ['another method', [{ method: 'POST' }]],
    ['another body', [{ method: 'POST', body: 'x' }]],
  ] as const)('refuses a payment that bought one thing for %s', async (_title, [init, url]) => {
    const shop = weatherShop()
    const headers = payFor(await shop.get())
    await shop.get(headers)
    const second = await shop.get(headers, init, url)
    expect(second.status).toBe(402)
    expect(decodeHeader(second.headers.get('payment-required') ?? '')).toMatchObject({
      error: 'invalid_exact_evm_nonce_already_used',
    })
    expect(shop.served()).toBe(1)
  })

  test('refuses a payment that was used at another route', async () => {
    const shop = openShop()
    const [first, second] = ['one', 'two'].map((route) =>
      shop.gateway.protect({ route, price: '$0.01' }, () => new Response(route)),
    )
    const request = (headers = {}) => new Request('https://shop.example/', { headers })
    const headers = payFor((await first?.(request())) ?? new Response())
    expect([(await first?.(request(headers)))?.status, (await second?.(request(headers)))?.status]).toEqual([200, 402])
  })

  test.each([500, 404, 'throws', 'hangs'] as const)(
    'gives the payment back if the handler answers %s',
    async (mishap) => {
      let broken = true
      const shop = weatherShop({ serveMs: 20 }, async () => {
        if (!broken) return new Response('fair')
        if (mishap === 'throws') throw new TypeError('no weather')
        return mishap === 'hangs' ? new Promise(() => undefined) : new Response('no', { status: mishap })
      })
      const headers = payFor(await shop.get())
      const first = await shop.get(headers).catch((error: unknown) => error)
      expect(first instanceof Response ? first.status : (first as Error).name).toBe(
        mishap === 'throws' ? 'TypeError' : mishap === 'hangs' ? 'TimeoutError' : mishap,
      )
      expect(shop.facilitator.moved.size).toBe(0)
      broken = false
      expect(await (await shop.get(headers)).text()).toBe('fair')
      expect(shop.facilitator.moved.size).toBe(1)
    },
  )

  test('gives nothing away if the money does not move', async () => {
    const shop = weatherShop()
    shop.facilitator.next('reverts')
    const response = await shop.get(payFor(await shop.get()))
    expect([response.status, response.headers.get('payment-required'), await response.text()]).toEqual([
      402,
      null,
      '{}',
    ])
    expect(receiptOf(response)).toMatchObject({
      success: false,
      transaction: '',
      errorReason: 'invalid_exact_evm_transaction_failed',
    })
  })

  test('refuses with 503 while nothing can be asked, and does not use the payment up', async () => {
    const shop = weatherShop()
    const headers = payFor(await shop.get())
    shop.facilitator.next('down')
    const response = await shop.get(headers)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await response.json()).toEqual(expect.objectContaining({ code: 'gateway/unavailable' }))
    expect((await shop.get(headers)).status).toBe(200)
  })

  test('holds on to a payment whose outcome nobody knows, and answers it once it is known', async () => {
    const shop = weatherShop()
    const headers = payFor(await shop.get())
    shop.facilitator.next('moves-unseen')
    const first = await shop.get(headers)
    expect([first.status, shop.facilitator.moved.size]).toEqual([503, 1])
    const second = await shop.get(headers)
    expect([second.status, await second.text(), shop.served()]).toEqual([200, 'fair', 1])
    expect([...shop.receipts.list()]).toHaveLength(1)
  })

  test('does not serve again once the answer is forgotten', async () => {
    const shop = weatherShop({ keepReplyMs: 1_000 })
    const headers = payFor(await shop.get())
    await shop.get(headers)
    await shop.clock.advance(1_001)
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    expect([(await shop.get(headers)).status, shop.served()]).toEqual([402, 1])
    expect(shop.gateway.ledger.list({ limit: 9 })).toMatchObject([{ state: 'delivered', reply: undefined }])
  })

  test('leaves what the handler says of caches, unless others might keep the answer', async () => {
    const cached = async (text: string) => {
      const shop = weatherShop({}, () => new Response('fair', { headers: { 'cache-control': text } }))
      return (await shop.get(payFor(await shop.get()))).headers.get('cache-control')
    }
    expect(await Promise.all(['no-store', 'private, max-age=5', 'public, max-age=5'].map(cached))).toEqual([
      'no-store',
      'private, max-age=5',
      'private',
    ])
  })

  test('throws what the handler threw, a failed database of its own too', async () => {
    const failure = new DatabaseError('full', 'own.db', 'there is no room')
    const shop = weatherShop({}, () => {
      throw failure
    })
    const headers = payFor(await shop.get())
    await expect(shop.get(headers)).rejects.toBe(failure)
  })

  test('refuses while the database cannot write', async () => {
    const shop = weatherShop()
    const headers = payFor(await shop.get())
    shop.db.exec('PRAGMA query_only = ON')
    expect((await shop.get(headers)).status).toBe(503)
    expect([shop.served(), shop.facilitator.moved.size]).toEqual([0, 0])
  })

  test('does not let a stranger block a payment by its number', async () => {
    const shop = weatherShop()
    const challenge = await shop.get()
    const [bad, good] = await Promise.all([
      shop.get(payFor(challenge, { signature: '0xbad' })),
      shop.get(payFor(challenge, { signature: '0x02' })),
    ])
    expect([bad.status, good.status]).toEqual([402, 200])
  })

  test.each([
    ['no base64', '%%%'],
    ['no object', btoa('3')],
    ['a part', btoa('{"x402Version":2}')],
    ['more behind', `${btoa('{}')}.mac`],
    ['too much', 'A'.repeat(9_000)],
    ['deep JSON', btoa('['.repeat(3_000))],
    ['a prototype', btoa('{"__proto__":{"x402Version":2},"constructor":1}')],
  ])('answers 400 to a payment that is %s', async (_title, text) => {
    const shop = weatherShop()
    const response = await shop.get({ 'payment-signature': text })
    expect([response.status, shop.served()]).toEqual([400, 0])
  })

  test('answers 400 to two payments at once', async () => {
    const shop = weatherShop()
    const challenge = await shop.get()
    expect((await shop.get({ ...payFor(challenge), ...payFor(challenge, { version: 1 }) })).status).toBe(400)
  })

  test('answers 413 to a body that is too long, and uses no payment', async () => {
    const shop = weatherShop({ maxBodyBytes: 4 })
    const response = await shop.get(payFor(await shop.get()), { method: 'POST', body: 'too long' })
    expect([response.status, shop.facilitator.verified]).toEqual([413, []])
  })

  test('takes more than is asked by version 1 only', async () => {
    const shop = weatherShop()
    const challenge = await shop.get()
    expect((await shop.get(payFor(challenge, { value: 10_001n }))).status).toBe(402)
    expect((await shop.get(payFor(challenge, { value: 10_001n, version: 1 }))).status).toBe(200)
    expect([...shop.facilitator.moved.values()]).toEqual([10_001n])
  })

  test('takes what a payer may pass through: more in `extra`, other letter case', async () => {
    const shop = weatherShop()
    const header = payFor(await shop.get())['payment-signature'] ?? ''
    const payment = decodeHeader(header) as { accepted: { asset: string; extra: object } }
    payment.accepted.asset = payment.accepted.asset.toLowerCase()
    payment.accepted.extra = { ...payment.accepted.extra, more: 1 }
    expect((await shop.get({ 'payment-signature': btoa(JSON.stringify(payment)) })).status).toBe(200)
  })

  test('refuses an offer that was not made', async () => {
    const shop = weatherShop()
    const payment = decodeHeader(payFor(await shop.get())['payment-signature'] ?? '') as {
      accepted: { amount: string }
    }
    payment.accepted.amount = '1'
    const response = await shop.get({ 'payment-signature': btoa(JSON.stringify(payment)) })
    expect([response.status, shop.served()]).toEqual([402, 0])
  })

  test('lets a payer name its payment: once, and for one thing', async () => {
    const shop = weatherShop({ requirePaymentId: true })
    const challenge = await shop.get()
    const named = (id: string, more: object = {}) =>
      payFor(challenge, { extensions: { 'payment-identifier': { info: { required: true, id } } }, ...more })
    expect((await shop.get(payFor(challenge))).status).toBe(400)
    expect((await shop.get(named('short'))).status).toBe(400)
    expect((await shop.get(named('payment-number-1'))).status).toBe(200)
    expect((await shop.get(named('payment-number-1'))).status).toBe(200)
    expect(
      (await shop.get(named('payment-number-1', { nonce: `0x${'02'.repeat(32)}`, signature: '0x02' }))).status,
    ).toBe(409)
    expect([shop.served(), shop.facilitator.moved.size]).toEqual([1, 1])
  })

  test('serves free what `admit` says is free, and makes who asks too often wait', async () => {
    const admissions = [
      { status: 'free' },
      { status: 'limited', retryAfterSeconds: 9 },
      { status: 'admitted' },
    ] as const
    let asked = 0
    const shop = weatherShop({ admit: () => admissions[asked++] ?? { status: 'admitted' } })
    const headers = payFor(await shop.get())
    const answers = [await shop.get(headers), await shop.get(headers), await shop.get(headers)]
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200])
    expect([answers[1]?.headers.get('retry-after'), shop.facilitator.moved.size]).toEqual(['9', 1])
    expect(receiptOf(answers[0] ?? new Response())).toMatchObject({ success: true, transaction: '' })
  })
})

describe('handle() in mode "before"', () => {
  const upfront = { mode: 'before' } as const

  test('says so, takes the money, and streams', async () => {
    const shop = weatherShop(upfront, (_request, { transaction }) => {
      expect(transaction).toBeDefined()
      return new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode('a'))
            controller.close()
          },
        }),
      )
    })
    const challenge = await shop.get()
    expect(decodeHeader(challenge.headers.get('payment-required') ?? '')).toMatchObject({
      accepts: [{ extra: { paymentFlow: 'upfront' } }],
    })
    const headers = payFor(challenge)
    const response = await shop.get(headers)
    expect([response.status, await response.text()]).toEqual([200, 'a'])
    expect([await (await shop.get(headers)).text(), shop.served()]).toEqual(['a', 1])
  })

  test('does not keep what is long, and does not serve again who read it to its end', async () => {
    const shop = weatherShop({ ...upfront, keepReplyBytes: 3 })
    const headers = payFor(await shop.get())
    expect(await (await shop.get(headers)).text()).toBe('fair')
    expect([(await shop.get(headers)).status, shop.served()]).toEqual([402, 1])
  })

  test('lets who paid for a failure try again with the same payment', async () => {
    let broken = true
    const shop = weatherShop(upfront, () => new Response('fair', { status: broken ? 500 : 200 }))
    const headers = payFor(await shop.get())
    const first = await shop.get(headers)
    expect([first.status, receiptOf(first)]).toEqual([500, expect.objectContaining({ success: true })])
    broken = false
    expect((await shop.get(headers)).status).toBe(200)
    expect(shop.facilitator.moved.size).toBe(1)
  })

  test('gives the money back where it can', async () => {
    const back: string[] = []
    const shop = weatherShop(
      { ...upfront, refund: async ({ key }) => `0x${String(back.push(key)).padStart(64, '0')}` },
      () => new Response('', { status: 500 }),
    )
    const headers = payFor(await shop.get())
    await shop.get(headers)
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    expect([back.length, (await shop.get(headers)).status]).toEqual([1, 402])
    expect(shop.gateway.ledger.list({ limit: 9 })).toMatchObject([{ state: 'refunded' }])
  })

  test('serves again who paid and could not read to the end', async () => {
    const shop = weatherShop(
      upfront,
      () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(9)) })),
    )
    const headers = payFor(await shop.get())
    await (await shop.get(headers)).body?.cancel()
    expect((await shop.get(headers)).status).toBe(200)
    expect([shop.served(), shop.facilitator.moved.size]).toEqual([2, 1])
    // A payer that never reads to the end does not get it for ever.
    await (await shop.get(headers)).body?.cancel()
    expect([(await shop.get(headers)).status, shop.served()]).toEqual([402, 3])
  })
})

describe('handle() in mode "deferred"', () => {
  const credit = { mode: 'deferred', creditLimit: 20_000n } as const
  const nth = (n: number) => ({ signature: `0x0${n}`, nonce: `0x0${n}${'00'.repeat(31)}` })

  test('serves on credit up to the limit, and takes the money later', async () => {
    const shop = weatherShop(credit)
    const challenge = await shop.get()
    const answers = []
    for (const n of [1, 2, 3]) answers.push(await shop.get(payFor(challenge, nth(n))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    // The third would have been too much to owe, and was paid at once.
    expect([...shop.facilitator.moved.keys()]).toEqual(['0x03'])
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    expect([shop.facilitator.moved.size, [...shop.receipts.list()].length]).toEqual([3, 3])
  })

  test('keeps to the limit of credit when many ask at once', async () => {
    const shop = weatherShop(credit)
    const challenge = await shop.get()
    const answers = await Promise.all([1, 2, 3, 4].map((n) => shop.get(payFor(challenge, nth(n)))))
    expect([answers.map(({ status }) => status), shop.facilitator.moved.size]).toEqual([[200, 200, 200, 200], 2])
  })

  test('serves nothing more for a payment that was settled later', async () => {
    const shop = weatherShop(credit)
    const headers = payFor(await shop.get())
    await shop.get(headers)
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    expect([(await shop.get(headers)).status, shop.served()]).toEqual([402, 1])
  })

  test('counts what could not be had as lost', async () => {
    const shop = weatherShop(credit)
    await shop.get(payFor(await shop.get()))
    shop.facilitator.next('reverts')
    await shop.gateway.payments.work({ signal: AbortSignal.timeout(20_000) })
    expect(shop.gateway.ledger.list({ limit: 9 })).toMatchObject([{ state: 'lost', amount: 10_000n }])
    expect(shop.events.published.map(([name]) => name)).toContain('payment:lost')
  })
})
