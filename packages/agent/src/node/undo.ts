/** Takes back what tools wrote to files in a turn: what stood there before is kept, and put back if nobody changed it since. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, createTurns, type InTurn, SalpError } from '@salp/core'
import { z } from 'zod'
import { createWorkspace, type FileChange, hashOf, type Workspace } from './tools/workspace.js'

/** Where a change was made. */
export interface UndoPlace {
  readonly sessionId: string
  readonly turnId: string
}

/** A turn whose changes can be taken back. */
export interface UndoableTurn extends UndoPlace {
  /** Of its last change, in ms since the epoch. */
  readonly at: number
  /** Paths from the workspace. */
  readonly files: readonly string[]
}

/** A file as it is again. */
export interface UndoneFile {
  readonly path: string
  readonly now: 'restored' | 'removed'
}

/** Changes of files, turn by turn. */
export interface UndoLog {
  /** Runs a turn, so that what is written in it counts as its own. */
  within<T>(place: UndoPlace, work: () => Promise<T>): Promise<T>
  /** A workspace that keeps what stood in a file before it is changed. */
  watch(workspace: Workspace): Workspace
  /** The newest first. */
  list(): Promise<UndoableTurn[]>
  /**
   * Puts the files of a turn back as they were before it, all of a workspace or none.
   *
   * @throws {@link UndoError} (`agent/undo-unknown`, `agent/undo-conflict`) if there is nothing to take back, or a file was changed since.
   */
  undo(turnId: string): Promise<readonly UndoneFile[]>
}

/** How much is kept. */
export interface UndoOptions {
  /** Absolute; made when it is needed. */
  readonly folder: string
  /** Paths that no workspace touches. */
  readonly protect: (root: string) => readonly string[]
  /** Turns that are kept, the newest. @defaultValue `200` */
  readonly turns?: number | undefined
}

const changeSchema = z.object({
  sessionId: z.string(),
  turnId: z.string(),
  at: z.number(),
  root: z.string(),
  path: z.string(),
  /** File that holds what stood there; absent if there was nothing. */
  before: z.string().optional(),
  /** SHA-256 of what was written; absent if it was deleted. */
  after: z.string().optional(),
})

type Change = z.infer<typeof changeSchema>

