/** Amounts of tokens as analytics names them; in a file of its own since it needs ethers, which is slow to load. */

import { chains, formatAmount } from '@salp/wallet'

/**
 * Writes base units of a token with its unit; of one that is not known here, as what they are.
 *
 * @param asset - Chain and address, such as `eip155:42431/0x20c0…`.
 */
export function assetText(asset: string, amount: bigint): string {
  const known = Object.values(chains)
    .flatMap(({ assets }) => assets)
    .find(({ chainId, address }) => `eip155:${chainId}/${address}`.toLowerCase() === asset.toLowerCase())
  return known === undefined ? `${amount} base units of ${asset}` : `${formatAmount(amount, known)} ${known.symbol}`
}
