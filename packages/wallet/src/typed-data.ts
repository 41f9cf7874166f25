/** Structured data that is signed, by EIP-712. */

import { TypedDataEncoder } from 'ethers'
import type { Address, Hex } from './hex.js'

/** What a signature is good for: one contract on one chain. */
export interface TypedDataDomain {
  readonly name: string
  readonly version: string
  readonly chainId: number
  readonly verifyingContract: Address
}

/** A message of one struct type, whose members are of elementary types. */
export interface TypedData {
  readonly domain: TypedDataDomain
  readonly primaryType: string
  /** Members of the struct, in the order that is hashed. */
  readonly members: readonly { readonly name: string; readonly type: 'address' | 'uint256' | 'bytes32' }[]
  readonly message: Readonly<Record<string, string | bigint>>
}

/** Hashes the domain and the message to the 32 bytes that are signed. */
export function hashTypedData({ domain, primaryType, members, message }: TypedData): Hex {
  return TypedDataEncoder.hash({ ...domain }, { [primaryType]: [...members] }, message) as Hex
}
