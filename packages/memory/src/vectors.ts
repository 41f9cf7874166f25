/** Vectors of records as rows, and the search over them. */

import type { SqlDatabase } from '@salp/core'
import { digest } from './digest.js'
import { dot, type Embedder } from './embedder.js'

/** Records up to which every vector is compared; past them, the signs choose which. */
const exactLimit = 5_000

/** Vectors compared in full for each one asked for, past those. */
const rescored = 48

/** A record whose vector is missing, or was made from other words. */
export interface Unembedded {
  readonly seq: number
  readonly content: string
}

/** The signs of every vector of a model, packed, with whose they are. */
interface Signs {
  readonly stamp: string
  readonly seqs: readonly number[]
  readonly namespaces: readonly number[]
  readonly bits: Uint32Array
  readonly words: number
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
  const count = db.prepare<{ count: number; last: number | null }>(
    'SELECT count(*) AS count, max(rowid) AS last FROM memory_vectors WHERE model = ? AND dimensions = ?',
  )
  const version = db.prepare<{ data_version: number }>('PRAGMA data_version')
  const scan = db.prepare<{ seq: number; vector: Uint8Array }>(`SELECT v.seq, v.vector FROM memory_vectors AS v
    JOIN memory_records AS r ON r.seq = v.seq WHERE v.model = ? AND v.dimensions = ? AND r.namespace_id = ?
      AND r.sensitivity <= ? AND r.closed_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > ?)`)
  const some = db.prepare<{ seq: number; vector: Uint8Array }>(`SELECT v.seq, v.vector FROM json_each(?) AS e
    CROSS JOIN memory_vectors AS v ON v.model = ? AND v.dimensions = ? AND v.seq = e.value
    CROSS JOIN memory_records AS r ON r.seq = v.seq WHERE r.sensitivity <= ? AND r.closed_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > ?)`)
  const signs = db.prepare<{
    seq: number
    namespace_id: number
    bits: Uint8Array
  }>(`SELECT v.seq, r.namespace_id, v.bits
    FROM memory_vectors AS v JOIN memory_records AS r ON r.seq = v.seq WHERE v.model = ? AND v.dimensions = ? ORDER BY v.seq`)
  let cache: Signs | undefined
  let changes = 0

  /** Signs of all vectors, read again when anything was written. */
  const allSigns = (): Signs => {
    const { count: rows = 0, last = 0 } = count.get(modelId, dimensions) ?? {}
    const stamp = [changes, version.get()?.data_version, rows, last].join()
    if (cache?.stamp === stamp) return cache
    const words = Math.ceil(dimensions / 32)
    const seqs: number[] = []
    const namespaces: number[] = []
    const bits = new Uint32Array(rows * words)
    for (const row of signs.iterate(modelId, dimensions)) {
      const packed = new Uint32Array(row.bits.slice().buffer)
      bits.set(packed, seqs.length * words)
      seqs.push(row.seq)
      namespaces.push(row.namespace_id)
    }
    cache = { stamp, seqs, namespaces, bits, words }
    return cache
  }

  const likeliest = (question: Float32Array, namespaceId: number, limit: number): number[] => {
    const { seqs, namespaces, bits, words } = allSigns()
    const asked = new Uint32Array(signsOf(question).buffer)
    const byDistance: number[][] = Array.from({ length: dimensions + 1 }, () => [])
    for (let row = 0; row < seqs.length; row++) {
      if (namespaces[row] !== namespaceId) continue
      let distance = 0
      for (let word = 0; word < words; word++) distance += ones((bits[row * words + word] ?? 0) ^ (asked[word] ?? 0))
      byDistance[distance]?.push(seqs[row] ?? 0)
    }
    const nearest: number[] = []
    for (const group of byDistance) {
      if (nearest.length >= limit) break
      nearest.push(...group)
    }
    return nearest
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
      changes++
      put.run(modelId, dimensions, digest(content), toBytes(vector), signsOf(vector), seq, content)
    },

    /** Deletes the vectors of other models. @returns How many. */
    dropOthers: (): number => drop.run(modelId, dimensions).changes,

    /**
     * The records most like `question`, best first, with their cosine.
     *
     * Up to 5,000 vectors each is compared; past that, 48 for each asked for, chosen by the signs of their numbers.
     */
    search(
      question: Float32Array,
      {
        namespaceId,
        sensitivity,
        now,
        limit,
        exact = exactLimit,
      }: { namespaceId: number; sensitivity: number; now: number; limit: number; exact?: number },
    ): Map<number, number> {
      const { count: rows = 0 } = count.get(modelId, dimensions) ?? {}
      const best: { seq: number; similarity: number }[] = []
      const chosen =
        rows <= exact
          ? scan.iterate(modelId, dimensions, namespaceId, sensitivity, now)
          : some.iterate(
              JSON.stringify(likeliest(question, namespaceId, limit * rescored)),
              modelId,
              dimensions,
              sensitivity,
              now,
            )
      for (const { seq, vector } of chosen) {
        const similarity = dot(question, toVector(vector))
        if (best.length === limit && similarity <= (best.at(-1)?.similarity ?? 0)) continue
        const at = best.findIndex((other) => other.similarity < similarity)
        best.splice(at < 0 ? best.length : at, 0, { seq, similarity })
        if (best.length > limit) best.pop()
      }
      return new Map(best.map(({ seq, similarity }) => [seq, similarity]))
    },

    /** Told when records were deleted. */
    changed(): void {
      changes++
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

/** One bit a number, set if it is positive; padded to whole words. */
function signsOf(vector: Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(vector.length / 32) * 4)
  vector.forEach((value, index) => {
    if (value > 0) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  })
  return bits
}

/** Bits that are set. @see Warren, "Hacker's Delight" (2002), figure 5-2. */
function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
