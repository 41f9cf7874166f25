/** Buys over HTTP within the limits: for the operator, and for the agent's tool. */

import type { Clock, IdSource } from '@salp/core'
import {
  type PayingWallet,
  PaymentError,
  type PaymentMade,
  type PayOrder,
  type PayOutcome,
  payingFetch,
  payOrderSchema,
  type Quote,
} from '@salp/gateway'
import { type Account, type Chain, formatAmount, parseAmount, type ReceiptLedger, type Spending } from '@salp/wallet'
import { amountView } from './views.js'

/** What buying needs. */
export interface BuyerDeps {
  readonly account: Account
  readonly chain: Chain
  readonly spending: Spending
  readonly receipts: ReceiptLedger
  readonly clock: Clock
  readonly ids: IdSource
}

/** Buys. */
export interface Buyer {
  /** @param options - `fetch`: how the request goes out. */
  buy(
    order: PayOrder,
    options: { readonly fetch: typeof globalThis.fetch; readonly signal: AbortSignal },
  ): Promise<PayOutcome>
}

/** Bytes of an answer that are shown. */
const shownBytes = 65_536

/** Creates a buyer. */
export function createBuyer({ account, chain, spending, receipts, clock, ids }: BuyerDeps): Buyer {
  const wallet: PayingWallet = { account, spending, assets: chain.assets, clock, ids, receipts }
  return {
    async buy(input, { fetch, signal }) {
      const { url, method, headers, body, task, agreedUpTo } = payOrderSchema.parse(input)
      let asked: Quote | undefined
      let made: PaymentMade | undefined
      const pay = payingFetch(fetch, wallet, {
        task,
        settlement: (chainId) => (chainId === chain.id ? chain.contracts?.tipSettlement : undefined),
        onPaid: (payment) => {
          made = payment
        },
        approve: async (quote) => {
          asked = quote
          return agreedUpTo !== undefined && quote.money.amount <= parseAmount(agreedUpTo, quote.money.asset)
        },
        object: ({ money: { amount, asset } }) =>
          agreedUpTo !== undefined && amount > parseAmount(agreedUpTo, asset)
            ? `it costs ${formatAmount(amount, asset)} ${asset.symbol}, and ${agreedUpTo} was agreed to`
            : undefined,
      })
      try {
        const response = await pay(url, { method, headers, signal, ...(body !== undefined && { body }) })
        const shown = await readShown(response)
        return {
          status: 'answered',
          code: response.status,
          contentType: response.headers.get('content-type') ?? '',
          ...shown,
          ...(made !== undefined && {
            paid: {
              amount: amountView(made.money.amount, made.money.asset, chain.assets),
              payee: made.payee,
              transaction: made.transaction,
            },
          }),
        }
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof PaymentError)) {
          const reason = error instanceof Error ? error.message : 'no answer'
          return { status: 'refused', code: 'gateway/unreachable', reason: `Cannot reach "${url}": ${reason}` }
        }
        if (asked !== undefined && agreedUpTo === undefined) {
          const { money, payee, leftToday } = asked
          return {
            status: 'ask',
            amount: amountView(money.amount, money.asset, chain.assets),
            payee,
            leftToday: formatAmount(leftToday, money.asset),
          }
        }
        const { code, message, transaction } = error
        return { status: 'refused', code, reason: message, ...(transaction !== undefined && { transaction }) }
      }
    },
  }
}

async function readShown(response: Response): Promise<{ body: string; truncated: boolean }> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    const part: Uint8Array = chunk.subarray(0, Math.max(0, shownBytes - size))
    text += decoder.decode(part, { stream: true })
    size += chunk.byteLength
    if (size > shownBytes) return { body: text, truncated: true }
  }
  return { body: text + decoder.decode(), truncated: false }
}
