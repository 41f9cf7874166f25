/** Transactions of one key on one chain, signed, and signed again. */

import { keccak256, Transaction } from 'ethers'
import type { Address, Hex } from '../hex.js'
import type { Account } from '../keyring.js'
import type { Fees } from './fees.js'
import type { Signed } from './transaction-journal.js'

/** What a transaction does, its number and fees aside. */
export interface Call {
  readonly to?: Address | undefined
  readonly data: Hex
  readonly gas: bigint
}

/** Signs for one key on one chain. */
export interface Signing {
  sign(call: Call, paying: Fees): (nonce: number) => Signed
  /** The same call with another number, or other fees. */
  signAgain(signed: Signed, change: { readonly nonce?: number | undefined; readonly paying?: Fees | undefined }): Signed
  /** What a transaction pays. */
  feesOf(signed: Signed): Fees
}

/** Creates what signs for an account. */
export function createSigning(account: Pick<Account, 'signTransaction'>, chainId: number): Signing {
  const signed = (fields: Parameters<Account['signTransaction']>[0]): Signed => {
    const bytes = account.signTransaction({ ...fields, chainId })
    return { bytes, hash: keccak256(bytes) as Hex }
  }
  const feesOf: Signing['feesOf'] = ({ bytes }) => {
    const { maxFeePerGas, maxPriorityFeePerGas } = Transaction.from(bytes)
    return { maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n }
  }
  return {
    feesOf,
    sign:
      ({ to, data, gas }, paying) =>
      (nonce) =>
        signed({ to: to ?? null, data, gasLimit: gas, nonce, ...paying }),
    signAgain(before, { nonce, paying }) {
      const { to, data, gasLimit, nonce: number } = Transaction.from(before.bytes)
      return signed({ to, data, gasLimit, nonce: nonce ?? number, ...(paying ?? feesOf(before)) })
    },
  }
}

/** Whether a transaction is that call. */
export function isSame({ bytes }: Signed, { to, data, gas }: Call): boolean {
  const before = Transaction.from(bytes)
  return before.to === (to ?? null) && before.data === data.toLowerCase() && before.gasLimit === gas
}
