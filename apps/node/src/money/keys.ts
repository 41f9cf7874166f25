/** The keystore of a node: opened as the settings say, made where money is worth nothing. */

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SalpError } from '@salp/core'
import { createKeystore, type Keyring, type PassphraseSource, type Sign } from '@salp/wallet'
import { openKeystoreFolder, passphraseCommand, passphraseFile } from '@salp/wallet/node'
import type { Settings } from '../settings.js'

/** Keys, or why there are none. */
export type Keys =
  | { readonly status: 'open'; readonly keyring: Keyring }
  | { readonly status: 'none' | 'locked'; readonly detail: string }

/**
 * Opens the wallet's keystore, in about a second.
 *
 * On a development chain one is made where there is none, under a passphrase that lies beside it: its money is worth
 * nothing. Anywhere else its owner makes it, and says where the passphrase comes from.
 */
export async function openKeys(
  folder: string,
  { name, chain, passphraseFile: file, passphraseCommand: command }: Settings['wallet'],
  { sign, signal }: { readonly sign: Sign; readonly signal: AbortSignal },
): Promise<Keys> {
  const beside = join(folder, 'development.passphrase')
  const development = chain === 'local' && file === undefined && command === undefined
  const passphrase: PassphraseSource | undefined =
    file !== undefined
      ? passphraseFile(file)
      : command !== undefined
        ? passphraseCommand(command)
        : development
          ? passphraseFile(beside)
          : undefined
  const files = openKeystoreFolder(folder)
  if (passphrase === undefined) {
    const made = (await files.names()).includes(name)
    return made
      ? {
          status: 'locked',
          detail: 'Say where its passphrase comes from: wallet.passphraseFile or wallet.passphraseCommand',
        }
      : { status: 'none', detail: 'Make one: salp wallet create' }
  }
  const keystore = createKeystore({ files, passphrase, sign })
  try {
    if (development && !(await files.names()).includes(name)) {
      if (!existsSync(beside)) writeFileSync(beside, randomBytes(24).toString('base64url'), { mode: 0o600 })
      await keystore.create(name, { signal })
    }
    return { status: 'open', keyring: await keystore.open(name, { signal }) }
  } catch (error) {
    if (SalpError.is(error, 'wallet/keystore-missing'))
      return { status: 'none', detail: 'Make one: salp wallet create' }
    if (SalpError.is(error) && error.code.startsWith('wallet/')) return { status: 'locked', detail: error.message }
    throw error
  }
}
