/** A folder that file tools may work in, and nothing outside it. */

import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  chmod,
  copyFile,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
} from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { createTurns } from '@salp/core'
import { ToolError } from '../../tool.js'

/** A checked path. */
export interface WorkspacePath {
  /** Without symbolic links. */
  readonly absolute: string
  /** From the root, with `/`; the root is `.`. */
  readonly relative: string
  readonly kind: 'file' | 'folder' | 'special' | 'missing'
}

/** Something in a folder. */
export interface WorkspaceEntry {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Of files. */
  readonly sizeBytes: number
}

/** A file that was opened for reading; a `FileHandle` is one. */
export interface OpenedFile extends AsyncDisposable {
  stat(): Promise<{ readonly size: number }>
  readFile(): Promise<Buffer>
  /** Reads up to `length` bytes into `buffer` at `offset`, from `position` of the file. */
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
}

/** A file as it shall be; absent bytes delete it. */
export interface FileChange {
  readonly path: WorkspacePath
  readonly bytes: Uint8Array | undefined
}

/** How to make a workspace. */
export interface WorkspaceOptions {
  /** Files and folders that no tool touches, such as the home folder with its keys. */
  readonly protect?: readonly string[] | undefined
  /** Writes all bytes to an open file. @defaultValue the handle's own; a test fills the disk here */
  readonly writeAll?: ((handle: FileHandle, bytes: Uint8Array) => Promise<void>) | undefined
}

