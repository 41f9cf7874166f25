/** Pays other agents for tasks, by the x402 extension, within the limits of the wallet. */

import type { Said, TaskPayer } from '@salp/agent/a2a'
import { a2aExtension } from '@salp/gateway'
import { formatAmount } from '@salp/wallet'
import { z } from 'zod'
import type { Money } from '../money/money.js'

const demandSchema = z.object({
  'x402.payment.required': z.looseObject({
    accepts: z.array(z.looseObject({ amount: z.string(), asset: z.string(), payTo: z.string() })).min(1),
  }),
})
const receiptsSchema = z.array(z.looseObject({ success: z.boolean(), transaction: z.string() })).min(1)

/** Creates the payer. Without an open wallet it pays nothing, and says so. */
export function createTaskPayer({ money }: { readonly money: Money }): TaskPayer {
  return {
    extension: a2aExtension,
    demand(said) {
      const demand = demandSchema.safeParse(said)
      if (!demand.success) return undefined
      const { accepts } = demand.data['x402.payment.required']
      const assets = money.open()?.chain.chain.assets ?? []
      const asked = accepts.flatMap(({ amount, asset }) => {
        const known = assets.find(({ address }) => address.toLowerCase() === asset.toLowerCase())
        return known !== undefined && /^\d{1,30}$/.test(amount)
          ? `${formatAmount(BigInt(amount), known)} ${known.symbol}`
          : []
      })
      return asked.length === 0
        ? 'It asks for money that this wallet does not have'
        : `It asks for ${asked.join(' or ')}`
    },
    left() {
      const open = money.open()
      return open?.chain.chain.assets.map(
        (asset) => `${formatAmount(open.spending.leftToday(asset), asset)} ${asset.symbol}`,
      )
    },
    async pay({ url, said, maxPrice, task }, present, { signal }) {
      const open = money.open()
      if (open === undefined) return { status: 'refused', reason: 'the wallet is not open' }
      const order = { url, method: 'POST', body: '', task, agreedUpTo: maxPrice } as const
      const outcome = await open.buyer.buy(order, { fetch: overHttp(said, present), signal })
      if (outcome.status === 'refused') return { status: 'refused', reason: outcome.reason }
      if (outcome.status === 'ask') return { status: 'refused', reason: 'its price changed' }
      if (outcome.paid === undefined) return { status: 'unpaid' }
      const { amount, payee, transaction } = outcome.paid
      return { status: 'paid', amount: `${amount.units} ${amount.symbol}`, payee, transaction }
    },
  }
}

/** What was said between two agents, in the words of HTTP that the buyer speaks. */
function overHttp(demand: Said, present: (said: Said) => Promise<Said>): typeof globalThis.fetch {
  return async (input, init) => {
    const payment = new Request(input, init).headers.get('payment-signature')
    if (payment === null) {
      const headers = { 'payment-required': encode(demand['x402.payment.required']) }
      return new Response(null, { status: 402, headers })
    }
    const answer = await present({
      'x402.payment.status': 'payment-submitted',
      'x402.payment.payload': JSON.parse(Buffer.from(payment, 'base64').toString()),
    })
    const receipt = receiptsSchema.safeParse(answer['x402.payment.receipts']).data?.at(-1)
    // Nobody knows yet what became of the money: the same payment is shown again.
    if (receipt === undefined && answer['x402.payment.error'] === 'TRY_AGAIN')
      return new Response(null, { status: 503, headers: { 'retry-after': '2' } })
    const headers: Record<string, string> = receipt === undefined ? {} : { 'payment-response': encode(receipt) }
    return new Response('', { status: 200, headers })
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}
