import { describe, expect, test } from 'vitest'
import { type PaidTaskRecord, paidTask, type TaskHandler, type TaskUpdate } from './a2a.js'
import { openShop, payFor } from './testing/internal/shop.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'

const { signal } = new AbortController()
const question = [{ kind: 'text', text: 'How is the weather?' }]

/** A merchant of tasks, and what a customer says to it. */
function openMerchant(handler: TaskHandler = async (input) => ({ answer: 'fair', to: input })) {
  const shop = openShop()
  const tasks = new Map<string, PaidTaskRecord>()
  const answer = paidTask({ paywall: shop.gateway.route({ route: 'task', price: '$0.01' }), tasks }, handler)
  const say = (metadata = {}, input: unknown = question) => answer({ taskId: 'task-1', input, metadata }, { signal })
  /** Pays what an update asks. */
  const pay = ({ metadata }: TaskUpdate, signature = '0x01') => {
    const required = new Headers({ 'payment-required': encodeHeader(metadata['x402.payment.required']) })
    const header = payFor(new Response(null, { headers: required }), { signature })['payment-signature'] ?? ''
    return say({ 'x402.payment.status': 'payment-submitted', 'x402.payment.payload': decodeHeader(header) }, 'paid')
  }
  return { ...shop, tasks, say, pay }
}

describe('paidTask()', () => {
  test('asks for input, which is a payment', async () => {
    const { say } = openMerchant()
    expect(await say()).toEqual({
      state: 'input-required',
      metadata: {
        'x402.payment.status': 'payment-required',
        'x402.payment.required': expect.objectContaining({
          x402Version: 2,
          accepts: [expect.objectContaining({ amount: '10000', scheme: 'exact' })],
        }),
      },
    })
  })

  test('does the work of the first message once it is paid for, and gives a receipt', async () => {
    const merchant = openMerchant()
    const update = await merchant.pay(await merchant.say())
    expect(update).toEqual({
      state: 'completed',
      metadata: {
        'x402.payment.status': 'payment-completed',
        'x402.payment.receipts': [expect.objectContaining({ success: true, network: 'eip155:84532' })],
      },
      output: { answer: 'fair', to: question },
    })
    expect(merchant.facilitator.moved.size).toBe(1)
    expect(await merchant.pay(await merchant.say())).toEqual(update)
  })

  test('says why a payment failed, takes another, and keeps the receipts of both', async () => {
    const merchant = openMerchant()
    const asked = await merchant.say()
    const failed = await merchant.pay(asked, '0xbad')
    expect([failed.state, failed.output, failed.metadata]).toEqual([
      'input-required',
      undefined,
      expect.objectContaining({
        'x402.payment.status': 'payment-failed',
        'x402.payment.error': 'INVALID_SIGNATURE',
        'x402.payment.required': asked.metadata['x402.payment.required'],
      }),
    ])
    const paid = await merchant.pay(failed)
    expect([paid.state, paid.metadata['x402.payment.receipts']]).toEqual([
      'completed',
      [expect.objectContaining({ success: false }), expect.objectContaining({ success: true })],
    ])
  })

  test('gives no output if the money does not move', async () => {
    const merchant = openMerchant()
    merchant.facilitator.next('reverts')
    const update = await merchant.pay(await merchant.say())
    expect([update.state, update.output, update.metadata['x402.payment.error']]).toEqual([
      'input-required',
      undefined,
      'SETTLEMENT_FAILED',
    ])
  })

  test('asks for the same payment again while nobody knows what became of it', async () => {
    const merchant = openMerchant()
    const asked = await merchant.say()
    merchant.facilitator.next('moves-unseen')
    expect((await merchant.pay(asked)).metadata['x402.payment.status']).toBe('payment-submitted')
    expect((await merchant.pay(asked)).state).toBe('completed')
  })

  test('takes no payment for terms that it did not offer for this task', async () => {
    const merchant = openMerchant()
    const { metadata } = await merchant.say()
    const cheaper = structuredClone(metadata) as { 'x402.payment.required': { accepts: { amount: string }[] } }
    for (const offer of cheaper['x402.payment.required'].accepts) offer.amount = '1'
    const update = await merchant.pay({ state: 'input-required', metadata: cheaper })
    expect([update.state, update.metadata['x402.payment.error']]).toEqual(['input-required', 'INVALID_PAYMENT'])
    expect(merchant.facilitator.verified).toEqual([])
  })

  test('ends a task whose customer does not want to pay', async () => {
    const merchant = openMerchant()
    await merchant.say()
    expect(await merchant.say({ 'x402.payment.status': 'payment-rejected' })).toEqual({
      state: 'canceled',
      metadata: { 'x402.payment.status': 'payment-rejected' },
    })
  })

  test('throws what the handler throws, and takes nothing', async () => {
    const merchant = openMerchant(async () => {
      throw new TypeError('no weather')
    })
    await expect(merchant.pay(await merchant.say())).rejects.toThrow('no weather')
    expect(merchant.facilitator.moved.size).toBe(0)
  })
})
