/** A folder of Markdown notes and a memory that follow each other. */

import { SalpError, type SqlDatabase } from '@salp/core'
import { annotate } from '../annotate.js'
import { digest } from '../digest.js'
import type { Memory } from '../memory.js'
import { MemoryInputError, type MemoryRecord } from '../record.js'
import { fold, words } from '../words.js'
import { type Block, compare, type KnownBlock } from './compare.js'
import { isBare, isPage, newPage, type PageItem, readItems, writeItem } from './page.js'

/** Where the notes lie. `openNoteFolder` of `@salp/memory/node` is one on disk. */
export interface NoteFolder {
  /** Paths of all notes, with `/` between their parts. */
  list(): Promise<readonly string[]>
  /**
   * Gives a note, and when it was last written, in ms since the epoch.
   *
   * @throws {@link WikiError} (`memory/wiki-note`) if it cannot be read as text.
   */
  read(path: string): Promise<{ readonly text: string; readonly at: number }>
  /**
   * Writes a note whole, or deletes it if `text` is `undefined`; unless it is not `expected` any more, where `undefined`
   * expects none.
   *
   * @returns Whether it did.
   */
  write(path: string, text: string | undefined, expected: string | undefined): Promise<boolean>
}

/** What a wiki asks of the application. `memory` stands on `db`. */
export interface WikiDeps {
  readonly db: SqlDatabase
  readonly memory: Memory
  readonly folder: NoteFolder
}

/** How a wiki behaves. */
export interface WikiOptions {
  /** Whose memory the notes are. @defaultValue `'default'` */
  readonly namespace?: string | undefined
}

