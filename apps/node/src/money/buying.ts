/** Buys over HTTP within the limits: for the operator, and for the agent's tool. */

import { type Clock, type IdSource, SalpError } from '@salp/core'
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
import {
  type Account,
  type Address,
  type Asset,
  type Chain,
  type ChainClient,
  createTokenReader,
  formatAmount,
  parseAmount,
  type ReceiptLedger,
  type Sender,
  type Spending,
} from '@salp/wallet'
import { amountView } from './views.js'

/** What buying needs. */
export interface BuyerDeps {
  readonly account: Account
  readonly chain: Chain
  readonly spending: Spending
  /** Most of a token that may be spent in a day, in base units. */
  readonly dayLimit: (asset: Asset) => bigint
  readonly receipts: ReceiptLedger
  /** Sends the account's transactions. */
  readonly sender: Sender
  /** Asks the chain. */
  readonly client: ChainClient
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
export function createBuyer({
  account,
  chain,
  client,
  sender,
  spending,
  dayLimit,
  receipts,
  clock,
  ids,
}: BuyerDeps): Buyer {
  const tokens = createTokenReader({ chain: client })
  return {
    async buy(input, { fetch, signal }) {
      const { url, method, headers, body, task, tokens: taken, agreedUpTo } = payOrderSchema.parse(input)
      let asked: Quote | undefined
      let made: PaymentMade | undefined
      const assets = chain.assets.filter(({ symbol }) => taken === undefined || taken.includes(symbol))
      const wallet: PayingWallet = { account, spending, assets, clock, ids, receipts }
      const pay = payingFetch(fetch, wallet, {
        task,
        settlement: (chainId) => (chainId === chain.id ? chain.contracts?.tipSettlement : undefined),
        async allow({ money: { amount, asset }, spender }, options) {
          const allowed = await tokens.allowance(asset.address, account.address, spender, options)
          if ((allowed ?? 0n) < amount)
            await allow({ sender, ids }, { asset, spender, amount: dayLimit(asset) }, options)
        },
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

/** Most gas of an approval. */
const approvalGas = 400_000n

/** Lets a contract move what may be spent in a day, and no more; it can do so only with a signature of ours. */
async function allow(
  { sender, ids }: Pick<BuyerDeps, 'sender' | 'ids'>,
  { asset, spender, amount }: { readonly asset: Asset; readonly spender: Address; readonly amount: bigint },
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const words = [spender.slice(2), amount.toString(16)].map((word) => word.padStart(64, '0')).join('')
  // approve(address,uint256)
  const request = { id: `approve:${ids()}`, to: asset.address, data: `0x095ea7b3${words}`, gas: approvalGas } as const
  const outcome = await sender.send(request, { signal })
  if (outcome.status !== 'mined') throw new AllowanceError(asset.symbol, outcome.status)
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

/** An allowance that could not be given; nothing was paid. */
class AllowanceError extends SalpError {
  constructor(symbol: string, status: string) {
    super('node/allowance', `Cannot let the payment contract move ${symbol}: the transaction is ${status}`, {
      retryable: true,
    })
  }
}
