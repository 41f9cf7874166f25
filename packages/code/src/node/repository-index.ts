/** Keeps the index of a repository up to date. */

import { createHash } from 'node:crypto'
import { lstatSync, type Stats } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { createTurns } from '@salp/core'
import { writeFileAtomically } from '@salp/core/node'
import { z } from 'zod'
import type { CodeIndex, Definition, IndexedFile, SkipReason } from '../map/code-index.js'
import { filesMentioning } from '../map/find-symbols.js'
import { languageOf } from '../map/languages.js'
import { eachName } from '../map/mentions.js'
import { createGitRunner } from './git/run-git.js'
import { createGrammars } from './grammars.js'
import { type ParsedFile, parseFile } from './parse-file.js'
import { parseFiles } from './parse-files.js'
import { listSourceFiles } from './source-files.js'

/** What it asks of the application. */
export interface RepositoryIndexDeps {
  /** Variables of the process; secrets are the caller's to leave out. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Which repository, and where what was learnt of it is kept. */
export interface RepositoryIndexOptions {
  /** Absolute. */
  readonly root: string
  /** File to begin from next time; absent: nothing is kept. It is made with its folder, and a broken one is made anew. */
  readonly cacheFile?: string | undefined
  /** Threads that parse. @defaultValue as many as the machine runs at once, at most 4 */
  readonly threads?: number | undefined
  /** Source files that are looked into at most, in the order of their paths. @defaultValue `20_000` */
  readonly most?: number | undefined
}

/** A line that mentions a name. */
export interface Reference {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly text: string
}

/** An index that follows its repository. */
export interface RepositoryIndex {
  /** Brings it up to date: files whose size and times stay are not looked at again, and equal content is not parsed again. */
  refresh(options?: { signal?: AbortSignal | undefined }): Promise<CodeIndex>
  /** Lines that mention a name, as the files are now, comments and strings apart. @param limit - @defaultValue `50` */
  references(
    name: string,
    options?: { limit?: number | undefined; signal?: AbortSignal | undefined },
  ): Promise<readonly Reference[]>
}

/** What is kept of a file. Numbers are indexes of the names. */
interface Entry {
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly hash: string
  readonly skipped: SkipReason | undefined
  readonly defines: Uint32Array
  readonly mentions: Uint32Array
  readonly counts: Uint16Array
  /** JSON; read when it is asked for. */
  readonly definitions: string
}

const entrySchema = z.object({
  path: z.string(),
  size: z.number(),
  mtimeMs: z.number(),
  ctimeMs: z.number(),
  hash: z.string(),
  skipped: z.enum(['binary', 'large', 'minified', 'unreadable', 'not parsed', 'too many']).optional(),
  defines: z.instanceof(Uint32Array),
  mentions: z.instanceof(Uint32Array),
  counts: z.instanceof(Uint16Array),
  definitions: z.string(),
})

/** Raised whenever what is kept, or how it is found, changes. */
const cacheVersion = 1

const largestBytes = 1_000_000
/** As much is parsed without a thread, which takes longer to start. */
const parsedHere = { files: 4, bytes: 100_000 }
/** Files that are looked at before others get their turn. */
const lookedAtOnce = 1_000

/** Opens it; nothing is read yet. */
export function openRepositoryIndex(
  { environment }: RepositoryIndexDeps,
  { root, cacheFile, threads = Math.min(4, availableParallelism()), most = 20_000 }: RepositoryIndexOptions,
): RepositoryIndex {
  const git = createGitRunner({ folder: root, environment })
  const inTurn = createTurns()
  const grammars = createGrammars()
  let names: string[] = []
  /** Made when a new name may come. */
  let ids: Map<string, number> | undefined
  let entries = new Map<string, Entry>()
  let current: CodeIndex | undefined
  let loaded = false

  const idOf = (name: string): number => {
    ids ??= new Map(names.map((each, id) => [each, id]))
    const known = ids.get(name)
    if (known !== undefined) return known
    ids.set(name, names.length)
    return names.push(name) - 1
  }

  const load = async (file: string): Promise<void> => {
    try {
      const found: unknown = deserialize(await readFile(file))
      const kept = z
        .object({ version: z.literal(cacheVersion), names: z.string(), files: z.array(z.unknown()) })
        .parse(found)
      // Written by us; the first tells whether the shape is still ours, since all are of one kind.
      if (kept.files.length > 0) entrySchema.parse(kept.files[0])
      names = kept.names === '' ? [] : kept.names.split('\n')
      ids = undefined
      entries = new Map((kept.files as Entry[]).map((entry) => [entry.path, entry]))
    } catch {
      // There is none, or it is of another version or broken: begin anew.
      ;[names, ids, entries] = [[], undefined, new Map()]
    }
  }

  const save = async (file: string): Promise<void> => {
    const bytes = serialize({ version: cacheVersion, names: names.join('\n'), files: [...entries.values()] })
    await mkdir(dirname(file), { recursive: true })
    await writeFileAtomically(file, bytes)
  }

  const entryOf = (parsed: ParsedFile, { size, mtimeMs, ctimeMs }: Stats): Entry => {
    const { path, hash } = parsed
    const base = { path, size, mtimeMs, ctimeMs, hash }
    if (parsed.status === 'skipped') return { ...base, ...nothing, skipped: parsed.reason }
    return {
      ...base,
      skipped: undefined,
      defines: Uint32Array.from(new Set(parsed.definitions.map(({ name }) => idOf(name)))),
      mentions: Uint32Array.from(parsed.names === '' ? [] : parsed.names.split('\n'), idOf),
      counts: parsed.counts,
      definitions: JSON.stringify(parsed.definitions),
    }
  }

  const refresh = async (signal: AbortSignal | undefined): Promise<CodeIndex> => {
    if (!loaded && cacheFile !== undefined) await load(cacheFile)
    loaded = true
    const listed = await listSourceFiles({ git, root }, { signal })
    const sources = listed.filter((path) => languageOf(path) !== undefined)
    const paths = sources.slice(0, most)
    const beyond = sources.slice(most).map((path) => ({ path, reason: 'too many' }) as const)
    const others = listed.length - sources.length
    const [next, changed] = [new Map<string, Entry>(), new Map<string, Stats>()]
    for (const [index, path] of paths.entries()) {
      if (index % lookedAtOnce === lookedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve))
      const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false })
      if (stats?.isFile() !== true) continue
      const known = entries.get(path)
      if (known !== undefined && isSame(known, stats)) next.set(path, known)
      else if (stats.size > largestBytes) next.set(path, entryOf(skippedAs(path, 'large'), stats))
      else changed.set(path, stats)
    }
    const gone = entries.size - [...entries.keys()].filter((path) => next.has(path) || changed.has(path)).length
    if (changed.size === 0 && gone === 0 && current !== undefined && current.others === others) return current
    for (const entry of await reuse([...changed], signal)) {
      next.set(entry.path, entry)
    }
    const left = [...changed].filter(([path]) => !next.has(path)).map(([path]) => path)
    const bytes = left.reduce((sum, path) => sum + (changed.get(path)?.size ?? 0), 0)
    const few = left.length <= parsedHere.files && bytes <= parsedHere.bytes
    for (const parsed of few ? await parseHere(left) : await parseFiles({ root, paths: left }, { threads, signal })) {
      const stats = changed.get(parsed.path)
      if (stats !== undefined) next.set(parsed.path, entryOf(parsed, stats))
    }
    entries = new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (cacheFile !== undefined && (changed.size > 0 || gone > 0)) await save(cacheFile)
    current = indexOf(entries, { names, beyond, others })
    return current
  }

  const parseHere = async (paths: readonly string[]): Promise<ParsedFile[]> => {
    const parsed: ParsedFile[] = []
    for (const path of paths) parsed.push(await parseFile(grammars, root, path))
    return parsed
  }

  /** Entries of content that is known, under whatever name. */
  const reuse = async (changed: readonly [string, Stats][], signal: AbortSignal | undefined): Promise<Entry[]> => {
    if (entries.size === 0) return []
    const byHash = new Map([...entries.values()].map((entry) => [entry.hash, entry]))
    const found: Entry[] = []
    for (let at = 0; at < changed.length; at += 32) {
      signal?.throwIfAborted()
      await Promise.all(
        changed.slice(at, at + 32).map(async ([path, { size, mtimeMs, ctimeMs }]) => {
          const bytes = await readFile(join(root, path)).catch(() => undefined)
          const known = bytes && byHash.get(createHash('sha256').update(bytes).digest('hex'))
          if (known !== undefined && languageOf(known.path) === languageOf(path))
            found.push({ ...known, path, size, mtimeMs, ctimeMs })
        }),
      )
    }
    return found
  }

  return {
    refresh: ({ signal } = {}) => inTurn(() => refresh(signal)),
    async references(name, { limit = 50, signal } = {}) {
      const index = await inTurn(() => refresh(signal))
      const found: Reference[] = []
      for (const path of filesMentioning(index, name)) {
        signal?.throwIfAborted()
        const language = languageOf(path)
        const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
        if (text === undefined || language === undefined) continue
        found.push(...linesMentioning(text, { name, path, language }))
        if (found.length >= limit) break
      }
      return found.slice(0, limit)
    },
  }
}

