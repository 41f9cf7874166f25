/** What a transaction pays for gas. */

import type { Clock } from '@salp/core'
import type { ChainClient } from '../chain-client.js'

/** Fees of a transaction of type 2, in wei a unit of gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** Knows what gas costs, from asking now and then. */
export interface FeeSource {
  /** @returns `undefined` while gas costs more than the cap. @throws What the chain throws. */
  current(options?: { readonly fresh?: boolean | undefined }): Promise<Fees | undefined>
}

/** How long a price is good for, in ms. */
const ttlMs = 15_000

/** Creates a source of fees, none above `cap` (in wei a unit of gas); with room for the base fee to double. */
export function createFeeSource(
  { chain, clock }: { readonly chain: Pick<ChainClient, 'gasPrice' | 'latestBlock'>; readonly clock: Clock },
  { cap, signal }: { readonly cap: bigint; readonly signal: AbortSignal },
): FeeSource {
  let known: { readonly at: number; readonly fees: Fees | undefined } | undefined
  let asking: Promise<Fees | undefined> | undefined
  const ask = async (): Promise<Fees | undefined> => {
    const at = clock.monotonic()
    const [price, { baseFeePerGas }] = await Promise.all([chain.gasPrice({ signal }), chain.latestBlock({ signal })])
    const fees = price > cap ? undefined : toFees(price, baseFeePerGas, cap)
    known = { at, fees }
    return fees
  }
  return {
    async current({ fresh = false } = {}) {
      if (known !== undefined && !fresh && clock.monotonic() - known.at < ttlMs) return known.fees
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
  }
}

function toFees(price: bigint, baseFee: bigint, cap: bigint): Fees {
  const tip = most(price - baseFee, 0n)
  return within(cap, 2n * baseFee + tip, tip)
}

/**
 * Raises fees so that nodes take a transaction in place of another: by a quarter, or to what is asked for now.
 *
 * @returns `undefined` if the cap leaves no room for the tenth that nodes insist on.
 */
export function raise(paid: Fees, now: Fees, cap: bigint): Fees | undefined {
  const raised = (fee: bigint): bigint => (fee * 5n) / 4n + 1n
  const maxFee = most(raised(paid.maxFeePerGas), now.maxFeePerGas)
  const tip = most(raised(paid.maxPriorityFeePerGas), now.maxPriorityFeePerGas)
  const fees = within(cap, maxFee, tip)
  return fees.maxFeePerGas * 10n < paid.maxFeePerGas * 11n ? undefined : fees
}

function within(cap: bigint, maxFee: bigint, tip: bigint): Fees {
  const maxFeePerGas = least(maxFee, cap)
  return { maxFeePerGas, maxPriorityFeePerGas: least(tip, maxFeePerGas) }
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
