/** Records as rows: the only file, beside the migrations, that speaks SQL. */

import type { SqlDatabase, SqlValue } from '@salp/core'
import {
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
}

/** A row that the full text found. */
export interface Candidate {
  readonly record: MemoryRecord
  readonly terms: string
  /** Range (0, ∞). */
  readonly bm25: number
}

interface Row {
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
}

const columns = `r.seq, r.id, r.kind, r.content, r.terms, r.tags, r.author, r.channel, r.session_id,
  r.turn_id, r.said_at, r.confidence, r.verification, r.sensitivity, r.valid_from, r.valid_until, r.recorded_at, r.closed_at,
  r.closed_from, (SELECT id FROM memory_records WHERE seq = r.superseded_by) AS superseded_by, r.expires_at`

const inNamespace = 'r.namespace_id = (SELECT id FROM memory_namespaces WHERE name = ?)'

/** Namespace, clearance and expiry, which no option of a reader can widen. */
const readable = `${inNamespace} AND r.sensitivity <= ? AND (r.expires_at IS NULL OR r.expires_at > ?)`

/** Believed as of a moment, and holding at one. */
const holding = `r.recorded_at <= ? AND (r.valid_from IS NULL OR r.valid_from <= ?) AND (r.valid_until IS NULL OR r.valid_until > ?)
  AND (r.closed_at IS NULL OR r.closed_at > ? OR r.closed_from > ?)`

const readableParameters = ({ namespace, clearance, now }: Omit<Reader, 'asOf' | 'validAt'>): SqlValue[] => [
  namespace,
  sensitivities.indexOf(clearance),
  now,
]

const holdingParameters = ({ asOf, validAt }: Reader): SqlValue[] => [asOf, validAt, validAt, asOf, validAt]

/** The rows of a memory. Every method is one statement or a few; the caller holds the transaction. */
export type Store = ReturnType<typeof createStore>

/** Prepares the statements. */
export function createStore(db: SqlDatabase) {
  const lastStamp = db.prepare<{ at: number }>('SELECT recorded_at AS at FROM memory_records ORDER BY seq DESC LIMIT 1')
  const addNamespace = db.prepare('INSERT INTO memory_namespaces (name) VALUES (?) ON CONFLICT DO NOTHING')
  const add = db.prepare(`INSERT INTO memory_records (
      id, namespace_id, kind, content, terms, tags, author, channel, session_id, turn_id, said_at, confidence, verification,
      sensitivity, valid_from, valid_until, recorded_at, expires_at, digest
    ) VALUES (?, (SELECT id FROM memory_namespaces WHERE name = ?), ${Array.from({ length: 17 }, () => '?').join(', ')})`)
  const merge = db.prepare(
    'UPDATE memory_records SET confidence = ?, verification = ?, sensitivity = ?, tags = ?, terms = ?, expires_at = ? WHERE id = ?',
  )
  const close = db.prepare(`UPDATE memory_records
    SET closed_at = ?, closed_from = ?, superseded_by = (SELECT seq FROM memory_records WHERE id = ?) WHERE id = ?`)
  const byDigest = db.prepare<Row>(
    `SELECT ${columns} FROM memory_records AS r WHERE r.digest = ? AND ${inNamespace} AND r.closed_at IS NULL`,
  )
  const byId = db.prepare<Row>(`SELECT ${columns} FROM memory_records AS r WHERE r.id = ? AND ${readable}`)
  const newest = db.prepare<Row>(`SELECT ${columns} FROM memory_records AS r WHERE ${readable} AND ${holding}
    AND (? IS NULL OR r.seq < (SELECT seq + (id <> ?) FROM memory_records WHERE id <= ? ORDER BY id DESC LIMIT 1))
    ORDER BY r.seq DESC LIMIT ?`)
  const namespaceOf = db.prepare<{ id: number; records: number; total: number }>(
    'SELECT id, records, (SELECT sum(records) FROM memory_namespaces) AS total FROM memory_namespaces WHERE name = ?',
  )
  const frequency = db.prepare<{ doc: number }>('SELECT doc FROM memory_vocabulary WHERE term = ?')
  const search = db.prepare<(Row | { id: null; terms: null }) & { bm25: number }>(`
    WITH pool AS MATERIALIZED (
      SELECT rowid AS seq, bm25(memory_text, 1.0, 0.6, 0.0) AS bm25 FROM memory_text WHERE memory_text MATCH ?
      ORDER BY bm25, rowid DESC LIMIT ?
    )
    SELECT ${columns}, pool.bm25 FROM pool LEFT JOIN memory_records AS r ON r.seq = pool.seq AND ${readable} AND ${holding}
    ORDER BY pool.bm25, pool.seq DESC`)
  const counts = db.prepare<{ kind: MemoryKind; held: number; superseded: number; expired: number }>(`
    SELECT r.kind,
      sum(coalesce(r.expires_at > ?, 1) AND ${holding}) AS held,
      sum(coalesce(r.expires_at > ?, 1) AND r.closed_at IS NOT NULL) AS superseded,
      sum(coalesce(r.expires_at <= ?, 0)) AS expired
    FROM memory_records AS r WHERE ${inNamespace} AND r.sensitivity <= ? GROUP BY r.kind ORDER BY r.kind`)

  return {
    /** Stamp of the newest record. */
    lastStamp: (): number => lastStamp.get()?.at ?? -Infinity,

    insert(record: NewRecord): void {
      const { source } = record
      addNamespace.run(record.namespace)
      add.run(
        record.id,
        record.namespace,
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
      )
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

    /** Lets `id` hold no more from `from` on, as known since `at`, in favour of `successor`. */
    supersede(id: string, { by, at, from }: { by: string; at: number; from: number }): void {
      close.run(at, from, by, id)
    },

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

    /** Records that have a stem, in all namespaces. */
    frequency: (stem: string): number => frequency.get(stem)?.doc ?? 0,

    /** The best `pool` rows of the full text that this reader may see, best first; `exhausted` when there are no others. */
    search(match: string, pool: number, reader: Reader): { candidates: Candidate[]; exhausted: boolean } {
      const rows = search.all(match, pool, ...readableParameters(reader), ...holdingParameters(reader))
      return {
        candidates: rows.flatMap((row) =>
          row.id === null ? [] : [{ record: toRecord(row, reader.namespace), terms: row.terms, bm25: -row.bm25 }],
        ),
        exhausted: rows.length < pool,
      }
    },

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
      const rows = db
        .prepare<{ id: string }>(`DELETE FROM memory_records WHERE ${where.join(' AND ')} RETURNING id`)
        .all(namespace, ...asked.map(([, value]) => value ?? null))
      db.prepare('DELETE FROM memory_namespaces WHERE name = ? AND records = 0').run(namespace)
      return rows.map(({ id }) => id)
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

function toRecord(row: Row, namespace: string): MemoryRecord {
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
    recordedAt: row.recorded_at,
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    ...(row.superseded_by !== null && { supersededBy: row.superseded_by }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
  }
}
