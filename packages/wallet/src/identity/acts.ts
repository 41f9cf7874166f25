/** Acts on registries, each sent once. */

import type { ChainClient, TransactionReceipt } from '../chain-client.js'
import type { Address, Hex } from '../hex.js'
import type { Sender, SendOutcome } from '../sender.js'

/** What became of an act; see {@link SendOutcome}. What the contract would refuse is `rejected` with its reason, and not sent. */
export type ActOutcome =
  | { readonly status: 'done'; readonly receipt: TransactionReceipt }
  | Exclude<SendOutcome, { readonly status: 'mined' }>

/** What acts ask of the application. */
export interface ActDeps {
  readonly chain: ChainClient
  /** Of the account that acts, on the same chain. */
  readonly sender: Sender
}

/** An act: where, and what; built only if it was not sent yet. */
export interface Act {
  /** Names the act: the same is sent once. */
  readonly id: string
  readonly to: Address
  readonly signal?: AbortSignal | undefined
  build(): Hex | Promise<Hex>
}

/** Gas of a call and the few words it stores, where a new word costs 250 000 (Tempo); what is not used is not paid. */
const baseGas = 3_000_000n
/** Gas of a byte that is stored there. */
const byteGas = 9_000n
const mostGas = 30_000_000n

/** Sends an act, or finds what became of it. */
export async function perform({ chain, sender }: ActDeps, { id, to, signal, build }: Act): Promise<ActOutcome> {
  const known = await sender.outcome(id, { signal })
  if (known.status !== 'absent') return fromSent(known)
  const data = await build()
  const tried = await chain.simulate({ from: sender.address, to, data }, { signal })
  if (tried.status === 'reverted') {
    return { status: 'refused', reason: 'rejected', detail: tried.reason ?? `The contract reverts: ${tried.data}` }
  }
  const wanted = baseGas + byteGas * BigInt(data.length / 2)
  return fromSent(await sender.send({ id, to, data, gas: wanted < mostGas ? wanted : mostGas }, { signal }))
}

function fromSent(outcome: SendOutcome): ActOutcome {
  return outcome.status === 'mined' ? { status: 'done', receipt: outcome.receipt } : outcome
}
