/** Folders that are there whole or not at all. */

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder, writeFileDurably } from '@salp/core/node'

/** Writes the files of a new folder beside its place, and puts it there once all are on disk. */
export async function writeFolderAtomically(path: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const partial = `${path}.partial`
  await rm(partial, { recursive: true, force: true })
  try {
    await mkdir(partial, { recursive: true })
    for (const [name, bytes] of Object.entries(files)) await writeFileDurably(join(partial, name), bytes)
    await syncFolder(partial)
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** Names in a folder, sorted; none if it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
