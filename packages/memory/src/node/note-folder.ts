/** A folder of notes on disk. */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { type NoteFolder, WikiError } from '../wiki/wiki.js'

/**
 * Opens the folder at `path`, creating it if need be.
 *
 * Notes are the `.md` files in it and below; hidden files and folders, `node_modules` and links are passed over. A note is
 * written beside its place and moved there, so that nobody ever reads half of one.
 *
 * @throws {@link WikiError} (`memory/wiki-note`) from `read` if a note is not UTF-8.
 */
export async function openNoteFolder(path: string): Promise<NoteFolder> {
  const root = resolve(path)
  await mkdir(root, { recursive: true })

  const list = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    const found = await Promise.all(
      entries.map(async (entry) => {
        if (entry.name.startsWith('.') || entry.name === 'node_modules') return []
        const below = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) return list(below)
        return entry.isFile() && entry.name.toLowerCase().endsWith('.md') ? [below] : []
      }),
    )
    return found.flat()
  }

  const inside = (note: string): string => {
    const file = resolve(root, note)
    if (!file.startsWith(root + sep)) throw new WikiError('memory/wiki-note', `"${note}" lies outside of the folder`)
    return file
  }

  const read = async (note: string): Promise<string | undefined> => {
    const bytes = await readFile(inside(note)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (bytes === undefined) return undefined
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch (cause) {
      throw new WikiError('memory/wiki-note', `"${note}" is not UTF-8`, { cause })
    }
  }

  return {
    list: async () => (await list('')).sort(),
    async read(note) {
      const { mtimeMs } = await stat(inside(note))
      return { text: (await read(note)) ?? '', at: mtimeMs }
    },
    async write(note, text, expected) {
      if ((await read(note)) !== expected) return false
      const file = inside(note)
      if (text === undefined) {
        await rm(file, { force: true })
        return true
      }
      await mkdir(dirname(file), { recursive: true })
      const draft = join(dirname(file), `.${createHash('sha256').update(file).digest('hex').slice(0, 16)}.draft`)
      try {
        await writeFile(draft, text)
        await rename(draft, file)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      return true
    },
  }
}
