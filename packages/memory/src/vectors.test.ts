import { createRng, type SqlDatabase } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { calibrate } from './calibrate.js'
import { checkMemory } from './check.js'
import { dot, type Embedder, EmbedderError } from './embedder.js'
import { checkEmbedder, wordEmbedder } from './testing/index.js'
import { openMemory, said } from './testing/internal/open.js'
import { createVectors } from './vectors.js'

const synonyms = [['automobile', 'car', 'vehicle']]
const stored = (db: SqlDatabase) =>
  db
    .prepare<{ model: string; count: number }>('SELECT model, count(*) AS count FROM memory_vectors GROUP BY model')
    .all()

describe('wordEmbedder()', () => {
  test('keeps what an embedder promises', async () => expect(await checkEmbedder(wordEmbedder)).toEqual([]))
})

describe('embed()', () => {
  test('finds by meaning what shares no word', async () => {
    const { memory } = openMemory({ embedder: wordEmbedder({ synonyms }) })
    const { record } = await memory.remember(said('The vehicle stands in the yard'))
    await memory.remember(said('The parrot sings at dawn'))
    expect(await memory.embed()).toEqual({ embedded: 2, left: 0 })
    const { hits } = await memory.recall('car', { floor: 0 })
    expect(hits[0]?.id).toBe(record.id)
  })

  test('goes on where it was cut short, and makes no vector twice', async () => {
    const embedder = wordEmbedder()
    const { memory } = openMemory({ embedder })
    await memory.rememberAll(Array.from({ length: 70 }, (_, index) => said(`Note ${index} on pumps`)))
    expect(await memory.embed({ limit: 40 })).toEqual({ embedded: 40, left: 30 })
    expect(await memory.embed()).toEqual({ embedded: 30, left: 0 })
    expect(await memory.embed()).toEqual({ embedded: 0, left: 0 })
    await memory.remember({ content: 'Note 1 on pumps', source: { author: 'agent' } })
    await memory.embed()
    expect(embedder.calls).toEqual([32, 8, 30])
  })

  test('never compares two models, and drops the old once the new is complete', async () => {
    const { memory, db, reopen } = openMemory({ embedder: wordEmbedder() })
    await memory.rememberAll([said('One pump'), said('Two pumps')])
    await memory.embed()
    const other = reopen({}, wordEmbedder({ modelId: 'words-32', dimensions: 32 }))
    await other.embed({ limit: 1 })
    expect(stored(db)).toEqual([
      { model: 'words-32', count: 1 },
      { model: 'words-64', count: 2 },
    ])
    expect((await other.recall('pump')).hits.length).toBe(2)
    await other.embed()
    expect(stored(db)).toEqual([{ model: 'words-32', count: 2 }])
  })

  test('forgets the vector with the record', async () => {
    const { memory, db } = openMemory({ embedder: wordEmbedder() })
    const { record } = await memory.remember(said('One pump'))
    await memory.embed()
    await memory.forget(record.id)
    expect([stored(db), checkMemory(db).intact]).toEqual([[], true])
  })

  test('throws EmbedderError if a vector has another length', async () => {
    const wrong: Embedder = { modelId: 'wrong', dimensions: 3, embed: async () => [new Float32Array(2)] }
    const { memory, events } = openMemory({ embedder: wrong })
    await memory.remember(said('One pump'))
    await expect(memory.embed()).rejects.toThrow(EmbedderError)
    expect((await memory.recall('pump')).hits.length).toBe(1)
    expect(events.published.at(-1)?.[0]).toBe('memory:embedder-failed')
  })
})

