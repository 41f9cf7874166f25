/** Keys at rest: encrypted under a passphrase, in the format other wallets read. */

import { SalpError } from '@salp/core'
import { decryptKeystoreJson, encryptKeystoreJson, HDNodeWallet, isError, Mnemonic, randomBytes } from 'ethers'
import { z } from 'zod'
import type { Sign } from './curve.js'
import { type Address, parseAddress } from './hex.js'
import { accountPath, createKeyring, type Keyring, readKey, readPhrase, type Secret } from './keyring.js'

/** Where keystores lie; `openKeystoreFolder` of `@salp/wallet/node` keeps them as files. */
export interface KeystoreFiles {
  names(): Promise<string[]>
  read(name: string): Promise<string | undefined>
  /** Writes all or nothing. @returns Whether it was written: with `replace: false` not where `name` is taken. */
  write(name: string, text: string, options: { readonly replace: boolean }): Promise<boolean>
}

/** Asks whoever knows for a passphrase: a prompt, a keychain, a file. */
export type PassphraseSource = (
  request: { readonly name: string; readonly purpose: 'create' | 'open' | 'change' },
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<string>

/** What a keystore asks of the application. */
export interface KeystoreDeps {
  readonly files: KeystoreFiles
  readonly passphrase: PassphraseSource
  /** Cost of guessing a passphrase: the N of scrypt, with r 8 and p 1; a power of two. @defaultValue `131072` */
  readonly scryptCost?: number | undefined
  /** Signs for the accounts that are opened. @defaultValue JavaScript's */
  readonly sign?: Sign | undefined
}

/** What may be known of a keystore without its passphrase. */
export interface KeystoreEntry {
  readonly name: string
  /** Address of account 0. */
  readonly address: Address
}

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** Creates, opens and changes encrypted keystores. */
export interface Keystore {
  /** Makes a new secret of 128 bits and stores it. @throws {@link KeystoreError} (`wallet/keystore-exists`). */
  create(name: string, options?: Waiting): Promise<KeystoreEntry>
  /** Stores a secret from elsewhere. @throws {@link KeystoreError} (`wallet/keystore-exists`). */
  import(name: string, secret: Secret, options?: Waiting): Promise<KeystoreEntry>
  /**
   * Decrypts a keystore, in about a second.
   *
   * @throws {@link PassphraseError} (`wallet/passphrase`) if the passphrase is wrong.
   * @throws {@link KeystoreError} (`wallet/keystore-missing`, `wallet/keystore-corrupt`).
   */
  open(name: string, options?: Waiting): Promise<Keyring>
  /** Shows the secret, for its owner to write down; asks for the passphrase anew. */
  reveal(name: string, options?: Waiting): Promise<Secret>
  /** Encrypts under another passphrase. Until that is written whole, the old file stands. */
  changePassphrase(name: string, options?: Waiting): Promise<void>
  list(): Promise<KeystoreEntry[]>
}

/** Highest cost that a file may ask for: N · r of scrypt, of which 128 bytes each are memory. */
const maxCost = 2 ** 23

const kdfSchema = z
  .object({ n: z.int().positive(), r: z.int().positive(), p: z.int().min(1).max(16), dklen: z.literal(32) })
  .refine(({ n, r }) => n * r <= maxCost)

/** The parts of Web3 Secret Storage version 3 that say whether ethers can be trusted with the rest. */
const fileSchema = z.looseObject({
  address: z.string(),
  version: z.literal(3),
  Crypto: z.looseObject({ kdf: z.literal('scrypt'), kdfparams: z.looseObject(kdfSchema.shape) }),
})

/**
 * Creates a keystore over files.
 *
 * A file is Web3 Secret Storage version 3 (scrypt, AES-128-CTR, Keccak MAC) of account 0, as other wallets read it; the
 * entropy of the phrase lies beside it, encrypted likewise, as ethers writes it. New secrets come from the runtime's
 * cryptographic generator, which is not an argument: a secret from a generator that a caller can fix is no secret.
 */
export function createKeystore({ files, passphrase, scryptCost = 131_072, sign }: KeystoreDeps): Keystore {
  const seal = async (secret: Secret, password: string): Promise<string> => {
    if (password === '') throw new PassphraseError('it is empty')
    return encryptKeystoreJson(toStored(secret), password, { scrypt: { N: scryptCost, r: 8, p: 1 } })
  }
  const load = async (name: string): Promise<{ text: string; address: Address }> => {
    const text = await files.read(name)
    if (text === undefined) throw new KeystoreError('missing', name)
    return { text, address: readFile(name, text).address }
  }
  const add: Keystore['import'] = async (name, secret, { signal } = {}) => {
    const { address } = createKeyring(secret).account()
    if ((await files.read(name)) !== undefined) throw new KeystoreError('exists', name)
    const text = await seal(secret, await passphrase({ name, purpose: 'create' }, { signal }))
    signal?.throwIfAborted()
    if (!(await files.write(name, text, { replace: false }))) throw new KeystoreError('exists', name)
    return { name, address }
  }
  const reveal: Keystore['reveal'] = async (name, { signal } = {}) => {
    const { text, address } = await load(name)
    const secret = await unseal(name, text, await passphrase({ name, purpose: 'open' }, { signal }))
    if (createKeyring(secret).account().address !== address) throw new KeystoreError('corrupt', name)
    return secret
  }
  return {
    import: add,
    reveal,
    create: (name, options) =>
      add(name, { type: 'phrase', phrase: Mnemonic.fromEntropy(randomBytes(16)).phrase }, options),
    open: async (name, options) => createKeyring(await reveal(name, options), { sign }),
    async changePassphrase(name, { signal } = {}) {
      const secret = await reveal(name, { signal })
      const text = await seal(secret, await passphrase({ name, purpose: 'change' }, { signal }))
      signal?.throwIfAborted()
      await files.write(name, text, { replace: true })
    },
    async list() {
      const names = (await files.names()).sort()
      return Promise.all(names.map(async (name) => ({ name, address: (await load(name)).address })))
    },
  }
}

function toStored(secret: Secret): Parameters<typeof encryptKeystoreJson>[0] {
  if (secret.type === 'key') {
    const key = readKey(secret.privateKey)
    return { address: createKeyring(secret).account().address, privateKey: key.privateKey }
  }
  const mnemonic = readPhrase(secret.phrase)
  const { address, privateKey } = HDNodeWallet.fromMnemonic(mnemonic, accountPath(0))
  return { address, privateKey, mnemonic: { entropy: mnemonic.entropy, path: accountPath(0), locale: 'en' } }
}

/** Checks the form of a file, and that it asks for no more work than is sane. */
function readFile(name: string, text: string): { address: Address } {
  try {
    const raw: unknown = JSON.parse(text)
    // Both spellings of the key are in use; the one that stands is checked.
    const crypto = typeof raw === 'object' && raw !== null && 'crypto' in raw ? { Crypto: raw.crypto } : {}
    const { address, Crypto } = fileSchema.parse({ ...(raw as object), ...crypto })
    kdfSchema.parse(Crypto.kdfparams)
    return { address: parseAddress(address.startsWith('0x') ? address : `0x${address}`) }
  } catch {
    throw new KeystoreError('corrupt', name)
  }
}

async function unseal(name: string, text: string, password: string): Promise<Secret> {
  try {
    const { privateKey, mnemonic } = await decryptKeystoreJson(text, password)
    if (mnemonic === undefined) return { type: 'key', privateKey }
    if (mnemonic.path !== accountPath(0) || mnemonic.locale !== 'en') throw new KeystoreError('corrupt', name)
    return { type: 'phrase', phrase: Mnemonic.fromEntropy(mnemonic.entropy).phrase }
  } catch (error) {
    // No cause: what ethers throws may quote what it was given.
    if (isError(error, 'INVALID_ARGUMENT') && error.argument === 'password') throw new PassphraseError('it is wrong')
    throw new KeystoreError('corrupt', name)
  }
}

/** A passphrase that does not open the keystore, or may not close one. */
export class PassphraseError extends SalpError {
  constructor(why: string) {
    super('wallet/passphrase', `Cannot use the passphrase: ${why}`)
  }
}

const conditions = {
  exists: 'a keystore of that name is there already; choose another name',
  missing: 'there is none of that name',
  corrupt: 'its file is damaged or not of a kind known here; restore a backup, or import the recovery phrase',
} as const

/** A keystore that cannot be used; `code` tells why: `wallet/keystore-exists`, `-missing` or `-corrupt`. */
export class KeystoreError extends SalpError {
  readonly keystore: string
  constructor(condition: keyof typeof conditions, keystore: string) {
    super(`wallet/keystore-${condition}`, `Cannot use the keystore "${keystore}": ${conditions[condition]}`)
    this.keystore = keystore
  }
}
