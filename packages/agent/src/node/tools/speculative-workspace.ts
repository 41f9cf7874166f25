/** A workspace whose changes can be tried: seen by who tries them, by nobody else until they are kept. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import type { Speculation, Speculator } from '../../speculation.js'
import { ToolError } from '../../tool.js'
import { type FileChange, hashOf, type Workspace, type WorkspaceEntry, type WorkspacePath } from './workspace.js'

/** What a trial has changed so far. */
interface Overlay {
  /** Where new bytes wait. */
  readonly folder: string
  /** By absolute path. */
  readonly files: Map<string, TriedFile>
}

interface TriedFile {
  readonly path: WorkspacePath
  /** Holds the new bytes; without it the file is deleted. */
  readonly staged: string | undefined
  readonly sizeBytes: number
  /** Hash of what stood there when it was first changed; without it there was nothing. */
  readonly before: string | undefined
}

/**
 * Lays an overlay over a workspace: inside of `speculate`, changes go to it and reads see them.
 *
 * A crash leaves the workspace as it was. Only what goes through the workspace is tried; commands see and change the real files.
 */
export function withSpeculation(base: Workspace): Workspace & Speculator {
  const trials = new AsyncLocalStorage<Overlay>()

  /** What the path is to whoever tries. */
  const seen = (path: WorkspacePath): WorkspacePath => {
    const { files } = trials.getStore() ?? { files: new Map<string, TriedFile>() }
    const own = files.get(path.absolute)
    if (own !== undefined) return { ...path, kind: own.staged === undefined ? 'missing' : 'file' }
    if (path.kind !== 'missing') return path
    const holds = [...files.values()].some((file) => file.staged !== undefined && isBelow(file.path, path.absolute))
    return holds ? { ...path, kind: 'folder' } : path
  }

  const read = async (path: WorkspacePath): Promise<Uint8Array> => {
    await using handle = await openSeen(path)
    return await handle.readFile()
  }

  const openSeen: Workspace['open'] = async (path) => {
    const staged = trials.getStore()?.files.get(path.absolute)?.staged
    return staged === undefined ? base.open(path) : open(staged)
  }

  const stage = async (overlay: Overlay, { path, bytes }: FileChange): Promise<void> => {
    for (let parent = dirname(path.absolute); parent.startsWith(base.root + sep); parent = dirname(parent)) {
      if (overlay.files.get(parent)?.staged !== undefined)
        throw new ToolError(`Cannot write "${path.relative}": a part of it is a file, not a folder`, {
          kind: 'invalid',
        })
    }
    const known = overlay.files.get(path.absolute)
    const before = known === undefined ? await hashNow(base, path) : known.before
    const staged = bytes === undefined ? undefined : join(overlay.folder, `${overlay.files.size}`)
    if (bytes !== undefined && staged !== undefined) await writeFile(known?.staged ?? staged, bytes)
    overlay.files.set(path.absolute, {
      path,
      staged: bytes === undefined ? undefined : (known?.staged ?? staged),
      sizeBytes: bytes?.length ?? 0,
      before,
    })
  }

  /** Writes what was tried, unless one of the files has changed meanwhile. */
  const keep = ({ files }: Overlay): Promise<void> =>
    base.exclusively(async () => {
      const changes: FileChange[] = []
      for (const { path, staged, before } of files.values()) {
        const now = await base.locate(path.relative)
        if ((await hashNow(base, now)) !== before)
          throw new ToolError(`Cannot keep the changes: "${path.relative}" was changed by somebody else meanwhile`, {
            hint: 'Read it again',
          })
        if (staged === undefined && before === undefined) continue
        changes.push({ path: now, bytes: staged === undefined ? undefined : await readStaged(staged) })
      }
      if (changes.length > 0) await base.commit(changes)
    })

  return {
    root: base.root,
    locate: async (path) => seen(await base.locate(path)),
    async locateForWriting(path) {
      const found = seen(await base.locateForWriting(path))
      if (found.kind === 'folder') throw new ToolError(`Cannot write "${path}": it is a folder`, { kind: 'invalid' })
      return found
    },
    read,
    open: openSeen,
    async entries(folder) {
      const overlay = trials.getStore()
      const found = await base.entries(folder)
      if (overlay === undefined) return found
      const entries = new Map(found.map((entry) => [entry.name, entry]))
      for (const file of overlay.files.values()) merge(entries, folder, file)
      return [...entries.values()]
    },
    async commit(changes) {
      const overlay = trials.getStore()
      if (overlay === undefined) return base.commit(changes)
      for (const change of changes) await stage(overlay, change)
    },
    exclusively: (work) => base.exclusively(work),

    async speculate<T>(work: () => Promise<T>): Promise<Speculation<T>> {
      const overlay: Overlay = { folder: await mkdtemp(join(tmpdir(), 'salp-trial-')), files: new Map() }
      const end = (): Promise<void> => rm(overlay.folder, { recursive: true, force: true })
      try {
        const value = await trials.run(overlay, work)
        return {
          value,
          keep: () => keep(overlay).finally(end),
          discard: end,
        }
      } catch (error) {
        await end()
        throw error
      }
    },
  }
}

async function hashNow(base: Workspace, path: WorkspacePath): Promise<string | undefined> {
  const now = await base.locate(path.relative)
  return now.kind === 'file' ? hashOf(await base.read(now)) : undefined
}

async function readStaged(path: string): Promise<Uint8Array> {
  await using handle = await open(path)
  return await handle.readFile()
}

function isBelow(path: WorkspacePath, folder: string): boolean {
  return path.absolute.startsWith(folder + sep)
}

/** Adds a tried file to the entries of a folder, or the folder that it would make, or takes a deleted one out. */
function merge(entries: Map<string, WorkspaceEntry>, folder: string, { path, staged, sizeBytes }: TriedFile): void {
  const inside = folder === '.' ? path.relative : path.relative.slice(folder.length + 1)
  if (folder !== '.' && !path.relative.startsWith(`${folder}/`)) return
  const [name = '', ...below] = inside.split('/')
  if (below.length > 0) {
    if (staged !== undefined && !entries.has(name)) entries.set(name, { name, kind: 'folder', sizeBytes: 0 })
  } else if (staged === undefined) entries.delete(name)
  else entries.set(name, { name, kind: 'file', sizeBytes })
}
