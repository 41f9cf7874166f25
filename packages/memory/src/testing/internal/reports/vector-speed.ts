/** What does a search by vectors cost: every vector compared, sqlite-vec, and ours by signs and rescoring? */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createRng } from '@salp/core'
import { getLoadablePath } from 'sqlite-vec'
import { dot } from '../../../embedder.js'
import { signsOf } from '../../../signs.js'
import { createVectors } from '../../../vectors.js'
import { openMemory, said } from '../open.js'
import { quantile } from './statistics.js'
import { line, seconds, times } from './timing.js'

/** Nearest that are asked for, and of how many sqlite-vec compares the floats where it has bits too. */
const nearest = 10
const rescored = 1_000

/**
 * Vectors as sums of twenty directions of 8,000, frequent ones first, as texts share words: harder on signs than clusters are.
 *
 * sqlite-vec runs under Node's own SQLite: one process may not load it into two.
 */
export async function vectorSpeed(size: number, dimensions: number, folder: string): Promise<void> {
  const rng = createRng('vectors')
  const meanings = Array.from({ length: 8_000 }, () =>
    Float32Array.from({ length: dimensions }, () => rng() + rng() - 1),
  )
  const make = (): Float32Array => {
    const sum = new Float32Array(dimensions)
    for (let word = 0; word < 20; word++) {
      const meaning = meanings[Math.floor(rng() ** 3 * meanings.length)] ?? sum
      for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) + (meaning[index] ?? 0)
    }
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0))
    return sum.map((value) => value / length)
  }
  const flat = new Float32Array(size * dimensions)
  for (let row = 0; row < size; row++) flat.set(make(), row * dimensions)
  const vectorAt = (row: number): Float32Array => flat.subarray(row * dimensions, (row + 1) * dimensions)
  const asked = Array.from({ length: 30 }, make)

  const path = join(folder, 'vectors.db')
  const { memory, db } = openMemory({ path })
  for (let at = 0; at < size; at += 5_000)
    await memory.rememberAll(
      Array.from({ length: Math.min(5_000, size - at) }, (_, index) => said(`Note ${at + index}`)),
    )
  const bytes = (): number => {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return statSync(path).size
  }
  const before = bytes()
  const store = createVectors(db, { modelId: 'generated', dimensions })
  const ingest = await seconds(async () => {
    for (let batch = store.missing(-1, 5_000); batch.length > 0; batch = store.missing(batch.at(-1)?.seq ?? 0, 5_000)) {
      const rows = batch
      db.transaction(() => {
        for (const one of rows) store.put(one, vectorAt(one.seq - 1))
      })
    }
  })
  const how = { namespaceId: 1, sensitivity: 3, now: 0, limit: nearest }
  const first = await times(asked.slice(0, 1), (one) => store.search(one, how))
  const ours: number[][] = []
  const own = await times(asked, (one) => ours.push([...store.search(one, how).keys()].map((seq) => seq - 1)))

  const exact: number[][] = []
  const scan = await times(asked, (one) => exact.push(nearestOf(one, size, vectorAt)))

  const rivalPath = join(folder, 'sqlite-vec.db')
  const rival = new DatabaseSync(rivalPath, { allowExtension: true })
  rival.loadExtension(getLoadablePath())
  rival.exec(`PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;
    CREATE VIRTUAL TABLE floats USING vec0 (seq INTEGER PRIMARY KEY, space INTEGER, vector FLOAT[${dimensions}] distance_metric=cosine);
    CREATE VIRTUAL TABLE bits USING vec0 (seq INTEGER PRIMARY KEY, vector BIT[${dimensions}]);
    CREATE TABLE plain (seq INTEGER PRIMARY KEY, vector BLOB)`)
  const addFloats = rival.prepare('INSERT INTO floats (seq, space, vector) VALUES (?, 1, ?)')
  const addBits = rival.prepare('INSERT INTO bits (seq, vector) VALUES (?, vec_bit(?))')
  const addPlain = rival.prepare('INSERT INTO plain (seq, vector) VALUES (?, ?)')
  const fill = (add: (row: bigint, vector: Float32Array) => void): Promise<number> =>
    seconds(async () => {
      rival.exec('BEGIN')
      for (let row = 0; row < size; row++) add(BigInt(row), vectorAt(row))
      rival.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
    })
  const rivalIngest = await fill((row, vector) => void addFloats.run(row, bytesOf(vector)))
  const rivalBytes = statSync(rivalPath).size
  await fill((row, vector) => void [addBits.run(row, signsOf(vector)), addPlain.run(row, bytesOf(vector))])
  const byFloats = rival.prepare(`SELECT seq FROM floats WHERE vector MATCH ? AND k = ${nearest} AND space = 1`)
  const byBits = rival.prepare(`SELECT seq FROM bits WHERE vector MATCH vec_bit(?) AND k = ${rescored}`)
  const again = rival.prepare(`SELECT f.seq, vec_distance_cosine(f.vector, ?) AS distance FROM json_each(?) AS e
    CROSS JOIN plain AS f ON f.seq = e.value ORDER BY distance LIMIT ${nearest}`)
  const floats = await times(asked, (one) => byFloats.all(bytesOf(one)))
  const rescoring: number[][] = []
  const bits = await times(asked, (one) => {
    const chosen = byBits.all(signsOf(one)).map(({ seq }) => Number(seq))
    rescoring.push(again.all(bytesOf(one), JSON.stringify(chosen)).map(({ seq }) => Number(seq)))
  })

  const shared = (found: readonly number[][]): string => {
    const both = exact.flatMap((rows, index) => rows.map((row) => found[index]?.includes(row) === true))
    return `${((100 * both.filter(Boolean).length) / both.length).toFixed(1)} % of the nearest ${nearest}`
  }
  const mid = (taken: readonly number[]): number => quantile(taken, 0.5)
  const against = mid(floats)
  line(`vectors ${dimensions} d, ms p50`, mid(own), 'sqlite-vec floats', against, 'at most 0.25')
  console.log(
    `    ${shared(ours)} (goal: 98); the first search, which reads all signs: ${(first[0] ?? 0).toFixed(0)} ms`,
  )
  line('  every vector, in memory', mid(scan), 'sqlite-vec floats', against, 'needs all vectors in memory')
  line('  sqlite-vec bits, rescoring', mid(bits), 'sqlite-vec floats', against, shared(rescoring))
  line('  ingest, vectors/s', size / ingest, 'sqlite-vec floats', size / rivalIngest, '')
  line('  bytes a vector', (bytes() - before) / size, 'sqlite-vec floats', rivalBytes / size, '')
  rival.close()
  db.close()
}

/** Compares every vector. */
function nearestOf(question: Float32Array, size: number, vectorAt: (row: number) => Float32Array): number[] {
  const best: { row: number; cosine: number }[] = []
  for (let row = 0; row < size; row++) {
    const cosine = dot(question, vectorAt(row))
    if (best.length === nearest && cosine <= (best.at(-1)?.cosine ?? 0)) continue
    const place = best.findIndex((other) => other.cosine < cosine)
    best.splice(place < 0 ? best.length : place, 0, { row, cosine })
    if (best.length > nearest) best.pop()
  }
  return best.map(({ row }) => row)
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}
