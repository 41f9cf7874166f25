/** Records as rows: the only file, beside the migrations, that speaks SQL. */

import type { SqlDatabase, SqlValue } from '@salp/core'
import type { Annotation } from './annotate.js'
import type { Used } from './curate.js'
import { prepareGraph, prepareLinks } from './links.js'
import {
  type Claim,
  type MemoryKind,
  type MemoryRecord,
  type MemorySource,
  type Sensitivity,
  sensitivities,
  verifications,
} from './record.js'

/** Who reads, and as of when. Times in ms since the epoch. */
export interface Reader {
  readonly namespace: string
  readonly clearance: Sensitivity
  /** What has expired by now is gone. */
  readonly now: number
  /** What was believed at this moment, */
  readonly asOf: number
  /** about what holds at this one. */
  readonly validAt: number
}

/** Which records to forget; those that fit every field. */
export interface ForgetFilter {
  readonly ids?: readonly string[] | undefined
  readonly kind?: MemoryKind | undefined
  readonly tag?: string | undefined
  readonly author?: MemorySource['author'] | undefined
  readonly channel?: string | undefined
  readonly sessionId?: string | undefined
  readonly turnId?: string | undefined
  /** Recorded before this moment, in ms since the epoch. */
  readonly recordedBefore?: number | undefined
  /** Expired by this moment, in ms since the epoch. */
  readonly expiredBy?: number | undefined
}

/** Counts of a namespace. */
export interface MemoryStats {
  /** Records that hold now. */
  readonly records: number
  /** Records that another one has taken the place of; readable as history. */
  readonly superseded: number
  /** Records nobody reads again, not yet swept. */
  readonly expired: number
  /** Records that hold now, by kind. */
  readonly byKind: Readonly<Partial<Record<MemoryKind, number>>>
}

/** A record to be written, every field decided. */
export interface NewRecord extends MemoryRecord {
  readonly terms: string
  readonly digest: number
  /** Event time in words, to be found by. */
  readonly moment: string
  readonly notes: Annotation
}

/** A row that the full text found. */
export interface Found {
  readonly seq: number
  /** Range (0, ∞). */
  readonly bm25: number
  readonly thread: number | null
  /** Content of the older version that was found instead, if the row is its newest one. */
  readonly older?: string | undefined
}

/** A record with what recall needs of its row. */
export interface Candidate {
  readonly seq: number
  readonly record: MemoryRecord
  readonly terms: string
  readonly moment: string
  /** Span in which it happened, or the moment it was said. In ms since the epoch. */
  readonly from: number
  readonly to: number
  /** When it was said, or last of use. */
  readonly freshAt: number
}

/** A row of the records, as {@link columns} names it. */
export interface Row {
  readonly seq: number
  readonly id: string
  readonly kind: MemoryKind
  readonly content: string
  readonly terms: string
  readonly tags: string | null
  readonly author: MemorySource['author']
  readonly channel: string | null
  readonly session_id: string | null
  readonly turn_id: string | null
  readonly said_at: number
  readonly confidence: number
  readonly verification: number
  readonly sensitivity: number
  readonly valid_from: number | null
  readonly valid_until: number | null
  readonly recorded_at: number
  readonly closed_at: number | null
  readonly closed_from: number | null
  readonly superseded_by: string | null
  readonly expires_at: number | null
  readonly thread_name: string | null
  readonly happened_at: number | null
  readonly happened_until: number | null
  readonly subject: string | null
  readonly attribute: string | null
  readonly pinned: number
  readonly moment: string
  readonly used_at: number | null
}

/** Columns of a record, where `r` is its table. */
export const columns = `r.seq, r.id, r.kind, r.content, r.terms, r.tags, r.author, r.channel, r.session_id,
  r.turn_id, r.said_at, r.confidence, r.verification, r.sensitivity, r.valid_from, r.valid_until, r.recorded_at, r.closed_at,
  r.closed_from, (SELECT id FROM memory_records WHERE seq = r.superseded_by) AS superseded_by, r.expires_at,
  (SELECT name FROM memory_threads WHERE id = r.thread) AS thread_name, r.happened_at, r.happened_until, r.subject, r.attribute,
  r.pinned, r.moment, r.used_at`

const inNamespace = 'r.namespace_id = (SELECT id FROM memory_namespaces WHERE name = ?)'

