/** Tells a node of a transaction, by the best way it has. */

import { SalpError } from '@salp/core'
import { parseReceipt, type TransactionReceipt } from '../chain-client.js'
import type { Hex } from '../hex.js'
import { type Rpc, RpcError } from '../rpc.js'
import { type RefusalKind, refusalKind } from './refusals.js'

/** What a node said of a transaction. */
export type Submission =
  /** It is in a block. */
  | { readonly status: 'mined'; readonly receipt: TransactionReceipt }
  /** It has it, or has not answered, or not in a way that tells. */
  | { readonly status: 'open'; readonly why: string }
  /** It does not take it as it is. */
  | { readonly status: 'refused'; readonly kind: 'nonce' | 'fee' | 'funds' | 'invalid'; readonly why: string }

/** Tells a node. @throws What is no failure of the node, such as the signal's reason. */
export type Submit = (bytes: Hex) => Promise<Submission>

/** Creates what tells a node; it finds out once whether the node can wait for the block (`eth_sendRawTransactionSync`). */
export function createSubmit(rpc: Rpc, { signal }: { readonly signal: AbortSignal }): Submit {
  let waits = true
  const tell = async (bytes: Hex): Promise<Submission | 'unsupported'> => {
    const method = waits ? 'eth_sendRawTransactionSync' : 'eth_sendRawTransaction'
    try {
      const receipt = parseReceipt(await rpc.call(method, [bytes], { signal }))
      return receipt === undefined ? { status: 'open', why: 'taken' } : { status: 'mined', receipt }
    } catch (error) {
      if (!isFailureOfNode(error)) throw error
      if (!(error instanceof RpcError) || error.code !== 'wallet/rpc-refused')
        return { status: 'open', why: error.message }
      const { why } = error
      const kind: RefusalKind = refusalKind(error)
      if (kind === 'unsupported' && method === 'eth_sendRawTransactionSync') return 'unsupported'
      const isOpen = kind === 'known' || kind === 'unclear' || kind === 'unsupported'
      return isOpen ? { status: 'open', why } : { status: 'refused', kind, why }
    }
  }
  return async (bytes) => {
    const first = await tell(bytes)
    if (first !== 'unsupported') return first
    waits = false
    const second = await tell(bytes)
    return second === 'unsupported' ? { status: 'open', why: 'unsupported' } : second
  }
}

/** Whether the node could not be asked, or answered nonsense, which is no fault of ours. */
export function isFailureOfNode(error: unknown): error is SalpError {
  return ['wallet/rpc-unreachable', 'wallet/rpc-refused', 'wallet/chain-answer'].some((code) =>
    SalpError.is(error, code),
  )
}
