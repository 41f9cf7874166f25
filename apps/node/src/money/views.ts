/** Money as tools show it. */

import type { AmountView, PaymentView, ReceiptView } from '@salp/gateway'
import { type Address, type Asset, formatAmount, type Receipt } from '@salp/wallet'

/** Writes base units for a reader; a token nobody knows keeps its base units. */
export function amountView(amount: bigint, asset: Address | Asset, assets: readonly Asset[]): AmountView {
  const known = typeof asset === 'string' ? assets.find(({ address }) => address === asset) : asset
  const base = String(amount)
  if (known === undefined) return { units: base, base, symbol: 'base units', asset: String(asset) }
  return { units: formatAmount(amount, known), base, symbol: known.symbol, asset: known.address }
}

/** Writes a receipt. */
export function receiptView({ chainId: _, asset, amount, ...receipt }: Receipt, assets: readonly Asset[]): ReceiptView {
  return { ...receipt, amount: amountView(amount, asset, assets) }
}

/** What is shown of a payment. */
interface ShownPayment extends Omit<PaymentView, 'amount' | 'state'> {
  readonly state: string
  readonly amount: bigint
  readonly asset: Address
}

/** Writes a payment. */
export function paymentView(
  { key, state, route, amount, asset, payer, transaction, reason, at }: ShownPayment,
  assets: readonly Asset[],
): PaymentView {
  return { key, state, route, amount: amountView(amount, asset, assets), payer, transaction, reason, at }
}
