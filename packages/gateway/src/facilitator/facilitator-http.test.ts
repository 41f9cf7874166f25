import { recordingLogger } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { openShop, payee, payFor } from '../testing/internal/shop.js'
import { simulatedFacilitator } from '../testing/internal/simulated-facilitator.js'
import { decodeHeader } from '../wire/base64.js'
import { type Facilitator, FacilitatorError } from './facilitator.js'
import {
  bearerAuthentication,
  type Caller,
  createFacilitatorHttp,
  type FacilitatorHttpDeps,
} from './facilitator-http.js'

/** A facilitator over HTTP for one caller, and a payment to ask it about. */
async function open(caller: Partial<Caller> = {}, more: Partial<FacilitatorHttpDeps> = {}) {
  const inner = simulatedFacilitator()
  const asked: string[] = []
  const log = recordingLogger()
  const http = createFacilitatorHttp(
    {
      facilitator: {
        for(id) {
          asked.push(id)
          return inner
        },
      },
      authenticate: bearerAuthentication(
        new Map([['secret', { id: 'alice', payees: 'any', leastAmount: 1n, ...caller }]]),
      ),
      log,
      ...more,
    },
    { path: '/pay' },
  )
  const shop = openShop()
  const challenge = await shop.gateway
    .route({ route: 'weather', price: '$0.01' })
    .handle(new Request('https://shop.example/'), () => new Response())
  const paymentPayload = decodeHeader(payFor(challenge)['payment-signature'] ?? '') as { accepted: object }
  const body = { x402Version: 2, paymentPayload, paymentRequirements: paymentPayload.accepted }
  const post = async (path: string, token: string | undefined = 'secret', sent: unknown = body) => {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
    const text = typeof sent === 'string' ? sent : JSON.stringify(sent)
    const response = await http(new Request(`https://pay.example${path}`, { method: 'POST', headers, body: text }))
    return [response?.status, await response?.json()] as const
  }
  return { http, inner, asked, post, log, body }
}

describe('createFacilitatorHttp()', () => {
  test('lets in who shows the token, and nobody else', async () => {
    const { post, asked } = await open()
    expect([(await post('/pay/verify', ''))[0], (await post('/pay/settle', 'wrong'))[0], asked]).toEqual([401, 401, []])
    expect(await post('/pay/verify')).toEqual([200, { isValid: true, payer: `0x${'bb'.repeat(20)}` }])
    expect(asked).toEqual(['alice'])
  })

  test('settles for who may, and says what moved', async () => {
    const { post, inner } = await open()
    expect(await post('/pay/settle')).toEqual([
      200,
      {
        success: true,
        transaction: `0x${'01'.padStart(64, '0')}`,
        network: 'eip155:84532',
        payer: `0x${'bb'.repeat(20)}`,
        amount: '10000',
      },
    ])
    expect(inner.moved.size).toBe(1)
  })

  test.each<[string, Partial<Caller>]>([
    ['to others than the payees of the caller', { payees: [`0x${'cc'.repeat(20)}`] }],
    ['of less than is worth the gas', { leastAmount: 10_001n }],
  ])('settles nothing %s', async (_title, caller) => {
    const { post, inner } = await open(caller)
    expect((await post('/pay/settle'))[1]).toMatchObject({
      success: false,
      errorReason: 'invalid_payment_requirements',
    })
    expect((await post('/pay/verify'))[1]).toMatchObject({ isValid: false })
    expect(inner.moved.size).toBe(0)
  })

  test('knows the payees of a caller in any letters', async () => {
    const { post } = await open({ payees: [payee.toLowerCase()] })
    expect((await post('/pay/settle'))[1]).toMatchObject({ success: true })
  })

  test('says that a settlement is pending, and why one failed', async () => {
    const { post, inner } = await open()
    inner.next('lost', 'reverts')
    expect((await post('/pay/settle'))[1]).toMatchObject({ success: false, errorReason: 'settlement_pending' })
    expect((await post('/pay/settle'))[1]).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_transaction_failed',
    })
  })

  test('answers 503 where it cannot tell, with nothing of its insides', async () => {
    const broken: Facilitator = {
      ...simulatedFacilitator(),
      verify: async () => {
        throw new FacilitatorError('node at 10.0.0.1 is down')
      },
    }
    const { post, log } = await open({}, { facilitator: { for: () => broken } })
    const [status, said] = await post('/pay/verify')
    expect([status, JSON.stringify(said).includes('10.0.0.1')]).toEqual([503, false])
    expect(log.lines).toHaveLength(1)
  })

  test('makes who asks too often wait, and takes no bodies without end', async () => {
    const { post } = await open({}, { take: () => 7 })
    expect((await post('/pay/verify'))[0]).toBe(429)
    expect((await post('/pay/verify', 'secret', 'x'.repeat(70_000)))[0]).toBe(413)
  })

  test.each(['', '{', '[]', '{"x402Version":3}', '{"x402Version":2}'])('refuses %j as no payment', async (text) => {
    const { post } = await open()
    expect(await post('/pay/verify', 'secret', text)).toEqual([
      200,
      { isValid: false, invalidReason: 'invalid_payload' },
    ])
  })

  test('has no other paths, and nothing but POST for these', async () => {
    const { http } = await open()
    expect(await http(new Request('https://pay.example/verify', { method: 'POST' }))).toBeUndefined()
    expect(await http(new Request('https://pay.example/pay/other'))).toBeUndefined()
    expect((await http(new Request('https://pay.example/pay/verify')))?.status).toBe(405)
    expect((await http(new Request('https://pay.example/pay/supported')))?.status).toBe(200)
  })
})
