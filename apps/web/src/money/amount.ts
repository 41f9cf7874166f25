/** Amounts of money as text, exact: nothing here rounds, and nothing passes through floating point but lengths of bars. */

import type { AmountView } from '@salp/gateway'

/** `1,234,567.05`: groups the digits before the point. */
export function formatUnits(units: string): string {
  const [whole = '', part] = units.split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return part === undefined ? grouped : `${grouped}.${part}`
}

/** `1,234.05 pathUSD`. */
export function formatAmount({ units, symbol }: Pick<AmountView, 'units' | 'symbol'>): string {
  return `${formatUnits(units)} ${symbol}`
}

/** Writes base units of a token in units, without zeros that say nothing: `10000n` with 6 decimals is `0.01`. */
export function toUnits(base: bigint, decimals: number): string {
  const digits = String(base).padStart(decimals + 1, '0')
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '')
  const whole = digits.slice(0, digits.length - decimals)
  return decimals === 0 || part === '' ? whole : `${whole}.${part}`
}

/** Share of `whole` that `part` is, for a bar: range [0, 1], to a thousandth. Nothing is no share of nothing. */
export function shareOf(part: string, whole: string): number {
  const decimals = Math.max(...[part, whole].map((units) => units.split('.')[1]?.length ?? 0))
  return ratio(toScaled(part, decimals), toScaled(whole, decimals))
}

/** `part / whole`, for a bar: range [0, 1], to a thousandth. */
export function ratio(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) return 0
  return part >= whole ? 1 : Number((part * 1_000n) / whole) / 1_000
}

function toScaled(units: string, decimals: number): bigint {
  const [whole = '', part = ''] = units.split('.')
  return BigInt(whole + part.padEnd(decimals, '0'))
}
