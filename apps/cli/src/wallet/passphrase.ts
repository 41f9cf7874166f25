/** Where the passphrase of a keystore comes from: a file, a program, or whoever sits at the terminal. */

import { resolve } from 'node:path'
import type { PassphraseSource } from '@salp/wallet'
import { CancelledError, UsageError } from '../cli-errors.js'
import type { Invocation } from '../invocation.js'
import { splitWords } from './split-words.js'

/** Where to look for it; nowhere means to ask. */
export interface PassphraseOptions {
  readonly file?: string | undefined
  /** A program with its arguments, which prints it. */
  readonly command?: string | undefined
}

/**
 * Gives the source that options name.
 *
 * The wallet's own prompt is not used: here Ctrl-C ends the command as it does everywhere, and other secrets are asked too.
 *
 * @returns A source that fails with `wallet/passphrase` where the file or the program does, `cli/usage` where nobody can
 * be asked, and `cli/cancelled` where whoever was asked left.
 */
export async function passphraseSource(
  invocation: Invocation,
  { file, command }: PassphraseOptions,
): Promise<PassphraseSource> {
  const { passphraseCommand, passphraseFile } = await import('@salp/wallet/node')
  if (file !== undefined) return passphraseFile(resolve(invocation.io.folder, file))
  if (command !== undefined) return passphraseCommand(splitWords(command))
  const ask = (what: string): Promise<string> =>
    askSecret(invocation, what, 'give --passphrase-file or --passphrase-command')
  return async ({ name, purpose }) => {
    if (purpose === 'open') return ask(`Passphrase of "${name}"`)
    const passphrase = await ask(`New passphrase of "${name}"`)
    if (passphrase !== (await ask('The same once more')))
      throw new UsageError('The two passphrases differ. Nothing was written')
    return passphrase
  }
}

/**
 * Asks for something that is not shown.
 *
 * @param instead - What else can be done where nobody can be asked.
 * @throws {@link UsageError} where nobody can be, {@link CancelledError} if they leave.
 */
export async function askSecret(
  { terminal, statusLine, signal }: Invocation,
  what: string,
  instead: string,
): Promise<string> {
  if (terminal === undefined)
    throw new UsageError(`Nobody can be asked here. Run the command in a terminal, or ${instead}`)
  statusLine.clear()
  const reply = await terminal.ask(`${what} › `, { hidden: true, signal })
  if (reply.type !== 'line') throw new CancelledError('Cancelled')
  return reply.text
}
