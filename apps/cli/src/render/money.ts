/** Money and what moved it, for a reader. */

import type { AmountView } from '@salp/gateway'

/** An amount with its unit, such as `0.01 pathUSD`. */
export function amountText({ units, symbol }: Pick<AmountView, 'units' | 'symbol'>): string {
  return `${units} ${symbol}`
}

/** An address or a hash, cut in its middle: enough to tell a few apart, not to trust. */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}

/** A moment in UTC, to the minute. `at`: ms since the epoch. */
export function minuteText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}