/** What a pass changed. */
export interface WikiSync {
  /** Records written from notes and from new items of pages. */
  readonly remembered: number
  /** Records that an edit took the place of. */
  readonly changed: number
  /** Records retracted, since their lines were deleted. */
  readonly retracted: number
  /** Notes and pages written or deleted. */
  readonly written: readonly string[]
  /** Notes, or parts of them, that were left as they are, and why. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** Keeps notes and memory together. */
export interface Wiki {
  /**
   * Reads what people changed, then writes what the memory knows.
   *
   * - A block of a note (paragraph, item) is a record of the user's word, under its heading. Changed words take the place of
   *   the old, deleted ones are retracted, both as history. Nothing is written into a note, but what was forgotten leaves it.
   * - All other records that hold, up to the clearance `internal`, stand on pages, one item each: `facts/<name>.md`,
   *   `preferences.md`, `procedures.md`, `summaries.md`, `journal/<month>.md`. Items may be changed, added, moved and deleted.
   *
   * Files are written only where something changed, and only in the lines concerned. A pass that was cut short is made good
   * by the next; one after another change nothing more.
   *
   * @param options - `allowRemoval`: retracts however many records. By default a pass that would retract more than half of at
   * least ten known ones refuses, since then the folder is more likely to be the wrong one than meant.
   * @throws {@link WikiError} (`memory/wiki-removal`) if it refuses; nothing was changed.
   */
  sync(options?: { readonly allowRemoval?: boolean | undefined }): Promise<WikiSync>
}

/** Notes up to this many characters are read. */
const longestNote = 2 ** 21

/** Records known in notes from which the loss of most of them is refused. */
const fewRecords = 10

/** Creates the wiki. Starts nothing, writes nothing. */
export function createWiki({ db, memory, folder }: WikiDeps, { namespace = 'default' }: WikiOptions = {}): Wiki {
  const rows = prepareRows(db)
  const all = { namespace, clearance: 'restricted' } as const

  /** The version of a record that holds now and may stand on a page. */
  const newestOf = async (record: MemoryRecord): Promise<MemoryRecord | undefined> => {
    const passed = new Set<string>()
    let one: MemoryRecord | undefined = record
    while (one?.closedAt !== undefined && one.supersededBy !== undefined && !passed.has(one.id)) {
      passed.add(one.id)
      one = await memory.get(one.supersededBy, all)
    }
    const secret = one?.sensitivity === 'confidential' || one?.sensitivity === 'restricted'
    return one?.closedAt === undefined && !secret ? one : undefined
  }

  return {
    async sync({ allowRemoval = false } = {}) {
      const skipped: { path: string; reason: string }[] = []
      const files = await readAll(folder, skipped)
      const unread = new Set(skipped.map(({ path }) => path))
      const known = rows.all(namespace).filter(({ path }) => !unread.has(path))
      const byId = new Map(known.map((row) => [row.id, row]))
      const plan = compare(files, known)
      const held = known.filter(({ id }) => id !== null).length
      const lost = plan.gone.filter(({ id }) => id !== null).length
      if (!allowRemoval && held >= fewRecords && lost * 2 > held) {
        const why = `${lost} of ${held} records have no line any more. If that is meant, allow the removal`
        throw new WikiError('memory/wiki-removal', why)
      }
      const counts = { remembered: 0, changed: 0, retracted: 0 }

      // What stands on a page is noted once the page is written: else a pass that was cut short would look like a deletion.
      const noted = new Map<string, (() => void)[]>()
      const standing = new Set<string>()
      const noteLater = (path: string, note: () => void): void =>
        void noted.set(path, [...(noted.get(path) ?? []), note])
      const place = (path: string, record: MemoryRecord, row?: KnownBlock): void => {
        const key = digest(record.content)
        standing.add(record.id)
        noteLater(path, () =>
          row === undefined ? rows.add(path, key, record.id) : rows.set(row.row, path, key, record.id),
        )
      }

      /** Takes in words of the user, in place of `old` if there was one; words that no record can hold are passed over. */
      const take = async ({ content, path }: Block, old?: MemoryRecord): Promise<MemoryRecord | undefined> => {
        const file = files.get(path)
        const replaces = old === undefined ? {} : { supersedes: old.id, sensitivity: old.sensitivity }
        const thread = file === undefined || isPage(file.lines) ? {} : { thread: `note ${path}`.slice(0, 200) }
        const source = { author: 'user', channel: 'wiki', at: file?.at } as const
        const kind = old?.kind ?? kindOf(path)
        try {
          const { record, status } = await memory.remember({ content, kind, namespace, source, ...thread, ...replaces })
          if (old !== undefined) counts.changed++
          else if (status === 'added') counts.remembered++
          return record
        } catch (error) {
          if (!(error instanceof MemoryInputError)) throw error
          skipped.push({ path, reason: error.message })
          return undefined
        }
      }

      /** Takes in changed words in the place of the record of a row. */
      const change = async (row: KnownBlock, block: Block): Promise<MemoryRecord | undefined> => {
        const before = row.id === null ? undefined : await memory.get(row.id, all)
        const old = before && (await newestOf(before))
        return take(block, old?.content === block.content ? undefined : old)
      }

      /** The lines that shall stand in place of an item, if not its own. */
      const settle = async (item: PageItem, path: string): Promise<string[] | undefined> => {
        const block = { ...item, path }
        if (item.id === undefined) {
          const added = item.content === '' ? undefined : await take(block)
          if (added === undefined) return undefined
          if (!rows.has(added.id)) place(path, added)
          return writeItem(added.id, added.content)
        }
        const row = byId.get(item.id)
        const record = await memory.get(item.id, all)
        if (record === undefined) return []
        const own = files.get(path)?.lines.slice(item.start, item.end).join('\n')
        if (row !== undefined && writeItem(record.id, record.content).join('\n') !== own) {
          const changed = await change(row, block)
          if (changed !== undefined) place(path, changed, row)
          return changed && writeItem(changed.id, changed.content)
        }
        const newest = await newestOf(record)
        const elsewhere =
          newest !== undefined && newest.id !== record.id && (rows.has(newest.id) || standing.has(newest.id))
        if (newest === undefined || elsewhere) {
          if (row !== undefined) noteLater(path, () => rows.drop(row.row))
          return []
        }
        if (row === undefined || newest.id !== record.id) place(path, newest, row)
        return newest.id === record.id ? undefined : writeItem(newest.id, newest.content)
      }

      for (const { row, path } of plan.moved) rows.set(row.row, path, row.digest, row.id)
      for (const { row, block } of plan.edited) {
        const record = await change(row, block)
        if (record !== undefined) rows.set(row.row, block.path, digest(block.content), record.id)
      }
      for (const block of plan.fresh) {
        const record = await take(block)
        if (record !== undefined) rows.add(block.path, digest(block.content), record.id)
      }
      for (const row of plan.gone) {
        rows.drop(row.row)
        if (row.id !== null && !rows.has(row.id) && (await memory.retract(row.id, { namespace }))) counts.retracted++
      }
      for (const { path, start, end } of plan.forgotten.toReversed()) files.get(path)?.lines.splice(start, end - start)
      for (const [path, { lines }] of files) {
        if (!isPage(lines)) continue
        for (const item of readItems(lines).toReversed()) {
          const instead = await settle(item, path)
          if (instead !== undefined) lines.splice(item.start, item.end - item.start, ...instead)
        }
      }

      for (const { id } of rows.all(namespace)) if (id !== null) standing.add(id)
      for (const record of await unplaced(memory, namespace, standing)) {
        const page = pageOf(record)
        let { path } = page
        while (unread.has(path) || (files.has(path) && !isPage(files.get(path)?.lines ?? [])))
          path = path.replace(/\.md$/, '-page.md')
        const file = files.get(path) ?? { lines: newPage(page.title), text: undefined, end: '\n', at: undefined }
        files.set(path, file)
        while (file.lines.at(-1)?.trim() === '' && file.lines.length > 4) file.lines.pop()
        file.lines.push(...writeItem(record.id, record.content), '')
        place(path, record)
      }

      const written: string[] = []
      for (const [path, { lines, text, end }] of files) {
        const bare = isPage(lines) && isBare(lines)
        const wanted = bare ? undefined : lines.join(end)
        if (wanted !== text && !(await folder.write(path, wanted, text))) {
          skipped.push({ path, reason: 'it was changed meanwhile; the next pass takes it up' })
          continue
        }
        if (wanted !== text) written.push(path)
        for (const note of noted.get(path) ?? []) note()
      }
      for (const { row, path } of plan.buried) if (written.includes(path)) rows.drop(row)
      return { ...counts, written, skipped }
    },
  }
}

/** A note as it was read. */
interface NoteFile {
  readonly lines: string[]
  /** As it stood; `undefined` if it is new. */
  readonly text: string | undefined
  /** What ends its lines. */
  readonly end: '\n' | '\r\n'
  readonly at: number | undefined
}

async function readAll(
  folder: NoteFolder,
  skipped: { path: string; reason: string }[],
): Promise<Map<string, NoteFile>> {
  const files = new Map<string, NoteFile>()
  for (const path of await folder.list()) {
    try {
      const { text, at } = await folder.read(path)
      if (text.length > longestNote)
        throw new WikiError('memory/wiki-note', `it has more than ${longestNote} characters`)
      const end = text.includes('\r\n') ? '\r\n' : '\n'
      files.set(path, { lines: text.split(end), text, end, at: Math.round(at) })
    } catch (error) {
      if (!SalpError.is(error, 'memory/wiki-note')) throw error
      skipped.push({ path, reason: error.message })
    }
  }
  return files
}

/** Which record stands where. */
function prepareRows(db: SqlDatabase) {
  const all = db.prepare<KnownBlock>(`SELECT t.id AS row, t.path, t.digest, r.id, r.content FROM memory_notes AS t
    JOIN memory_namespaces AS n ON n.id = t.namespace_id LEFT JOIN memory_records AS r ON r.seq = t.seq
    WHERE n.name = ? ORDER BY t.id`)
  const add = db.prepare(`INSERT INTO memory_notes (namespace_id, path, digest, seq)
    SELECT namespace_id, ?, ?, seq FROM memory_records WHERE id = ?`)
  const set = db.prepare(
    'UPDATE memory_notes SET path = ?, digest = ?, seq = (SELECT seq FROM memory_records WHERE id = ?) WHERE id = ?',
  )
  const drop = db.prepare('DELETE FROM memory_notes WHERE id = ?')
  const has = db.prepare('SELECT 1 FROM memory_notes WHERE seq = (SELECT seq FROM memory_records WHERE id = ?)')
  return {
    all: (namespace: string): KnownBlock[] => all.all(namespace),
    add: (path: string, key: number, id: string): void => void add.run(path, key, id),
    set: (row: number, path: string, key: number, id: string | null): void => void set.run(path, key, id, row),
    drop: (row: number): void => void drop.run(row),
    has: (id: string): boolean => has.get(id) !== undefined,
  }
}

/** Records that stand nowhere yet, oldest first. */
async function unplaced(memory: Memory, namespace: string, standing: ReadonlySet<string>): Promise<MemoryRecord[]> {
  const found: MemoryRecord[] = []
  for (let before: string | undefined; ; ) {
    const page = await memory.list({ namespace, clearance: 'internal', limit: 1_000, before })
    found.push(...page.filter(({ id }) => !standing.has(id)))
    before = page.at(-1)?.id
    if (before === undefined || page.length < 1_000) return found.reverse()
  }
}

function pageOf({ kind, content, claim, happenedAt, source }: MemoryRecord): { path: string; title: string } {
  if (kind === 'preference') return { path: 'preferences.md', title: 'Preferences' }
  if (kind === 'procedure') return { path: 'procedures.md', title: 'How things are done' }
  if (kind === 'summary') return { path: 'summaries.md', title: 'Summaries' }
  if (kind === 'event') {
    const month = new Date(happenedAt ?? source.at).toISOString().slice(0, 7)
    return { path: `journal/${month}.md`, title: month }
  }
  const names = [...annotate(content, source.at).names.values()]
  const name = claim?.subject ?? names[0]?.label ?? 'other'
  const label = names.find((one) => fold(one.label) === name)?.label ?? name
  return { path: `facts/${toFileName(name)}.md`, title: label.charAt(0).toUpperCase() + label.slice(1) }
}

/** What an item that a person adds to a page is. */
function kindOf(path: string): MemoryRecord['kind'] {
  if (path === 'preferences.md') return 'preference'
  if (path === 'procedures.md') return 'procedure'
  return path.startsWith('journal/') ? 'event' : 'fact'
}

/** A name as part of a path: letters and digits only, and none that a file system keeps for itself. */
function toFileName(name: string): string {
  const plain = words(name).map(fold).join('-').slice(0, 60) || 'other'
  return /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(plain) ? `${plain}-` : plain
}

/** A note that cannot be read, or a folder that looks like the wrong one. */
export class WikiError extends SalpError {
  constructor(code: 'memory/wiki-note' | 'memory/wiki-removal', why: string, options?: { cause?: unknown }) {
    super(code, `Cannot follow the notes: ${why}`, options)
  }
}
