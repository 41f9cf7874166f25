/** A recovery phrase or a private key, as people and other wallets write them. */

import { Readable } from 'node:stream'
import { text as readStream } from 'node:stream/consumers'
import type { Secret } from '@salp/wallet'
import { UsageError } from '../cli-errors.js'
import type { Invocation } from '../invocation.js'
import { askSecret } from './passphrase.js'

/** Reads what standard input holds, or asks for it where that is a terminal. Never from the command line: others see that. */
export async function readSecret(invocation: Invocation): Promise<Secret> {
  const { io } = invocation
  const text =
    io.stdin.isTTY === true
      ? await askSecret(invocation, 'Recovery phrase or private key', 'give it on standard input')
      : await readStream(Readable.from(io.stdin))
  if (text.trim() === '') throw new UsageError('There is nothing to import: give a recovery phrase or a private key')
  return parseSecret(text)
}

/** Tells a key of 64 hexadecimal digits from a phrase. Neither is checked. */
export function parseSecret(text: string): Secret {
  const words = text.trim().toLowerCase().split(/\s+/)
  const [, digits] = /^(?:0x)?([0-9a-f]{64})$/.exec(words.join(' ')) ?? []
  return digits === undefined ? { type: 'phrase', phrase: words.join(' ') } : { type: 'key', privateKey: `0x${digits}` }
}