/** Opens the log. */
export function openUndoLog(
  { clock }: { readonly clock: Pick<Clock, 'now'> },
  { folder, protect, turns = 200 }: UndoOptions,
): UndoLog {
  const places = new AsyncLocalStorage<UndoPlace>()
  const alone: InTurn = createTurns()
  const manifest = (turnId: string): string => join(folder, nameOf(turnId), 'changes.jsonl')

  const keep = async (workspace: Workspace, changes: readonly FileChange[], place: UndoPlace): Promise<void> => {
    const own = join(folder, nameOf(place.turnId))
    await mkdir(own, { recursive: true, mode: 0o700 })
    const kept = (await readdir(own)).length
    const lines: Change[] = []
    for (const [index, { path, bytes }] of changes.entries()) {
      const before = path.kind === 'file' ? `${kept}-${index}` : undefined
      if (before !== undefined) await writeSynced(join(own, before), await workspace.read(path), 'wx')
      lines.push({
        ...{
          sessionId: place.sessionId,
          turnId: place.turnId,
          at: clock.now(),
          root: workspace.root,
          path: path.relative,
        },
        ...(before !== undefined && { before }),
        ...(bytes !== undefined && { after: hashOf(bytes) }),
      })
    }
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    await writeSynced(manifest(place.turnId), Buffer.from(text), 'a')
    await prune()
  }

  const changesOf = async (turnId: string): Promise<Change[]> => {
    const text = await readFile(manifest(turnId), 'utf8').catch(() => '')
    // A line that a crash cut off is of a change that was not made.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return whole.split('\n').flatMap((line) => (line === '' ? [] : [changeSchema.parse(JSON.parse(line))]))
  }

  const turnFolders = async (): Promise<{ turnId: string; at: number }[]> => {
    const names = await readdir(folder).catch(() => [])
    const found = await Promise.all(
      names
        .filter((name) => /^[\w-]+$/.test(name))
        .map(async (turnId) => ({
          turnId,
          at: (await stat(join(folder, turnId)).catch(() => undefined))?.mtimeMs ?? 0,
        })),
    )
    return found.sort((a, b) => b.at - a.at)
  }

  const prune = async (): Promise<void> => {
    for (const { turnId } of (await turnFolders()).slice(turns))
      await rm(join(folder, turnId), { recursive: true, force: true })
  }

  return {
    within: (place, work) => places.run(place, work),
    watch: (workspace) => ({
      ...workspace,
      commit: (changes) =>
        alone(async () => {
          const place = places.getStore()
          if (place !== undefined) await keep(workspace, changes, place)
          await workspace.commit(changes)
        }),
    }),
    async list() {
      const found: UndoableTurn[] = []
      for (const { turnId } of await turnFolders()) {
        const changes = await changesOf(turnId)
        const last = changes.at(-1)
        if (last === undefined) continue
        found.push({
          sessionId: last.sessionId,
          turnId,
          at: last.at,
          files: [...new Set(changes.map(({ path }) => path))],
        })
      }
      return found.sort((a, b) => b.at - a.at)
    },
    undo: (turnId) =>
      alone(async () => {
        const changes = await changesOf(turnId)
        if (changes.length === 0)
          throw new UndoError('unknown', turnId, 'it changed no file that is known of, or it was taken back')
        const done: UndoneFile[] = []
        for (const root of new Set(changes.map((change) => change.root))) {
          const workspace = await createWorkspace(root, { protect: protect(root) })
          const wanted = await takenBack(
            workspace,
            changes.filter((change) => change.root === root),
            join(folder, turnId),
          )
          await workspace.commit(wanted)
          done.push(
            ...wanted.map(({ path, bytes }) => ({
              path: path.relative,
              now: bytes === undefined ? ('removed' as const) : ('restored' as const),
            })),
          )
        }
        await rename(join(folder, turnId), join(folder, `${turnId}.undone`))
        await rm(join(folder, `${turnId}.undone`), { recursive: true, force: true })
        return done
      }),
  }
}

/** The files as they were, unless one is no longer as the turn left it. */
async function takenBack(workspace: Workspace, changes: readonly Change[], folder: string): Promise<FileChange[]> {
  const first = new Map<string, Change>()
  for (const change of changes) if (!first.has(change.path)) first.set(change.path, change)
  const wanted: FileChange[] = []
  for (const [path, { before, turnId }] of first) {
    const found = await workspace.locateForWriting(path)
    const now = found.kind === 'file' ? hashOf(await workspace.read(found)) : undefined
    const bytes = before === undefined ? undefined : await readFile(join(folder, before))
    if (now === (bytes && hashOf(bytes))) continue
    // A crash may have come before the last change of the turn.
    if (!changes.some((change) => change.path === path && change.after === now))
      throw new UndoError('conflict', turnId, `"${path}" was changed since`)
    wanted.push({ path: found, bytes })
  }
  return wanted
}

async function writeSynced(path: string, bytes: Uint8Array, flag: 'wx' | 'a'): Promise<void> {
  await using handle = await open(path, flag, 0o600)
  await handle.writeFile(bytes)
  await handle.sync()
}

/** Ids are ours; whatever else comes is no folder of ours. */
function nameOf(turnId: string): string {
  if (!/^[\w-]{1,100}$/.test(turnId)) throw new UndoError('unknown', turnId, 'there is no such turn')
  return turnId
}

/** A turn that cannot be taken back: `agent/undo-unknown` or `agent/undo-conflict`. */
export class UndoError extends SalpError {
  constructor(condition: 'unknown' | 'conflict', turnId: string, why: string) {
    super(`agent/undo-${condition}`, `Cannot take back turn "${turnId}": ${why}`)
  }
}
