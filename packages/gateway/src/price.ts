/** Prices, from what people write to base units. */

import { type Asset, type Money, parseAmount, parseBaseUnits } from '@salp/wallet'

/**
 * What something costs.
 *
 * - `'$0.01'` or `'0.01'`: that much of each token that is taken, all of which have to be dollars then.
 * - `{ amount: '10000', asset: 'USDC' }`: base units of one token, by its symbol or address.
 * - money of the wallet.
 */
export type Price = string | { readonly amount: string; readonly asset: string } | Money

/**
 * Tells what a price is in one token. Exact: nothing is rounded.
 *
 * @returns Base units, or `undefined` if the price is in another token.
 * @throws {@link AmountError} (`wallet/amount`) for text that is no amount, is finer than the token, or is zero.
 */
export function priceIn(price: Price, asset: Asset): bigint | undefined {
  if (typeof price === 'string') return parsePositive(price.startsWith('$') ? price.slice(1) : price, asset)
  if (typeof price.asset === 'string') {
    const wanted = price.asset.toLowerCase()
    const isIt = wanted === asset.symbol.toLowerCase() || wanted === asset.address.toLowerCase()
    return isIt && typeof price.amount === 'string' ? parseBaseUnits(price.amount) : undefined
  }
  const isIt = price.asset.chainId === asset.chainId && price.asset.address === asset.address
  return isIt ? parseBaseUnits(String(price.amount)) : undefined
}

function parsePositive(text: string, asset: Asset): bigint {
  // Zero fails the second reading, with the words for it.
  return parseBaseUnits(String(parseAmount(text, asset)))
}
