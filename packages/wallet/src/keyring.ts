/** Accounts that sign, with their keys out of reach. */

import { SalpError } from '@salp/core'
import {
  computeAddress,
  getBytes,
  HDNodeWallet,
  hexlify,
  Mnemonic,
  Signature,
  SigningKey,
  Transaction,
  type TransactionLike,
} from 'ethers'
import { plainCurve, type Sign } from './curve.js'
import { type Address, type Hex, parseAddress } from './hex.js'
import { hashTypedData, type TypedData } from './typed-data.js'

/** Signs for one address. Holds its key in a closure: no property, log line or JSON of it shows the key. */
export interface Account {
  readonly address: Address
  /** Signs by EIP-712. @returns 65 bytes: r, s in the lower half, v 27 or 28. */
  signTypedData(data: TypedData): Hex
  /** Signs a transaction of type 2. @returns Its bytes, ready to send. @throws RangeError without a chain id. */
  signTransaction(transaction: TransactionLike): Hex
}

/** Accounts of one secret, by index: `m/44'/60'/0'/0/index`. */
export interface Keyring {
  /**
   * Derives an account.
   *
   * @param index - 0 to 2^31 - 1. @defaultValue `0`
   * @throws RangeError for another index, or for any but 0 where a single key was imported.
   */
  account(index?: number): Account
}

/** A secret to make accounts of. Borrow it shortly: text cannot be wiped from memory. */
export type Secret =
  | { readonly type: 'phrase'; readonly phrase: string }
  | { readonly type: 'key'; readonly privateKey: string }

/** Path of the accounts, by BIP-44 for coin type 60. */
export const accountPath = (index: number): string => `m/44'/60'/0'/0/${index}`

/**
 * Creates a keyring from a BIP-39 phrase of English words, without an extra passphrase, or from one private key.
 *
 * @param options - `sign` is JavaScript's unless a faster one is given.
 * @throws {@link SecretError} (`wallet/secret`) if the phrase or the key is not valid; the error does not repeat it.
 */
export function createKeyring(
  secret: Secret,
  { sign = plainCurve.sign }: { readonly sign?: Sign | undefined } = {},
): Keyring {
  if (secret.type === 'key') {
    const account = accountOf(readKey(secret.privateKey), sign)
    return {
      account(index = 0) {
        if (index !== 0) throw new RangeError(`Cannot derive account ${index}: the keyring holds a single key`)
        return account
      },
    }
  }
  const root = HDNodeWallet.fromMnemonic(readPhrase(secret.phrase), "m/44'/60'/0'/0")
  const accounts = new Map<number, Account>()
  return {
    account(index = 0) {
      if (!Number.isInteger(index) || index < 0 || index > 0x7fff_ffff) {
        throw new RangeError(`Cannot derive account ${index}: not an integer from 0 to 2^31 - 1`)
      }
      const known = accounts.get(index)
      if (known !== undefined) return known
      const account = accountOf(root.deriveChild(index).signingKey, sign)
      accounts.set(index, account)
      return account
    },
  }
}

function accountOf(key: SigningKey, sign: Sign): Account {
  const address = parseAddress(computeAddress(key))
  const privateKey = getBytes(key.privateKey)
  const signHash = (hash: string): Signature => {
    const { bytes, parity } = sign(getBytes(hash), privateKey)
    return Signature.from({ r: hexlify(bytes.subarray(0, 32)), s: hexlify(bytes.subarray(32)), yParity: parity })
  }
  return {
    address,
    signTypedData: (data) => signHash(hashTypedData(data)).serialized as Hex,
    signTransaction(fields) {
      const transaction = Transaction.from({ ...fields, type: 2 })
      if (transaction.chainId === 0n) throw new RangeError('Cannot sign the transaction: it names no chain')
      transaction.signature = signHash(transaction.unsignedHash)
      return transaction.serialized as Hex
    },
  }
}

/** Reads a phrase; spaces and letter case do not matter. What ethers throws would repeat it, and goes no further. */
export function readPhrase(phrase: string): Mnemonic {
  const words = phrase.trim().toLowerCase().split(/\s+/).join(' ')
  if (!Mnemonic.isValidMnemonic(words)) throw new SecretError('the recovery phrase')
  return Mnemonic.fromPhrase(words)
}

/** Reads a private key. */
export function readKey(privateKey: string): SigningKey {
  if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey)) throw new SecretError('the private key')
  try {
    const key = new SigningKey(privateKey)
    // Zero and what is not below the order of the curve show only here.
    void key.publicKey
    return key
  } catch {
    throw new SecretError('the private key')
  }
}

/** A phrase or a key that is not valid. Carries neither, nor a cause, which might. */
export class SecretError extends SalpError {
  constructor(what: string) {
    super('wallet/secret', `Cannot use ${what}: it is not valid. Check each word or digit`)
  }
}
