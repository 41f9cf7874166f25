/** A facilitator over money in memory: what it settles moves once, and it can be told to fail in every way there is. */

import type { Address, Hex } from '@salp/wallet'
import { type Claim, type Facilitator, FacilitatorError, type Settlement } from '../../facilitator/facilitator.js'

/** How the next settlement goes. */
export type Mishap =
  /** Nothing can be asked, and nothing is sent. */
  | 'down'
  /** The money does not move. */
  | 'reverts'
  /** The money moves, and no answer comes. */
  | 'moves-unseen'
  /** Neither, and no answer. */
  | 'lost'

/** Money, and who moves it. */
export interface SimulatedFacilitator extends Facilitator {
  /** Payments whose money moved, by the signature that moved it. */
  readonly moved: ReadonlyMap<string, bigint>
  readonly verified: readonly string[]
  /** Says how coming settlements go; after these they go well. */
  next(...mishaps: readonly Mishap[]): void
}

/** Creates one that takes any signature but `0xbad`. */
export function simulatedFacilitator(): SimulatedFacilitator {
  const moved = new Map<string, bigint>()
  const verified: string[] = []
  const mishaps: Mishap[] = []
  const settled = (claim: Claim): Settlement => {
    const { signature, payer, value } = partsOf(claim)
    moved.set(signature, value)
    return { status: 'settled', transaction: hashOf(signature), payer, amount: value }
  }
  return {
    moved,
    verified,
    next: (...more) => void mishaps.push(...more),
    supported: async () => ({ kinds: [], extensions: [], signers: {} }),
    async verify(claim) {
      const { signature, payer } = partsOf(claim)
      verified.push(signature)
      return signature === '0xbad'
        ? { status: 'invalid', reason: 'invalid_exact_evm_signature', payer }
        : { status: 'valid', payer }
    },
    async settle(claim, { resume = false } = {}) {
      const { signature, payer } = partsOf(claim)
      if (moved.has(signature)) return settled(claim)
      if (resume) return { status: 'failed', reason: 'never sent', payer }
      switch (mishaps.shift()) {
        case 'down':
          throw new FacilitatorError('it is down')
        case 'reverts':
          return { status: 'failed', reason: 'invalid_exact_evm_transaction_failed', payer }
        case 'moves-unseen':
          settled(claim)
          return { status: 'unknown', transaction: hashOf(signature) }
        case 'lost':
          return { status: 'unknown' }
        case undefined:
          return settled(claim)
      }
    },
  }
}

function partsOf({ payment }: Claim): { signature: string; payer: Address; value: bigint } {
  const { signature, authorization } = payment.payload as {
    signature: string
    authorization: { from: Address; value: string }
  }
  return { signature, payer: authorization.from, value: BigInt(authorization.value) }
}

function hashOf(signature: string): Hex {
  return `0x${signature.slice(2).padStart(64, '0').slice(-64)}`
}