/** Namespace, clearance and expiry, which no option of a reader can widen. */
export const readable = `${inNamespace} AND r.sensitivity <= ? AND (r.expires_at IS NULL OR r.expires_at > ?)`

/** Believed as of a moment, and holding at one. */
export const holding = `r.recorded_at <= ? AND (r.valid_from IS NULL OR r.valid_from <= ?) AND (r.valid_until IS NULL OR r.valid_until > ?)
  AND (r.closed_at IS NULL OR r.closed_at > ? OR r.closed_from > ?)`

/** Values for {@link readable}. */
export const readableParameters = ({ namespace, clearance, now }: Omit<Reader, 'asOf' | 'validAt'>): SqlValue[] => [
  namespace,
  sensitivities.indexOf(clearance),
  now,
]

/** Values for {@link holding}. */
export const holdingParameters = ({ asOf, validAt }: Reader): SqlValue[] => [asOf, validAt, validAt, asOf, validAt]

/** The rows of a memory. Every method is one statement or a few; the caller holds the transaction. */
export type Store = ReturnType<typeof createStore>

/** Stems whose frequency is kept: counting one reads all its places in the index. */
const keptFrequencies = 5_000

/** Prepares the statements. */
export function createStore(db: SqlDatabase) {
  const lastStamp = db.prepare<{ at: number }>('SELECT recorded_at AS at FROM memory_records ORDER BY seq DESC LIMIT 1')
  const addNamespace = db.prepare('INSERT INTO memory_namespaces (name) VALUES (?)')
  const add = db.prepare(`INSERT INTO memory_records (
      id, namespace_id, kind, content, terms, tags, author, channel, session_id, turn_id, said_at, confidence, verification,
      sensitivity, valid_from, valid_until, recorded_at, expires_at, digest, happened_at, happened_until, subject, attribute,
      pinned, moment, thread
    ) VALUES (?, ${Array.from({ length: 25 }, () => '?').join(', ')})`)
  const addText = db.prepare('INSERT INTO memory_text (rowid, content, terms, moment, scope) VALUES (?, ?, ?, ?, ?)')
  const idOfNamespace = db.prepare<{ id: number }>('SELECT id FROM memory_namespaces WHERE name = ?')
  const addThread = db.prepare('INSERT INTO memory_threads (namespace_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const countRecord = db.prepare('UPDATE memory_namespaces SET records = records + 1 WHERE id = ?')
  const idOfThread = db.prepare<{ id: number }>('SELECT id FROM memory_threads WHERE namespace_id = ? AND name = ?')
  const link = prepareLinks(db)
  const merge = db.prepare(
    'UPDATE memory_records SET confidence = ?, verification = ?, sensitivity = ?, tags = ?, terms = ?, expires_at = ? WHERE id = ?',
  )
  const file = db.prepare(
    'UPDATE memory_records SET kind = ?, tags = ?, sensitivity = ?, pinned = ?, terms = ?, digest = ? WHERE id = ?',
  )
  const close = db.prepare(`UPDATE memory_records
    SET closed_at = ?, closed_from = ?, superseded_by = (SELECT seq FROM memory_records WHERE id = ?) WHERE id = ?`)
  const byDigest = db.prepare<Row>(
    `SELECT ${columns} FROM memory_records AS r WHERE r.digest = ? AND ${inNamespace} AND r.closed_at IS NULL`,
  )
  const byId = db.prepare<Row>(`SELECT ${columns} FROM memory_records AS r WHERE r.id = ? AND ${readable}`)
  const before = db.prepare<Row>(`
    WITH RECURSIVE versions (seq) AS (SELECT seq FROM memory_records WHERE id = ?
      UNION SELECT r.seq FROM versions JOIN memory_records AS r ON r.superseded_by = versions.seq)
    SELECT ${columns} FROM versions JOIN memory_records AS r USING (seq) WHERE r.id <> ? AND ${readable} ORDER BY r.seq DESC`)
  const newest = db.prepare<Row>(`SELECT ${columns} FROM memory_records AS r WHERE ${readable} AND ${holding}
    AND (? IS NULL OR r.seq < (SELECT seq + (id <> ?) FROM memory_records WHERE id <= ? ORDER BY id DESC LIMIT 1))
    ORDER BY r.seq DESC LIMIT ?`)
  const namespaceOf = db.prepare<{ id: number; records: number; total: number }>(
    'SELECT id, records, (SELECT sum(records) FROM memory_namespaces) AS total FROM memory_namespaces WHERE name = ?',
  )
  const frequency = db.prepare<{ doc: number }>('SELECT doc FROM memory_vocabulary WHERE term = ?')
  const search = db.prepare<{
    seq: number
    bm25: number
    readable: number | null
    thread: number | null
    heir: number | null
    older: string | null
  }>(`
    WITH pool AS MATERIALIZED (
      SELECT rowid AS seq, bm25(memory_text, 1.0, 0.6, 0.5, 0.0) AS bm25 FROM memory_text WHERE memory_text MATCH ?
      ORDER BY bm25, rowid DESC LIMIT ?
    )
    SELECT pool.seq, pool.bm25, r.seq AS readable, r.thread, c.superseded_by AS heir, c.content AS older FROM pool
    LEFT JOIN memory_records AS r ON r.seq = pool.seq AND ${readable} AND ${holding}
    LEFT JOIN memory_records AS c ON r.seq IS NULL AND c.seq = pool.seq AND c.superseded_by IS NOT NULL AND c.sensitivity <= ?
      AND c.namespace_id = (SELECT id FROM memory_namespaces WHERE name = ?)
    ORDER BY pool.bm25, pool.seq DESC`)
  const newestVersion = db.prepare<{ seq: number; thread: number | null }>(`
    WITH RECURSIVE versions (seq) AS (VALUES (?) UNION SELECT r.superseded_by FROM versions JOIN memory_records AS r USING (seq)
      WHERE r.superseded_by IS NOT NULL AND r.closed_at <= ?)
    SELECT r.seq, r.thread FROM versions JOIN memory_records AS r USING (seq) WHERE ${readable} AND ${holding} LIMIT 1`)
  const bySeq =
    db.prepare<Row>(`SELECT ${columns} FROM json_each(?) AS e CROSS JOIN memory_records AS r ON r.seq = e.value
    WHERE ${readable} AND ${holding}`)
  const mentioned = db.prepare(`SELECT 1 FROM memory_text WHERE memory_text MATCH ? LIMIT 1`)
  const beside = db.prepare<{ seq: number; answers: number }>(`
    SELECT seq, 0 AS answers FROM (SELECT seq FROM memory_records WHERE thread = ? AND seq < ? ORDER BY seq DESC LIMIT 1)
    UNION ALL SELECT seq, (SELECT content LIKE '%?' FROM memory_records WHERE seq = ?)
    FROM (SELECT seq FROM memory_records WHERE thread = ? AND seq > ? ORDER BY seq LIMIT 1)`)
  const within = db.prepare<{ seq: number }>(`SELECT r.seq FROM memory_records AS r WHERE ${readable} AND ${holding}
    AND coalesce(r.happened_at, r.said_at) < ? AND coalesce(r.happened_until, r.said_at + 1) > ?
    ORDER BY r.seq DESC LIMIT ?`)
  const openClaims = db.prepare<Row>(`SELECT ${columns} FROM memory_records AS r WHERE ${inNamespace}
    AND r.subject = ? AND r.attribute = ? AND r.closed_at IS NULL AND r.id <> ? AND (r.expires_at IS NULL OR r.expires_at > ?)`)
  const retract = db.prepare(`UPDATE memory_records SET closed_at = ?, closed_from = ?
    WHERE id = ? AND closed_at IS NULL AND ${inNamespace.replace('r.', '')}`)
  const reopen = db.prepare(`UPDATE memory_records SET closed_at = NULL, closed_from = NULL, superseded_by = NULL
    WHERE id = ? AND closed_at IS NOT NULL AND ${inNamespace.replace('r.', '')}`)
  const all = db.prepare<Row & { uses: number }>(
    `SELECT ${columns}, r.uses FROM memory_records AS r WHERE ${readable} AND ${holding} ORDER BY r.seq`,
  )
  const history = db.prepare<Row>(
    `SELECT ${columns} FROM memory_records AS r WHERE ${readable} AND r.seq > ? ORDER BY r.seq LIMIT 500`,
  )
  const exists = db.prepare('SELECT 1 FROM memory_records WHERE id = ?')
  const expired = db.prepare<{ id: string }>(
    `SELECT r.id FROM memory_records AS r WHERE ${inNamespace} AND r.expires_at <= ? ORDER BY r.seq`,
  )
  const addCondensed = db.prepare(`INSERT INTO memory_condensed (source, summary)
    SELECT r.seq, (SELECT seq FROM memory_records WHERE id = ?) FROM json_each(?) AS e JOIN memory_records AS r ON r.id = e.value
    WHERE true ON CONFLICT DO NOTHING`)
  const condensedIds = db.prepare<{ id: string }>(
    'SELECT DISTINCT r.id FROM memory_condensed AS c JOIN memory_records AS r ON r.seq = c.source',
  )
  const use = db.prepare('UPDATE memory_records SET uses = uses + 1, used_at = ? WHERE id = ?')
  const counts = db.prepare<{ kind: MemoryKind; held: number; superseded: number; expired: number }>(`
    SELECT r.kind,
      sum(coalesce(r.expires_at > ?, 1) AND ${holding}) AS held,
      sum(coalesce(r.expires_at > ?, 1) AND r.closed_at IS NOT NULL) AS superseded,
      sum(coalesce(r.expires_at <= ?, 0)) AS expired
    FROM memory_records AS r WHERE ${inNamespace} AND r.sensitivity <= ? GROUP BY r.kind ORDER BY r.kind`)

  const frequencies = new Map<string, { readonly count: number; readonly total: number }>()

  return {
    /** Stamp of the newest record. */
    lastStamp: (): number => lastStamp.get()?.at ?? -Infinity,

    insert(record: NewRecord): void {
      const { source } = record
      const namespaceId =
        idOfNamespace.get(record.namespace)?.id ?? Number(addNamespace.run(record.namespace).lastInsertRowid)
      if (record.thread !== undefined) addThread.run(namespaceId, record.thread)
      const { lastInsertRowid } = add.run(
        record.id,
        namespaceId,
        record.kind,
        record.content,
        record.terms,
        tagsToSql(record.tags),
        source.author,
        source.channel ?? null,
        source.sessionId ?? null,
        source.turnId ?? null,
        source.at,
        record.confidence,
        verifications.indexOf(record.verification),
        sensitivities.indexOf(record.sensitivity),
        record.validFrom ?? null,
        record.validUntil ?? null,
        record.recordedAt,
        record.expiresAt ?? null,
        record.digest,
        record.happenedAt ?? record.notes.happened?.from ?? null,
        record.happenedAt === undefined ? (record.notes.happened?.to ?? null) : record.happenedAt + 1,
        record.claim?.subject ?? null,
        record.claim?.attribute ?? null,
        record.pinned ? 1 : 0,
        record.moment,
        record.thread === undefined ? null : (idOfThread.get(namespaceId, record.thread)?.id ?? null),
      )
      addText.run(lastInsertRowid, record.content, record.terms, record.moment, `n${namespaceId}`)
      countRecord.run(namespaceId)
      link(Number(lastInsertRowid), namespaceId, record.notes)
    },

    /** Records that nothing has taken the place of, with that digest. */
    withDigest: (digest: number, namespace: string): MemoryRecord[] =>
      byDigest.all(digest, namespace).map((row) => toRecord(row, namespace)),

    /** Writes what a repeated record may raise. */
    merge(record: MemoryRecord, terms: string): void {
      const { confidence, verification, sensitivity, tags, expiresAt, id } = record
      const ranks = [verifications.indexOf(verification), sensitivities.indexOf(sensitivity)]
      merge.run(confidence, ...ranks, tagsToSql(tags), terms, expiresAt ?? null, id)
    },

    /** Writes how a record is filed. */
    file({ kind, tags, sensitivity, pinned, id }: MemoryRecord, terms: string, digest: number): void {
      file.run(kind, tagsToSql(tags), sensitivities.indexOf(sensitivity), pinned ? 1 : 0, terms, digest, id)
    },

    /** Lets `id` hold no more from `from` on, as known since `at`, in favour of `successor`. */
    supersede(id: string, { by, at, from }: { by: string; at: number; from: number }): void {
      close.run(at, from, by, id)
    },

    /** The records whose place `id` took, directly or through others, the newest first. */
    before: (id: string, reader: Omit<Reader, 'asOf' | 'validAt'>): MemoryRecord[] =>
      before.all(id, id, ...readableParameters(reader)).map((row) => toRecord(row, reader.namespace)),

    get(id: string, reader: Omit<Reader, 'asOf' | 'validAt'>): MemoryRecord | undefined {
      const row = byId.get(id, ...readableParameters(reader))
      return row && toRecord(row, reader.namespace)
    },

    newest(reader: Reader, limit: number, before: string | null): MemoryRecord[] {
      const rows = newest.all(
        ...readableParameters(reader),
        ...holdingParameters(reader),
        before,
        before,
        before,
        limit,
      )
      return rows.map((row) => toRecord(row, reader.namespace))
    },

    /** Sizes of a namespace and of all, and its name in the index. */
    namespace: (name: string): { id: number; records: number; total: number } | undefined => namespaceOf.get(name),

    /** Records that have a stem, in all namespaces; as counted when there were about as many as now. */
    frequency(stem: string, total: number): number {
      const known = frequencies.get(stem)
      if (known !== undefined && Math.abs(known.total - total) <= 0.02 * total) return known.count
      const count = frequency.get(stem)?.doc ?? 0
      if (frequencies.size >= keptFrequencies) frequencies.clear()
      // A word nobody has used may be used by the next record.
      if (count > 0) frequencies.set(stem, { count, total })
      return count
    },

    /**
     * The best `pool` rows of the full text that this reader may see, best first; `exhausted` when there are no others.
     * A row that was superseded stands for its newest version.
     */
    search(match: string, pool: number, reader: Reader): { found: Found[]; exhausted: boolean } {
      const { namespace, clearance } = reader
      const may = [...readableParameters(reader), ...holdingParameters(reader)]
      const rows = search.all(match, pool, ...may, sensitivities.indexOf(clearance), namespace)
      const found = rows.flatMap((row): Found[] => {
        if (row.readable !== null) return [{ seq: row.seq, bm25: -row.bm25, thread: row.thread }]
        const heir = row.heir === null ? undefined : newestVersion.get(row.heir, reader.asOf, ...may)
        return heir === undefined ? [] : [{ ...heir, bm25: -row.bm25, older: row.older ?? '' }]
      })
      return { found, exhausted: rows.length < pool }
    },

    /** Whether any record has what `match` asks for. */
    mentions: (match: string): boolean => mentioned.get(match) !== undefined,

    /** The records before and after one in its thread; `answers` if the one is a question and this comes next. */
    beside: (thread: number, seq: number): { seq: number; answers: boolean }[] =>
      beside.all(thread, seq, seq, thread, seq).map((row) => ({ seq: row.seq, answers: row.answers === 1 })),

    /** Newest records whose time overlaps a span. */
    within: (from: number, to: number, reader: Reader, limit: number): number[] =>
      within
        .all(
          ...readableParameters(reader),
          ...holdingParameters(reader),
          Math.min(to, 8.64e15),
          Math.max(from, -8.64e15),
          limit,
        )
        .map(({ seq }) => seq),

    /** Rows of those that this reader may see. */
    fetch(seqs: readonly number[], reader: Reader): Map<number, Candidate> {
      const rows = bySeq.all(JSON.stringify(seqs), ...readableParameters(reader), ...holdingParameters(reader))
      return new Map(rows.map((row) => [row.seq, toCandidate(row, reader.namespace)]))
    },

    /** Records of a claim that nothing has taken the place of. */
    openClaims: ({ subject, attribute }: Claim, namespace: string, besides: string, now: number): MemoryRecord[] =>
      openClaims.all(namespace, subject, attribute, besides, now).map((row) => toRecord(row, namespace)),

    /** Closes a record, with nothing in its place. @returns Whether it was open. */
    retract: (id: string, namespace: string, at: number): boolean => retract.run(at, at, id, namespace).changes > 0,

    /** Takes a closing back. @returns Whether there was one. */
    reopen: (id: string, namespace: string): boolean => reopen.run(id, namespace).changes > 0,

    /** Every record that holds, oldest first, with its use. */
    all(reader: Reader): Used[] {
      return all.all(...readableParameters(reader), ...holdingParameters(reader)).map((row) => ({
        record: toRecord(row, reader.namespace),
        uses: row.uses,
        usedAt: row.used_at ?? undefined,
      }))
    },

    /** Notes what a summary was written from. */
    condensed(summary: string, sources: readonly string[]): void {
      addCondensed.run(summary, JSON.stringify(sources))
    },

    /** Ids of what was condensed already. */
    wasCondensed: (): Set<string> => new Set(condensedIds.all().map(({ id }) => id)),

    /** Notes that a record was of use. */
    use: (id: string, at: number): void => void use.run(at, id),

    graph: prepareGraph(db),

    /** A page of all records, superseded ones included, oldest first. */
    history: (after: number, reader: Reader): { seq: number; record: MemoryRecord }[] =>
      history
        .all(...readableParameters(reader), after)
        .map((row) => ({ seq: row.seq, record: toRecord(row, reader.namespace) })),

    /** Whether a record has this id, in any namespace. */
    exists: (id: string): boolean => exists.get(id) !== undefined,

    /** Ids of what has expired. */
    expired: (namespace: string, at: number): string[] => expired.all(namespace, at).map(({ id }) => id),

    /** Deletes for good. @returns The ids. */
    delete(namespace: string, filter: ForgetFilter): string[] {
      const conditions: [string, SqlValue | undefined][] = [
        ['id IN (SELECT value FROM json_each(?))', filter.ids && JSON.stringify(filter.ids)],
        ['kind = ?', filter.kind],
        ['EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)', filter.tag],
        ['author = ?', filter.author],
        ['channel = ?', filter.channel],
        ['session_id = ?', filter.sessionId],
        ['turn_id = ?', filter.turnId],
        ['recorded_at < ?', filter.recordedBefore],
        ['expires_at <= ?', filter.expiredBy],
      ]
      const asked = conditions.filter(([, value]) => value !== undefined)
      const where = ['namespace_id = (SELECT id FROM memory_namespaces WHERE name = ?)', ...asked.map(([sql]) => sql)]
      // A summary holds words of its sources: it goes with the first of them.
      const summaries = db
        .prepare<{ id: string }>(
          `DELETE FROM memory_records WHERE seq IN (SELECT c.summary FROM memory_condensed AS c JOIN memory_records AS r
            ON r.seq = c.source WHERE ${where.join(' AND ')}) RETURNING id`,
        )
        .all(namespace, ...asked.map(([, value]) => value ?? null))
      const rows = db
        .prepare<{ id: string }>(`DELETE FROM memory_records WHERE ${where.join(' AND ')} RETURNING id`)
        .all(namespace, ...asked.map(([, value]) => value ?? null))
      db.prepare('DELETE FROM memory_namespaces WHERE name = ? AND records = 0').run(namespace)
      return [...summaries, ...rows].map(({ id }) => id)
    },

    stats(reader: Reader): MemoryStats {
      const { now, namespace, clearance } = reader
      const rows = counts.all(now, ...holdingParameters(reader), now, now, namespace, sensitivities.indexOf(clearance))
      const total = (key: 'held' | 'superseded' | 'expired'): number => rows.reduce((sum, row) => sum + row[key], 0)
      return {
        records: total('held'),
        superseded: total('superseded'),
        expired: total('expired'),
        byKind: Object.fromEntries(rows.filter(({ held }) => held > 0).map(({ kind, held }) => [kind, held])),
      }
    },
  }
}

function tagsToSql(tags: readonly string[]): string | null {
  return tags.length === 0 ? null : JSON.stringify(tags)
}

function toCandidate(row: Row, namespace: string): Candidate {
  return {
    seq: row.seq,
    record: toRecord(row, namespace),
    terms: row.terms,
    moment: row.moment,
    from: row.happened_at ?? row.said_at,
    to: row.happened_until ?? row.said_at + 1,
    freshAt: Math.max(row.said_at, row.used_at ?? -Infinity),
  }
}

/** Reads a row. */
export function toRecord(row: Row, namespace: string): MemoryRecord {
  const until = Math.min(row.valid_until ?? Infinity, row.closed_from ?? Infinity)
  return {
    id: row.id,
    namespace,
    content: row.content,
    kind: row.kind,
    source: {
      author: row.author,
      ...(row.channel !== null && { channel: row.channel }),
      ...(row.session_id !== null && { sessionId: row.session_id }),
      ...(row.turn_id !== null && { turnId: row.turn_id }),
      at: row.said_at,
    },
    confidence: row.confidence,
    verification: verifications[row.verification] ?? 'inferred',
    sensitivity: sensitivities[row.sensitivity] ?? 'restricted',
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    ...(row.valid_from !== null && { validFrom: row.valid_from }),
    ...(until < Infinity && { validUntil: until }),
    ...(row.thread_name !== null && { thread: row.thread_name }),
    ...(row.happened_at !== null && { happenedAt: row.happened_at }),
    ...(row.subject !== null &&
      row.attribute !== null && { claim: { subject: row.subject, attribute: row.attribute } }),
    pinned: row.pinned === 1,
    recordedAt: row.recorded_at,
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    ...(row.superseded_by !== null && { supersededBy: row.superseded_by }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
  }
}
