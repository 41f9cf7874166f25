/** Who signed: a key, or a contract that says so. */

import { dataSlice, getBytes, Interface, keccak256 } from 'ethers'
import { plainCurve, type Recover } from './curve.js'
import type { Address, Hex } from './hex.js'
import { hashTypedData, type TypedData } from './typed-data.js'

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** What a verifier asks of the chain. Whatever hinders an answer is thrown: a verifier that cannot ask refuses. */
export interface ContractCaller {
  /** Code at an address; `0x` for none. */
  code(address: Address, options: Waiting): Promise<Hex>
  /** What a read-only call returns; `undefined` if it reverts. */
  call(request: { readonly to: Address; readonly data: Hex }, options: Waiting): Promise<Hex | undefined>
}

/** Whether a signature holds, and why. */
export type Verification =
  | {
      readonly status: 'valid'
      /** Whose word it is: the key's, or that of the contract at the address. */
      readonly by: 'key' | 'contract'
      /** One form for all that mean the same: 27 or 28 at the end of a key's. Compare and store this one. */
      readonly signature: Hex
    }
  | {
      readonly status: 'invalid'
      /** `malformed`: neither a key's nor a contract's. `high-s`: the twin of another signature. `signer`: not by that address. `counterfactual`: ERC-6492, whose contract is not there yet. */
      readonly reason: 'malformed' | 'high-s' | 'signer' | 'counterfactual'
    }

/** Most bytes of a signature that is handed to a contract. */
const maxSignatureBytes = 8_192

const erc6492Suffix = '6492'.repeat(16)
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
const order = 2n * halfOrder + 1n
const erc1271 = new Interface(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
const magicValue = `0x1626ba7e${'0'.repeat(56)}`

/**
 * Tells whether `signer` signed `data`.
 *
 * The hash is made from the domain given here, so a signature for another chain, token, name or version is of another
 * signer, and invalid. Without code at the address the key decides; with code the contract does (ERC-1271); where the
 * code is a delegation (ERC-7702), either. Whether the token agrees shows when the transfer is simulated.
 *
 * @param data - Built from terms of one's own, not from what came with the signature.
 * @param deps - Without `chain`, only keys can sign. `recover` is JavaScript's unless a faster one is given.
 * @throws What `chain` throws, the signal's reason among it.
 */
export async function verifyTypedData(
  data: TypedData,
  { signer, signature }: { readonly signer: Address; readonly signature: string },
  options: VerifyOptions = {},
): Promise<Verification> {
  return verifyHash(hashTypedData(data), { signer, signature }, options)
}

/** What helps to verify. */
export interface VerifyOptions {
  /** Without it, only keys can sign. */
  readonly chain?: ContractCaller | undefined
  /** Finds who signed. @defaultValue in JavaScript */
  readonly recover?: Recover | undefined
  readonly signal?: AbortSignal | undefined
}

/** As {@link verifyTypedData}, for a hash that the caller made of terms of its own. */
export async function verifyHash(
  hash: Hex,
  { signer, signature }: { readonly signer: Address; readonly signature: string },
  { chain, recover = plainCurve.recover, signal }: VerifyOptions = {},
): Promise<Verification> {
  if (!isBytes(signature)) return { status: 'invalid', reason: 'malformed' }
  if (signature.toLowerCase().endsWith(erc6492Suffix)) return { status: 'invalid', reason: 'counterfactual' }
  const byKey = verifyKey(hash, signer, signature, recover)
  if (chain === undefined) return byKey
  const code = await chain.code(signer, { signal })
  if (code === '0x') return byKey
  const returned = await chain.call({ to: signer, data: askContract(hash, signature) }, { signal })
  if (returned?.toLowerCase() === magicValue) return { status: 'valid', by: 'contract', signature }
  return isDelegation(code) ? byKey : { status: 'invalid', reason: 'signer' }
}

function askContract(hash: Hex, signature: Hex): Hex {
  return erc1271.encodeFunctionData('isValidSignature', [hash, signature]) as Hex
}

function isBytes(text: string): text is Hex {
  return text.length <= 2 + 2 * maxSignatureBytes && /^0x(?:[0-9a-fA-F]{2})+$/.test(text)
}

/** ERC-7702: an account with a key of its own that runs the code of another. */
function isDelegation(code: Hex): boolean {
  return /^0xef0100[0-9a-f]{40}$/i.test(code)
}

/** Recovers the signer of a hash from 65 bytes: r, s, and 27 or 28, for which 0 and 1 are taken too. */
function verifyKey(hash: Hex, signer: Address, signature: Hex, recover: Recover): Verification {
  if (signature.length !== 132) return { status: 'invalid', reason: 'malformed' }
  const [r, s] = [BigInt(dataSlice(signature, 0, 32)), BigInt(dataSlice(signature, 32, 64))]
  const last = Number(dataSlice(signature, 64))
  const v = last < 27 ? last + 27 : last
  if (r === 0n || r >= order || s === 0n || s >= order || (v !== 27 && v !== 28)) {
    return { status: 'invalid', reason: 'malformed' }
  }
  if (s > halfOrder) return { status: 'invalid', reason: 'high-s' }
  const canonical = `${signature.slice(0, 130).toLowerCase()}${v.toString(16)}` as Hex
  const key = recover(getBytes(hash), { bytes: getBytes(dataSlice(signature, 0, 64)), parity: v === 27 ? 0 : 1 })
  return key !== undefined && addressOf(key) === signer.toLowerCase()
    ? { status: 'valid', by: 'key', signature: canonical }
    : { status: 'invalid', reason: 'signer' }
}

/** The address of a public key of 65 bytes, in lower case. */
function addressOf(publicKey: Uint8Array): string {
  return dataSlice(keccak256(publicKey.subarray(1)), 12)
}