describe('search()', () => {
  const dimensions = 96
  const rng = createRng('vectors')
  const draw = () => Float32Array.from({ length: dimensions }, () => rng() - 0.5)
  const meanings = Array.from({ length: 200 }, draw)
  /** Sums of directions, as texts share words. */
  const make = () => {
    const sum = new Float32Array(dimensions)
    for (let word = 0; word < 8; word++) {
      const meaning = meanings[Math.floor(rng() ** 2 * meanings.length)] ?? sum
      for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) + (meaning[index] ?? 0)
    }
    const length = Math.hypot(...sum)
    return sum.map((value) => value / length)
  }
  const fill = (db: SqlDatabase, vectors = createVectors(db, { modelId: 'random', dimensions })) => {
    const made = new Map<number, Float32Array>()
    db.transaction(() => {
      for (const one of vectors.missing(-1, 10_000)) {
        const vector = make()
        made.set(one.seq, vector)
        vectors.put(one, vector)
      }
    })
    return { vectors, made }
  }
  const how = { namespaceId: 1, sensitivity: 3, now: 0, limit: 10 }
  const notes = (count: number, from = 0) => Array.from({ length: count }, (_, index) => said(`Note ${from + index}`))

  test('finds by signs and rescoring nearly all that comparing every vector finds', async () => {
    const { memory, db } = openMemory()
    await memory.rememberAll(notes(6_000))
    const { vectors, made } = fill(db)
    let shared = 0
    for (let index = 0; index < 50; index++) {
      const question = make()
      const exact = [...made].map(([seq, vector]) => ({ seq, cosine: dot(question, vector) }))
      exact.sort((a, b) => b.cosine - a.cosine)
      const found = vectors.search(question, how)
      shared += exact.slice(0, 10).filter(({ seq }) => found.has(seq)).length
    }
    expect(shared / 500).toBeGreaterThanOrEqual(0.98)
  })

  test('follows what is added, forgotten and put in the place of the forgotten', async () => {
    const { memory, db } = openMemory()
    const first = await memory.rememberAll(notes(40))
    const { vectors } = fill(db)
    const found = () => [...vectors.search(make(), { ...how, limit: 500 }).keys()].toSorted((a, b) => a - b)
    const stored = () =>
      db
        .prepare<{ seq: number }>('SELECT seq FROM memory_vectors ORDER BY seq')
        .all()
        .map(({ seq }) => seq)
    expect(found()).toEqual(stored())
    await memory.rememberAll(notes(20, 40))
    fill(db, vectors)
    expect([found(), found().length]).toEqual([stored(), 60])
    const gone = first.slice(30).map(({ record }) => record.id)
    await memory.forget({ ids: gone })
    expect([found(), found().length]).toEqual([stored(), 50])
    await memory.forget({ ids: (await memory.list({ limit: 20 })).map(({ id }) => id) })
    await memory.rememberAll(notes(20, 100))
    fill(db, vectors)
    expect([found(), found().length]).toEqual([stored(), 50])
  })

  test('keeps to one namespace', async () => {
    const { memory, db } = openMemory()
    await memory.rememberAll([said('Mine'), said('Yours', { namespace: 'other' })])
    const { vectors } = fill(db)
    expect([...vectors.search(make(), how).keys()]).toEqual([1])
    expect([...vectors.search(make(), { ...how, namespaceId: 2 }).keys()]).toEqual([2])
  })
})

describe('calibrate()', () => {
  const facts = Array.from({ length: 30 }, (_, index) =>
    said(`The vehicle of team ${String.fromCharCode(97 + index)}x is serviced`),
  )

  test('gives weight to vectors that answer what full text cannot', async () => {
    const words = Array.from({ length: 30 }, (_, index) => [`known${index}`, `hidden${index}`])
    const { memory } = openMemory({ embedder: wordEmbedder({ synonyms: words }) })
    const written = await memory.rememberAll(words.map(([word]) => said(`Record of ${word} in the ledger`)))
    await memory.embed()
    const questions = words.map(([, word], index) => ({
      text: `ledger record ${word}`,
      ids: [written[index]?.record.id ?? ''],
    }))
    const { rows, tuning } = await calibrate(memory, questions)
    expect(tuning.vectors).toBeGreaterThan(0.2)
    expect(
      (rows.find((row) => row.weight === tuning.vectors)?.recallAt5 ?? 0) - (rows[0]?.recallAt5 ?? 0),
    ).toBeGreaterThan(0.5)
  })

  test('keeps vectors that say nothing to the tail', async () => {
    const blind: Embedder = {
      modelId: 'blind',
      dimensions: 2,
      embed: async (texts) => texts.map(() => Float32Array.of(1, 1)),
    }
    const { memory } = openMemory({ embedder: blind })
    const written = await memory.rememberAll(facts)
    await memory.embed()
    const questions = written.map(({ record }) => ({ text: record.content, ids: [record.id] }))
    expect((await calibrate(memory, questions)).tuning.vectors).toBeLessThanOrEqual(0.2)
  })

  test('throws RangeError for too few questions', async () => {
    await expect(calibrate(openMemory().memory, [])).rejects.toThrow(RangeError)
  })
})
