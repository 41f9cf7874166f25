/** Commands of `salp wallet` that work on the keystore of the home folder, with or without a node. */

import { join } from 'node:path'
import type { KeystoreEntry, Secret } from '@salp/wallet'
import { type Command, Option } from 'commander'
import { type Invocation, note, print } from '../invocation.js'
import { renderFields } from '../render/fields.js'
import { openKeys } from '../wallet/open-keys.js'
import { readSecret } from '../wallet/read-secret.js'
import type { ToAction } from './action.js'
import { keystoreName } from './values.js'

interface KeystoreOptions {
  readonly name: string
  readonly passphraseFile?: string
  readonly passphraseCommand?: string
}

/** Adds the commands. */
export function addKeyCommands(wallet: Command, toAction: ToAction): void {
  const keyCommand = (name: string, about: string): Command =>
    wallet
      .command(name)
      .description(about)
      .option('--name <name>', 'which keystore; a node uses "main"', keystoreName, 'main')
      .addOption(
        new Option('--passphrase-file <path>', 'read the passphrase from a file, and ask nobody').conflicts(
          'passphraseCommand',
        ),
      )
      .option('--passphrase-command <command>', 'read it from what a program prints, run without a shell')

  keyCommand('create', 'make a new wallet, encrypted under a passphrase').action(
    toAction(async (invocation, options: KeystoreOptions) => {
      const { keystore } = await openKeys(invocation, options)
      printEntry(invocation, await keystore.create(options.name, { signal: invocation.signal }), [
        'Write its recovery phrase down: salp wallet reveal. Without it, a lost file or passphrase is lost money',
      ])
    }),
  )

  keyCommand('import', 'take over a wallet: its recovery phrase or private key, asked for or on standard input').action(
    toAction(async (invocation, options: KeystoreOptions) => {
      const { keystore, files } = await openKeys(invocation, options)
      // Said before a secret is asked for in vain.
      const { KeystoreError } = await import('@salp/wallet')
      if ((await files.names()).includes(options.name)) throw new KeystoreError('exists', options.name)
      const secret = await readSecret(invocation)
      printEntry(invocation, await keystore.import(options.name, secret, { signal: invocation.signal }))
    }),
  )

  keyCommand('reveal', 'show the recovery phrase or the private key, to be written down').action(
    toAction(async (invocation, options: KeystoreOptions) => {
      const { keystore } = await openKeys(invocation, options)
      if (!invocation.json)
        note(
          invocation,
          invocation.styles.stderr.paint.yellow(
            'Whoever sees what comes next can take the money. Write it on paper; no photo, no cloud, no chat.',
          ),
        )
      const secret = await keystore.reveal(options.name, { signal: invocation.signal })
      print(invocation, secret, (shown) => renderSecret(shown, invocation.io.stdout.isTTY === true))
    }),
  )

  keyCommand('passphrase', 'change the passphrase')
    .addOption(
      new Option('--new-passphrase-file <path>', 'read the new one from a file').conflicts('newPassphraseCommand'),
    )
    .option('--new-passphrase-command <command>', 'read the new one from what a program prints')
    .action(
      toAction(
        async (
          invocation,
          options: KeystoreOptions & { newPassphraseFile?: string; newPassphraseCommand?: string },
        ) => {
          const { keystore } = await openKeys(invocation, options)
          await keystore.changePassphrase(options.name, { signal: invocation.signal })
          print(invocation, { changed: options.name }, ({ changed }) => `Changed the passphrase of "${changed}"`)
        },
      ),
    )
}

/** Prints what was made, and says what comes next. */
function printEntry(invocation: Invocation, entry: KeystoreEntry, next: readonly string[] = []): void {
  print(invocation, entry, ({ name, address }, style) =>
    renderFields(
      [
        ['Wallet', name],
        ['Address', address],
        ['File', join(invocation.home.keystore, `${name}.json`)],
      ],
      style,
    ),
  )
  if (invocation.json) return
  const open = 'So that a node opens it, set wallet.passphraseFile or wallet.passphraseCommand, and start it again'
  for (const line of [...next, open]) note(invocation, line)
}

/** A phrase for a person is numbered, four words a line; for a program it is one line. */
function renderSecret(secret: Secret, numbered: boolean): string {
  if (secret.type === 'key') return secret.privateKey
  if (!numbered) return secret.phrase
  const words = secret.phrase.split(' ').map((word, index) => `${String(index + 1).padStart(2)} ${word.padEnd(9)}`)
  return Array.from({ length: Math.ceil(words.length / 4) }, (_, row) =>
    words
      .slice(4 * row, 4 * row + 4)
      .join('  ')
      .trimEnd(),
  ).join('\n')
}
