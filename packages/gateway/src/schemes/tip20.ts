/** Tokens of Tempo, which an address alone tells. */

import type { Address } from '@salp/wallet'

/** Whether a token is TIP-20: Tempo gives those 12 bytes of their own at the front, and they know no EIP-3009. */
export function isTip20(token: Address): boolean {
  return token.toLowerCase().startsWith('0x20c000000000000000000000')
}