const nothing = {
  defines: new Uint32Array(),
  mentions: new Uint32Array(),
  counts: new Uint16Array(),
  definitions: '[]',
}

function skippedAs(path: string, reason: SkipReason): ParsedFile {
  return { path, status: 'skipped', reason, hash: '' }
}

function isSame(entry: Entry, { size, mtimeMs, ctimeMs }: Stats): boolean {
  return entry.size === size && entry.mtimeMs === mtimeMs && entry.ctimeMs === ctimeMs
}

function indexOf(
  entries: ReadonlyMap<string, Entry>,
  { names, beyond, others }: Pick<CodeIndex, 'names' | 'others'> & { beyond: CodeIndex['skipped'] },
): CodeIndex {
  const all = [...entries.values()]
  return {
    names,
    files: all.filter(({ skipped }) => skipped === undefined).map(fileOf),
    skipped: [
      ...all.flatMap(({ path, skipped }) => (skipped === undefined ? [] : [{ path, reason: skipped }])),
      ...beyond,
    ],
    others,
  }
}

function fileOf({ path, defines, mentions, counts, definitions }: Entry): IndexedFile {
  let read: readonly Definition[] | undefined
  return {
    path,
    defines,
    mentions,
    counts,
    definitions() {
      // Written by us.
      read ??= JSON.parse(definitions) as readonly Definition[]
      return read
    },
  }
}

function linesMentioning(
  text: string,
  { name, path, language }: { name: string; path: string; language: NonNullable<ReturnType<typeof languageOf>> },
): Reference[] {
  const lines = text.split('\n')
  const starts: number[] = []
  eachName(language, text, (found, index) => {
    if (found === name) starts.push(index)
  })
  const numbers = new Set(starts.map((index) => text.slice(0, index).split('\n').length))
  return [...numbers].map((line) => ({ path, line, text: (lines[line - 1] ?? '').trim().slice(0, 200).toWellFormed() }))
}