/** Files of one folder. Every path is resolved through symbolic links before it is used. */
export interface Workspace {
  /** Absolute, without symbolic links. */
  readonly root: string
  /**
   * Checks a path, relative to the root or absolute within it.
   *
   * @throws {@link ToolError} (`invalid`) if it leads out of the root, is malformed or protected.
   */
  locate(path: string): Promise<WorkspacePath>
  /** {@link Workspace.locate}, for a path that shall change: refuses git's own files, folders and read-only files too. */
  locateForWriting(path: string): Promise<WorkspacePath>
  /** Reads a whole file. */
  read(path: WorkspacePath): Promise<Uint8Array>
  /** Opens a file for reading, whatever its size. The caller closes it. */
  open(path: WorkspacePath): Promise<OpenedFile>
  /**
   * What a folder holds, links and special files left out; nothing of one that cannot be read, or went away.
   *
   * @param folder - From the root, with `/`; the root is `.`.
   */
  entries(folder: string): Promise<readonly WorkspaceEntry[]>
  /** Writes files so that each is whole at any moment, and either all are changed or none. Modes stay. */
  commit(changes: readonly FileChange[]): Promise<void>
  /** Runs one after the other what reads and then writes. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Opens a workspace.
 *
 * Guards against mistakes and against text that leads the agent astray; a process that changes links at the same moment
 * needs a sandbox.
 *
 * @param root - A folder that exists.
 */
export async function createWorkspace(root: string, options: WorkspaceOptions = {}): Promise<Workspace> {
  const base = await realpath(root)
  const writeAll = options.writeAll ?? ((handle, bytes) => handle.writeFile(bytes))
  const protectedPaths = await Promise.all((options.protect ?? []).map(settle))

  const locate = async (path: string): Promise<WorkspacePath> => {
    const absolute = await realOf(toAbsolute(base, path), path)
    if (!within(base, absolute)) throw outside(path)
    if (protectedPaths.some((entry) => within(entry, absolute))) {
      throw new ToolError(`Cannot use "${path}": it belongs to the agent's own home folder`, { kind: 'invalid' })
    }
    return { absolute, relative: toSlashes(relative(base, absolute)) || '.', kind: await kindOf(absolute) }
  }

  return {
    root: base,
    locate,
    async locateForWriting(path) {
      const found = await locate(path)
      if (found.relative.split('/').some((segment) => segment.toLowerCase() === '.git')) {
        throw new ToolError(`Cannot write "${path}": git's own files are changed by git only`, {
          kind: 'invalid',
          hint: 'Use run_command with git',
        })
      }
      if (found.kind === 'folder') throw new ToolError(`Cannot write "${path}": it is a folder`, { kind: 'invalid' })
      if (found.kind === 'special')
        throw new ToolError(`Cannot write "${path}": it is no ordinary file`, { kind: 'invalid' })
      if (found.kind === 'file' && ((await lstat(found.absolute)).mode & 0o222) === 0) {
        throw new ToolError(`Cannot write "${path}": it is read-only`, { kind: 'invalid' })
      }
      return found
    },
    async read(path) {
      await using handle = await openFile(path)
      return await handle.readFile()
    },
    open: openFile,
    entries: (folder) => entriesOf(join(base, folder)),
    commit: (changes) => commit(changes, writeAll),
    exclusively: createTurns(),
  }
}

/** SHA-256 in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function toAbsolute(base: string, path: string): string {
  if (path.includes('\0')) throw new ToolError('Cannot use the path: it holds a NUL character', { kind: 'invalid' })
  const slashed = sep === '/' ? path.replaceAll('\\', '/') : path
  if (sep === '/' && /^(?:[a-zA-Z]:(?:\/|$)|\/\/)/.test(slashed)) throw outside(path)
  if (/^~(?:\/|$)/.test(slashed)) throw outside(path)
  return resolve(base, slashed)
}

function outside(path: string): ToolError {
  return new ToolError(`Cannot use "${path}": it is outside the workspace`, {
    kind: 'invalid',
    hint: 'Give a path relative to the workspace, such as "src/index.ts"',
  })
}

/** The path without symbolic links; of a path that does not exist yet, the part that exists is resolved. */
async function realOf(absolute: string, shown: string): Promise<string> {
  try {
    return await realpath(absolute)
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw translate(error, 'use', shown)
    const dangling = await lstat(absolute).then(
      (found) => found.isSymbolicLink(),
      () => false,
    )
    if (dangling)
      throw new ToolError(`Cannot use "${shown}": it is a symbolic link that leads nowhere`, { kind: 'invalid' })
    const parent = dirname(absolute)
    return parent === absolute ? absolute : join(await realOf(parent, shown), basename(absolute))
  }
}

/** {@link realOf} for a path of the operator, which may be missing. */
async function settle(path: string): Promise<string> {
  const absolute = resolve(path)
  return realOf(absolute, path).catch(() => absolute)
}

function within(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

async function kindOf(absolute: string): Promise<WorkspacePath['kind']> {
  try {
    const found = await lstat(absolute)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'special'
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing'
    throw translate(error, 'use', absolute)
  }
}

async function openFile(path: WorkspacePath): Promise<FileHandle> {
  if (path.kind === 'missing') throw await missing(path)
  if (path.kind === 'folder')
    throw new ToolError(`Cannot read "${path.relative}": it is a folder`, { kind: 'invalid', hint: 'Use list_files' })
  if (path.kind === 'special')
    throw new ToolError(`Cannot read "${path.relative}": it is no ordinary file`, { kind: 'invalid' })
  try {
    // Not through a link that took the file's place, and without waiting if a pipe did.
    return await open(path.absolute, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw translate(error, 'read', path.relative)
  }
}

async function entriesOf(absolute: string): Promise<WorkspaceEntry[]> {
  const found = await readdir(absolute, { withFileTypes: true }).catch(() => [])
  return Promise.all(
    found
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map(async (entry): Promise<WorkspaceEntry> => {
        const { name } = entry
        if (entry.isDirectory()) return { name, kind: 'folder', sizeBytes: 0 }
        const { size } = await lstat(join(absolute, name)).catch(() => ({ size: 0 }))
        return { name, kind: 'file', sizeBytes: size }
      }),
  )
}

/** Says what is missing, with names nearby that are like it. */
async function missing(path: WorkspacePath): Promise<ToolError> {
  const wanted = basename(path.absolute).toLowerCase()
  const stem = wanted.replace(/\.[^.]*$/, '')
  const names = await readdir(dirname(path.absolute)).catch(() => [])
  const like = names.filter((name) => {
    const other = name.toLowerCase()
    return other === wanted || other.startsWith(`${stem}.`) || (stem.length > 3 && other.includes(stem))
  })
  const folder = dirname(path.relative) === '.' ? '' : `${toSlashes(dirname(path.relative))}/`
  const hint =
    like.length === 0
      ? 'Use list_files to see what there is'
      : `Did you mean ${like
          .slice(0, 3)
          .map((name) => `"${folder}${name}"`)
          .join(' or ')}?`
  return new ToolError(`Cannot read "${path.relative}": there is no such file`, { kind: 'invalid', hint })
}

interface StagedChange {
  readonly change: FileChange
  /** The new bytes, until they are in place. */
  temporary?: string
  /** The old file, until all is done. */
  backup?: string
  created?: boolean
}

async function commit(
  changes: readonly FileChange[],
  writeAll: NonNullable<WorkspaceOptions['writeAll']>,
): Promise<void> {
  const names = changes.map(({ path }) => path.relative).join('", "')
  const staged: StagedChange[] = []
  const beside = (path: string, ending: string): string =>
    join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.${ending}`)
  try {
    for (const change of changes) {
      const entry: StagedChange = { change }
      staged.push(entry)
      if (change.bytes === undefined) continue
      await mkdir(dirname(change.path.absolute), { recursive: true })
      entry.temporary = beside(change.path.absolute, 'tmp')
      await stage(entry.temporary, change, writeAll)
    }
    for (const entry of staged) {
      const { absolute, kind } = entry.change.path
      // With one change only, the rename is atomic by itself.
      if (kind === 'file' && (changes.length > 1 || entry.temporary === undefined)) {
        const backup = beside(absolute, 'old')
        if (entry.temporary === undefined) await rename(absolute, backup)
        else await link(absolute, backup).catch(() => copyFile(absolute, backup))
        entry.backup = backup
      }
      if (entry.temporary !== undefined) await rename(entry.temporary, absolute)
      entry.created = kind === 'missing'
    }
  } catch (error) {
    const lost = await takeBack(staged)
    if (lost.length === 0) throw translate(error, 'write', names)
    throw new ToolError(`Cannot write "${names}", nor put back "${lost.join('", "')}"`, { cause: error })
  } finally {
    for (const { temporary } of staged) if (temporary !== undefined) await rm(temporary, { force: true })
  }
  for (const { backup } of staged) if (backup !== undefined) await rm(backup, { force: true })
}

/** Puts every file back as it was. @returns Those that could not be, with where their old content is. */
async function takeBack(staged: readonly StagedChange[]): Promise<string[]> {
  const lost: string[] = []
  for (const { change, backup, created } of staged.toReversed()) {
    const { absolute, relative: name } = change.path
    try {
      if (backup !== undefined) await rename(backup, absolute)
      else if (created === true) await rm(absolute, { force: true })
    } catch {
      lost.push(backup === undefined ? name : `${name} (kept as ${basename(backup)})`)
    }
  }
  return lost
}

/** Writes the new bytes beside the file, on the disk for good, with the mode the file has. */
async function stage(
  temporary: string,
  { path, bytes }: FileChange,
  writeAll: NonNullable<WorkspaceOptions['writeAll']>,
): Promise<void> {
  const mode = path.kind === 'file' ? (await lstat(path.absolute)).mode & 0o7777 : undefined
  await using handle = await open(temporary, 'wx', 0o666)
  await writeAll(handle, bytes ?? new Uint8Array())
  await handle.sync()
  if (mode !== undefined) await chmod(temporary, mode)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

const explanations: Readonly<Record<string, readonly [kind: 'invalid' | 'unavailable' | 'failed', why: string]>> = {
  EACCES: ['failed', 'permission is missing'],
  EPERM: ['failed', 'permission is missing'],
  EROFS: ['failed', 'the disk is read-only'],
  ENOSPC: ['unavailable', 'the disk is full. Nothing was changed'],
  EDQUOT: ['unavailable', 'the disk quota is used up. Nothing was changed'],
  EFBIG: ['invalid', 'it is too large for the disk'],
  ENAMETOOLONG: ['invalid', 'a name in it is too long'],
  ELOOP: ['invalid', 'symbolic links go round in a circle'],
  ENOTDIR: ['invalid', 'a part of it is a file, not a folder'],
  EISDIR: ['invalid', 'it is a folder'],
  EEXIST: ['invalid', 'a part of it is a file, not a folder'],
  ENOENT: ['invalid', 'it is gone'],
  EMFILE: ['unavailable', 'too many files are open'],
}

/** Gives failures of the disk a kind and words. */
function translate(error: unknown, verb: string, path: string): unknown {
  if (error instanceof ToolError) return error
  const found = explanations[codeOf(error) ?? '']
  if (found === undefined) return error
  return new ToolError(`Cannot ${verb} "${path}": ${found[1]}`, { kind: found[0], cause: error })
}
