/** Structured data that is signed, by EIP-712. */

import { concat, keccak256, TypedDataEncoder } from 'ethers'
import type { Address, Hex } from './hex.js'

/** What a signature is good for: one contract on one chain, or a purpose of its own. */
export interface TypedDataDomain {
  readonly name: string
  /** Left out by contracts that have none, such as Permit2. */
  readonly version?: string | undefined
  readonly chainId: number
  /** Left out where no contract is to check it, as with receipts. */
  readonly verifyingContract?: Address | undefined
}

/** A member of a struct. */
export interface TypedDataMember {
  readonly name: string
  /** `address`, `uint256`, `bytes32`, … or a struct of {@link TypedData.structs}. */
  readonly type: string
}

/** A value of a member: text, a number, or the members of a struct. */
export type TypedDataValue = string | bigint | { readonly [member: string]: TypedDataValue }

/** A message of one struct type. */
export interface TypedData {
  readonly domain: TypedDataDomain
  readonly primaryType: string
  /** Members of the struct, in the order that is hashed. Give the same array each time: what follows from it is kept by it. */
  readonly members: readonly TypedDataMember[]
  /** Structs that members are of, by name. */
  readonly structs?: Readonly<Record<string, readonly TypedDataMember[]>> | undefined
  readonly message: Readonly<Record<string, TypedDataValue>>
}

/** Domains whose hash is remembered; there are a few tokens on a few chains, but who asks names them. */
const maxDomains = 256

const encoders = new WeakMap<TypedData['members'], TypedDataEncoder>()
const separators = new Map<string, Hex>()

/** Hashes the domain and the message to the 32 bytes that are signed. */
export function hashTypedData(data: TypedData): Hex {
  return keccak256(concat(['0x1901', separatorOf(data.domain), encoderOf(data).hash(data.message)])) as Hex
}

/** The hash of a domain is a function of its text, so what is remembered of one never differs. */
function separatorOf({ name, version, chainId, verifyingContract }: TypedDataDomain): Hex {
  const key = JSON.stringify([name, version ?? null, chainId, verifyingContract ?? null])
  const known = separators.get(key)
  if (known !== undefined) return known
  const domain = {
    ...{ name, chainId },
    ...(version !== undefined && { version }),
    ...(verifyingContract !== undefined && { verifyingContract }),
  }
  const separator = TypedDataEncoder.hashDomain(domain) as Hex
  const [oldest] = separators.keys()
  if (separators.size >= maxDomains && oldest !== undefined) separators.delete(oldest)
  separators.set(key, separator)
  return separator
}

function encoderOf({ primaryType, members, structs = {} }: TypedData): TypedDataEncoder {
  const known = encoders.get(members)
  if (known?.primaryType === primaryType) return known
  const types = Object.entries({ ...structs, [primaryType]: members }).map(([name, fields]) => [name, [...fields]])
  const encoder = TypedDataEncoder.from(Object.fromEntries(types))
  if (encoder.primaryType !== primaryType) throw new RangeError(`Cannot hash ${primaryType}: another struct holds it`)
  encoders.set(members, encoder)
  return encoder
}
