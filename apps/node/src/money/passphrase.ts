import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { PassphraseSource } from '@salp/wallet'
export const passphraseFile =
  (path: string): PassphraseSource =>
  async () =>
    (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
export const passphraseCommand =
  ([program = '', ...args]: readonly string[]): PassphraseSource =>
  async (_request, { signal }) =>
    (await promisify(execFile)(program, [...args], { signal, timeout: 60_000 })).stdout.replace(/\r?\n$/, '')
