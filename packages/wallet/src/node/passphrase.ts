/** Where passphrases come from: a terminal, a program that keeps secrets, a file. None of them is ever logged. */

import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { PassphraseError, type PassphraseSource } from '../keystore.js'

/** Longest passphrase, in bytes. */
const maxBytes = 4_096

/** Keys that are no text, as terminals send them. */
const arrowsAndTheLike = new RegExp(`${String.fromCharCode(27)}(?:\\[[0-9;]*[A-Za-z~]|O.)`, 'g')

/** A terminal, as `process.stdin` and `process.stderr` are one. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean | undefined; setRawMode?(mode: boolean): unknown }
  readonly output: Writable
}

/**
 * Asks at the terminal, showing nothing of what is typed; twice where a passphrase is set.
 *
 * @throws {@link PassphraseError} (`wallet/passphrase`) from its calls without a terminal, if the two differ, and on Ctrl-C.
 */
export function promptPassphrase(
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): PassphraseSource {
  return async ({ name, purpose }, { signal }) => {
    const ask = (question: string): Promise<string> => readHidden({ input, output }, question, signal)
    if (purpose === 'open') return ask(`Passphrase of the keystore "${name}": `)
    const passphrase = await ask(`New passphrase of the keystore "${name}": `)
    if ((await ask('The same again: ')) !== passphrase) throw new PassphraseError('the two are not the same')
    return passphrase
  }
}

/**
 * Asks a program, such as that of a keychain; what it prints, without one line end, is the passphrase.
 *
 * @param argv - The program and its arguments; no shell reads them.
 * @throws {@link PassphraseError} (`wallet/passphrase`) from its calls if it fails, or takes longer than `timeoutMs` (default 60 000).
 */
export function passphraseCommand(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs = 60_000 }: { readonly timeoutMs?: number | undefined } = {},
): PassphraseSource {
  return (_, { signal }) =>
    new Promise((resolve, reject) => {
      const options = { timeout: timeoutMs, maxBuffer: maxBytes, windowsHide: true, encoding: 'utf8' as const }
      // What it printed may be the passphrase, and what went wrong may quote it: neither goes further.
      const child = execFile(program, args, { ...options, ...(signal && { signal }) }, (error, printed) => {
        if (signal?.aborted) reject(signal.reason)
        else if (error !== null) reject(new PassphraseError(`the command "${program}" failed or took too long`))
        else resolve(withoutLineEnd(printed))
      })
      child.stdin?.end()
    })
}

/**
 * Reads a file; one line end is not part of the passphrase.
 *
 * @throws {@link PassphraseError} (`wallet/passphrase`) from its calls if it cannot be read, is too long, or others than its owner may read it.
 */
export function passphraseFile(path: string): PassphraseSource {
  return async (_, { signal }) => {
    signal?.throwIfAborted()
    const file = await open(path, 'r').catch(() => {
      throw new PassphraseError(`the file "${path}" cannot be read`)
    })
    try {
      const { mode, size } = await file.stat()
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new PassphraseError(`others may read the file "${path}"; run chmod 600 on it`)
      }
      if (size > maxBytes) throw new PassphraseError(`the file "${path}" is longer than ${maxBytes} bytes`)
      return withoutLineEnd(await file.readFile('utf8'))
    } finally {
      await file.close()
    }
  }
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

/** Reads a line in raw mode, so that the terminal echoes nothing. */
function readHidden({ input, output }: Terminal, question: string, signal: AbortSignal | undefined): Promise<string> {
  if (input.isTTY !== true || input.setRawMode === undefined) {
    throw new PassphraseError('there is no terminal to ask at; use a file or a command')
  }
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const typed: string[] = []
  const take = (chunk: unknown): void => {
    for (const key of String(chunk).replace(arrowsAndTheLike, '')) {
      if (key === '\r' || key === '\n' || key === '\x04') resolve(typed.join(''))
      else if (key === '\x03') reject(new PassphraseError('the question was left'))
      else if (key === '\x7f' || key === '\b') typed.pop()
      else if (key >= ' ' && typed.length < maxBytes) typed.push(key)
    }
  }
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  output.write(question)
  input.setRawMode(true)
  input.on('data', take)
  input.resume()
  return promise.finally(() => {
    signal?.removeEventListener('abort', abort)
    input.off('data', take)
    input.pause()
    input.setRawMode?.(false)
    output.write('\n')
  })
}
