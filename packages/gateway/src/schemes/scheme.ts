/** What a way of paying must provide, so that all the rest need not know how money moves. */

import type { Address, Asset, ChainClient, Hex, Log } from '@salp/wallet'
import type { JsonObject } from '../wire/objects.js'

/** What a payment has to satisfy. Comes from the seller's own route, never from who pays. */
export interface Terms {
  readonly asset: Asset
  /** In base units. Range (0, 2^256). */
  readonly amount: bigint
  readonly payTo: Address
  /** Longest window of a signature, in s. */
  readonly maxTimeoutSeconds: number
  /** Whether more than `amount` will do, as in version 1. */
  readonly atLeast: boolean
  readonly extra: JsonObject
}

/** A transaction to send. */
export interface Call {
  readonly to: Address
  readonly data: Hex
  /** Most gas it may take. */
  readonly gas: bigint
}

/** Whose key or contract says that a signature holds, and the form of it to use. */
export interface Proof {
  readonly by: 'key' | 'contract'
  readonly signature: Hex
}

/** A payment as it was read: nothing of it has been proven yet. */
export interface ReadPayment {
  readonly payer: Address
  /** What the payer may use once. Together with chain, token and payer it names the payment. */
  readonly nonce: Hex
  /** In base units. */
  readonly value: bigint
  /** Both ends excluded, in s since the epoch. */
  readonly validAfter: bigint
  readonly validBefore: bigint
  /** Hash that was signed; made when it is asked for. */
  hash(): Hex
  readonly signature: string
  /** Moves the money. */
  call(proof: Proof): Call
  /** The same among others: an item for {@link Group.call}. Absent where each payment needs a transaction of its own. */
  readonly group?: { readonly by: Group; readonly item: (proof: Proof) => string } | undefined
  /** Tells whether a transaction moved exactly this payment. @param logs - All of its receipt, in order. */
  moved(logs: readonly Log[]): boolean
  /** Logs that exist only if the nonce was used; absent where no log names it. */
  readonly traces?: { readonly address: Address; readonly topics: readonly Hex[] } | undefined
  /** Says in a word of the field why the chain would refuse, asking it with plain calls. */
  diagnose(chain: ChainClient, options: { readonly signal?: AbortSignal | undefined }): Promise<string>
}

/** A contract that moves many payments in one transaction, each of which may fail alone. */
export interface Group {
  readonly name: string
  /** @param items - As {@link ReadPayment.group} gives them. */
  call(items: readonly string[]): Call
  readonly maxItems: number
}

/** What came of reading. */
export type Read =
  | { readonly status: 'read'; readonly payment: ReadPayment }
  | { readonly status: 'refused'; readonly reason: string }

/** One way of paying. */
export interface Scheme {
  /** As `scheme` says on the wire. */
  readonly name: string
  /** As `extra.assetTransferMethod` says; `undefined` is the scheme's default. */
  readonly method?: string | undefined
  /** Words for what fails in every scheme, as the field spells them. */
  readonly reasons: {
    readonly payload: string
    readonly signature: string
    readonly used: string
    readonly validAfter: string
    readonly validBefore: string
    readonly failed: string
    readonly mismatch: string
  }
  /** Whether a token can move this way. */
  serves(asset: Asset): boolean
  /** What a payer must know beside the amount: goes into `extra`. */
  extra(asset: Asset): JsonObject
  /** Checks what needs no chain: shape, payee, token, amount. */
  read(payload: JsonObject, terms: Terms): Read
}

/** Chooses the scheme that requirements speak of. */
export function findScheme(
  schemes: readonly Scheme[],
  { scheme, extra }: { readonly scheme: string; readonly extra?: JsonObject | undefined },
): Scheme | undefined {
  const named = schemes.filter(({ name }) => name === scheme)
  const method = extra?.assetTransferMethod
  return method === undefined || method === null
    ? (named.find((candidate) => candidate.method === undefined) ?? named[0])
    : named.find((candidate) => (candidate.method ?? defaultMethod) === method)
}

/** How `exact` moves money where nothing is said. */
const defaultMethod = 'eip3009'
