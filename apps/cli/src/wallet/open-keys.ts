/** The keystore of the home folder, which no node is needed for: keys never travel over HTTP. */

import type { Keystore, KeystoreFiles } from '@salp/wallet'
import type { Invocation } from '../invocation.js'
import { type PassphraseOptions, passphraseSource } from './passphrase.js'

/** Where passphrases come from: the one there is, and the one to be. */
export interface KeyOptions {
  readonly passphraseFile?: string | undefined
  readonly passphraseCommand?: string | undefined
  readonly newPassphraseFile?: string | undefined
  readonly newPassphraseCommand?: string | undefined
}

/** Opens it. What it needs is loaded here and not at the start of the program, which other commands would pay for. */
export async function openKeys(
  invocation: Invocation,
  options: KeyOptions,
): Promise<{ readonly keystore: Keystore; readonly files: KeystoreFiles }> {
  const [{ createKeystore }, { openKeystoreFolder }] = await Promise.all([
    import('@salp/wallet'),
    import('@salp/wallet/node'),
  ])
  const files = openKeystoreFolder(invocation.home.keystore)
  const now: PassphraseOptions = { file: options.passphraseFile, command: options.passphraseCommand }
  const next: PassphraseOptions = { file: options.newPassphraseFile, command: options.newPassphraseCommand }
  const [current, changed] = await Promise.all([passphraseSource(invocation, now), passphraseSource(invocation, next)])
  const keystore = createKeystore({
    files,
    scryptCost: invocation.io.scryptCost,
    passphrase: (request, waiting) => (request.purpose === 'change' ? changed : current)(request, waiting),
  })
  return { keystore, files }
}
