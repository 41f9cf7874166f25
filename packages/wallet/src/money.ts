/** Money: an integer of base units beside the asset it counts. */

import { SalpError } from '@salp/core'
import type { Address } from './hex.js'

/** A token of one chain. */
export interface Asset {
  readonly chainId: number
  readonly address: Address
  readonly symbol: string
  /** Digits behind the point: one unit is 10^decimals base units. Integer, range [0, 77]. */
  readonly decimals: number
  /** EIP-712 domain of the token's own signatures, as its contract has it. */
  readonly domain: { readonly name: string; readonly version: string }
}

/** An amount of something. */
export interface Money {
  /** In base units. Range [0, 2^256). */
  readonly amount: bigint
  readonly asset: Asset
}

/** Largest amount that a token can count: 2^256 - 1. */
export const maxAmount: bigint = 2n ** 256n - 1n

/** Most digits of {@link maxAmount}. */
const maxDigits = 78

/** Tells whether two assets are the same token. Name and symbol do not matter: anyone may choose those. */
export function isSameAsset(a: Pick<Asset, 'chainId' | 'address'>, b: Pick<Asset, 'chainId' | 'address'>): boolean {
  return a.chainId === b.chainId && a.address === b.address
}

/**
 * Reads base units as they travel: canonical decimal text, 0 < n < 2^256.
 *
 * @throws {@link AmountError} (`wallet/amount`) for a sign, a leading zero, an exponent, a space, zero, or too much.
 */
export function parseBaseUnits(text: string): bigint {
  if (!/^[1-9][0-9]*$/.test(text)) throw new AmountError(text, 'not a whole number above zero, in plain digits')
  return inRange(text, text)
}

/**
 * Reads an amount in units, such as `12.5`, to base units. Exact: nothing is rounded.
 *
 * @param text - Digits, at most one point with digits on both sides; no sign, exponent, space or grouping.
 * @throws {@link AmountError} (`wallet/amount`) for other text, for what the asset cannot divide, and from 2^256 on.
 */
export function parseAmount(text: string, { decimals }: Pick<Asset, 'decimals'>): bigint {
  checkDecimals(decimals)
  const [, whole = '', fraction = ''] = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text) ?? []
  if (whole === '') throw new AmountError(text, 'not a decimal number in plain digits')
  if (/[1-9]/.test(fraction.slice(decimals))) throw new AmountError(text, `finer than ${decimals} decimals`)
  return inRange(text, whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
}

/**
 * Writes base units as units, exactly, without trailing zeros; {@link parseAmount} reads it back.
 *
 * @throws {@link AmountError} (`wallet/amount`) if `amount` is negative or 2^256 or more.
 */
export function formatAmount(amount: bigint, { decimals }: Pick<Asset, 'decimals'>): string {
  checkDecimals(decimals)
  checkAmount(amount)
  const digits = String(amount).padStart(decimals + 1, '0')
  const point = digits.length - decimals
  const fraction = digits.slice(point).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`
}

/** Checks an amount in base units. @throws {@link AmountError} (`wallet/amount`) outside [0, 2^256). */
export function checkAmount(amount: bigint): void {
  if (amount < 0n || amount > maxAmount) throw new AmountError(String(amount), 'outside 0 to 2^256 - 1')
}

/** Counts the digits first: reading many takes time that grows faster than they do. */
function inRange(text: string, digits: string): bigint {
  const amount = digits.replace(/^0+/, '').length > maxDigits ? maxAmount + 1n : BigInt(digits)
  if (amount > maxAmount) throw new AmountError(text, 'more than a token can count')
  return amount
}

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 77) {
    throw new RangeError(`Cannot count in ${decimals} decimals: not an integer from 0 to 77`)
  }
}

/** Text or a number that is no amount. */
export class AmountError extends SalpError {
  constructor(text: string, why: string) {
    super('wallet/amount', `Cannot use the amount ${JSON.stringify(text.slice(0, 100))}: ${why}`)
  }
}
