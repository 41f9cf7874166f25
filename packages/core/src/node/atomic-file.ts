/** Files that are there whole or not at all. */

import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file beside its place, and puts it there once it is on disk. What stood there stays until then; of two that write at
 * once the later one stays.
 *
 * @param options.mode - Permissions of the file. @defaultValue what the process gives
 * @throws What the file system says; then nothing is left beside.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  { mode }: { readonly mode?: number | undefined } = {},
): Promise<void> {
  const folder = dirname(path)
  const beside = join(folder, `.${basename(path).slice(0, 100)}.${randomUUID()}.partial`)
  try {
    await writeFileDurably(beside, content, { mode })
    await rename(beside, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Writes a file and waits until it is on disk. @throws What the file system says. */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  { mode }: { readonly mode?: number | undefined } = {},
): Promise<void> {
  const file = await open(path, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder last, such as a rename; does nothing on Windows, which has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
