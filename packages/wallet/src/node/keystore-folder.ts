/** Keystores as files of one folder. */

import { scrypt as deriveKey, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder, writeFileDurably } from '@salp/core/node'
import { scrypt } from 'ethers'
import type { KeystoreFiles } from '../keystore.js'

const namePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/

/**
 * Opens a folder of keystores, made when first written to; folder and files are their owner's alone.
 *
 * Passphrases become keys in a thread of the runtime from here on, for every keystore of the process: what ethers brings for
 * that stops everything else for a second and leaves 128 MiB to be collected.
 *
 * A file is written beside, flushed to disk, and takes its name in one step: a crash leaves the old one, or none.
 *
 * @throws RangeError from its calls for a name that is not 1 to 64 of a–z, 0–9, `_` and `-`.
 */
export function openKeystoreFolder(path: string): KeystoreFiles {
  scrypt.register(nativeScrypt)
  const fileOf = (name: string): string => {
    if (!namePattern.test(name)) throw new RangeError(`Cannot name a keystore "${name}": use a-z, 0-9, _ and -`)
    return join(path, `${name}.json`)
  }
  return {
    async names() {
      const files = await unlessMissing(readdir(path))
      return (files ?? []).flatMap((file) => {
        const name = file.replace(/\.json$/, '')
        return name !== file && namePattern.test(name) ? [name] : []
      })
    },
    read: async (name) => unlessMissing(readFile(fileOf(name), 'utf8')),
    async write(name, text, { replace }) {
      const target = fileOf(name)
      await mkdir(path, { recursive: true, mode: 0o700 })
      const beside = join(path, `.${name}-${randomUUID()}`)
      try {
        await writeFileDurably(beside, text, { mode: 0o600 })
        if (replace) await rename(beside, target)
        else if (!(await linked(beside, target))) return false
        await syncFolder(path)
        return true
      } finally {
        await rm(beside, { force: true })
      }
    },
  }
}

/** Memory beyond the blocks. */
const spareBytes = 2 ** 20

const nativeScrypt: typeof scrypt._ = (password, salt, N, r, p, length) =>
  new Promise((resolve, reject) => {
    const maxmem = 128 * r * (N + p) + spareBytes
    deriveKey(password, salt, length, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })

/** Gives a file a second name, unless that is taken. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
