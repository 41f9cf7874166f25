/** Vectors of records as rows, and the search over them. */

import type { SqlDatabase } from '@salp/core'
import { digest } from './digest.js'
import { dot, type Embedder } from './embedder.js'
import { createSigns, type Signs, signsOf } from './signs.js'

/** Vectors compared in full, chosen by their signs: so many for each one asked for, and no fewer than these. */
const rescored = 32
const leastRescored = 1_000

/** A record whose vector is missing, or was made from other words. */
export interface Unembedded {
  readonly seq: number
  readonly content: string
}

/** Signs of the rows read so far. */
interface Read {
  readonly signs: Signs
  /** Changes of the database then, by this connection and by others. */
  readonly stamp: string
  /** The last row read, to tell whether it is still the same one: rewriting the file renumbers them. */
  readonly last: { readonly row: number; readonly seq: number; readonly digest: number }
}

/** Prepares the statements for the vectors of one embedder. */
export function createVectors(db: SqlDatabase, { modelId, dimensions }: Pick<Embedder, 'modelId' | 'dimensions'>) {
  const missing = db.prepare<Unembedded>(`SELECT r.seq, r.content FROM memory_records AS r
    WHERE r.seq > ? AND NOT EXISTS (SELECT 1 FROM memory_vectors AS v
      WHERE v.model = ? AND v.seq = r.seq AND v.dimensions = ? AND v.record_digest = r.digest)
    ORDER BY r.seq LIMIT ?`)
  const pending = db.prepare<{ left: number }>(`SELECT count(*) AS left FROM memory_records AS r
    WHERE NOT EXISTS (SELECT 1 FROM memory_vectors AS v
      WHERE v.model = ? AND v.seq = r.seq AND v.dimensions = ? AND v.record_digest = r.digest)`)
  const put = db.prepare(`INSERT INTO memory_vectors (seq, model, dimensions, digest, record_digest, vector, bits)
    SELECT seq, ?, ?, ?, digest, ?, ? FROM memory_records WHERE seq = ? AND content = ?
    ON CONFLICT (model, dimensions, seq) DO UPDATE SET digest = excluded.digest,
      record_digest = excluded.record_digest, vector = excluded.vector, bits = excluded.bits`)
  const byDigest = db.prepare<{ vector: Uint8Array }>(
    'SELECT vector FROM memory_vectors WHERE model = ? AND dimensions = ? AND digest = ? LIMIT 1',
  )
  const drop = db.prepare('DELETE FROM memory_vectors WHERE model <> ? OR dimensions <> ?')
  const changes = db.prepare<{ own: number }>('SELECT total_changes() AS own')
  const version = db.prepare<{ data_version: number }>('PRAGMA data_version')
  const count = db.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM memory_vectors WHERE model = ? AND dimensions = ?',
  )
  const rowAt = db.prepare<{ seq: number; digest: number }>('SELECT seq, digest FROM memory_vectors WHERE rowid = ?')
  // The sign before the model keeps SQLite from its index: rows are read as they were written, the new ones last.
  const after = db.prepare<{ row: number; seq: number; digest: number; namespace_id: number; bits: Uint8Array }>(`
    SELECT v.rowid AS row, v.seq, v.digest, r.namespace_id, v.bits FROM memory_vectors AS v
    CROSS JOIN memory_records AS r ON r.seq = v.seq WHERE v.rowid > ? AND +v.model = ? AND v.dimensions = ? ORDER BY v.rowid`)
  const inRows = db.prepare<{ seq: number; vector: Uint8Array }>(
    'SELECT v.seq, v.vector FROM json_each(?) AS e CROSS JOIN memory_vectors AS v ON v.rowid = e.value',
  )
  const readable = db.prepare<{ seq: number }>(`SELECT r.seq FROM json_each(?) AS e
    CROSS JOIN memory_records AS r ON r.seq = e.value WHERE r.sensitivity <= ? AND r.closed_at IS NULL
      AND (r.expires_at IS NULL OR r.expires_at > ?)`)
  let read: Read | undefined

  /** Adds the rows after the last one read. */
  const readOn = (from: Pick<Read, 'signs' | 'last'>, stamp: string): Read => {
    let last = from.last
    for (const row of after.iterate(last.row, modelId, dimensions)) {
      from.signs.add(row.row, row.namespace_id, row.bits)
      last = { row: row.row, seq: row.seq, digest: row.digest }
    }
    return { signs: from.signs, stamp, last }
  }

  /** Signs of all vectors: read on where rows were added, read anew where any went. */
  const allSigns = (): Signs => {
    const stamp = `${changes.get()?.own} ${version.get()?.data_version}`
    if (read?.stamp === stamp) return read.signs
    const last = read && rowAt.get(read.last.row)
    if (read !== undefined && last?.seq === read.last.seq && last.digest === read.last.digest) {
      read = readOn(read, stamp)
      if (read.signs.size === count.get(modelId, dimensions)?.count) return read.signs
    }
    read = readOn({ signs: createSigns(dimensions), last: { row: -1, seq: -1, digest: 0 } }, stamp)
    return read.signs
  }

  return {
    /** Records whose vector is missing, in order, after one of them. */
    missing: (after: number, limit: number): Unembedded[] => missing.all(after, modelId, dimensions, limit),

    /** How many vectors are missing. */
    pending: (): number => pending.get(modelId, dimensions)?.left ?? 0,

    /** A vector made from the same words, if there is one. */
    known(content: string): Float32Array | undefined {
      const row = byDigest.get(modelId, dimensions, digest(content))
      return row && toVector(row.vector)
    },

    /** Stores the vector of a record, unless its words have changed meanwhile. */
    put({ seq, content }: Unembedded, vector: Float32Array): void {
      put.run(modelId, dimensions, digest(content), toBytes(vector), signsOf(vector), seq, content)
    },

    /** Deletes the vectors of other models. @returns How many. */
    dropOthers: (): number => drop.run(modelId, dimensions).changes,

    /**
     * The records most like `question`, best first, with their cosine.
     *
     * The signs of all vectors, held in memory, choose a thousand or more that are compared in full: of a smaller
     * namespace, every one.
     */
    search(
      question: Float32Array,
      {
        namespaceId,
        sensitivity,
        now,
        limit,
      }: { readonly namespaceId: number; readonly sensitivity: number; readonly now: number; readonly limit: number },
    ): Map<number, number> {
      const chosen = allSigns().likeliest(question, namespaceId, Math.max(leastRescored, limit * rescored))
      const ranked: { seq: number; similarity: number }[] = []
      for (const { seq, vector } of inRows.iterate(JSON.stringify(chosen))) {
        const similarity = dot(question, toVector(vector))
        ranked.push({ seq, similarity })
      }
      ranked.sort((a, b) => b.similarity - a.similarity || b.seq - a.seq)
      const best = new Map<number, number>()
      for (let from = 0; from < ranked.length && best.size < limit; from += limit * 2) {
        const some = ranked.slice(from, from + limit * 2)
        const may = new Set(
          readable.all(JSON.stringify(some.map(({ seq }) => seq)), sensitivity, now).map(({ seq }) => seq),
        )
        for (const { seq, similarity } of some) if (may.has(seq) && best.size < limit) best.set(seq, similarity)
      }
      return best
    },
  }
}

function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

function toVector(bytes: Uint8Array): Float32Array {
  return bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Float32Array(bytes.slice().buffer)
}
