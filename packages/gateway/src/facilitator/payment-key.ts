/** The name of a payment: the same however its parts are written. */

import type { Asset } from '@salp/wallet'
import type { ReadPayment } from '../schemes/scheme.js'

/** Chain, token, payer and nonce, which a chain lets be used together once. */
export function paymentKey(
  { chainId, address }: Pick<Asset, 'chainId' | 'address'>,
  { payer, nonce }: Pick<ReadPayment, 'payer' | 'nonce'>,
): string {
  return `${chainId}:${address}:${payer}:${nonce}`.toLowerCase()
}
