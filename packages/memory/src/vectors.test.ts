import { createRng, type SqlDatabase } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { calibrate } from './calibrate.js'
import { checkMemory } from './check.js'
import { type Embedder, EmbedderError } from './embedder.js'
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
  test('finds by signs and rescoring nearly all that a full scan finds', async () => {
    const { memory, db } = openMemory()
    await memory.rememberAll(Array.from({ length: 3_000 }, (_, index) => said(`Note ${index}`)))
    const rng = createRng('vectors')
    const centers = Array.from({ length: 60 }, () => Float32Array.from({ length: 128 }, () => rng() - 0.5))
    const near = (index: number) =>
      (centers[index % 60] ?? new Float32Array(128)).map((value) => value + (rng() - 0.5) * 0.8)
    const vectors = createVectors(db, { modelId: 'random', dimensions: 128 })
    const unit = (vector: Float32Array) => {
      const length = Math.hypot(...vector)
      return vector.map((value) => value / length)
    }
    db.transaction(() => {
      for (const [index, one] of vectors.missing(-1, 3_000).entries()) vectors.put(one, unit(near(index)))
    })
    const how = { namespaceId: 1, sensitivity: 3, now: 0, limit: 10 }
    let shared = 0
    for (let index = 0; index < 50; index++) {
      const question = unit(near(index))
      const exact = [...vectors.search(question, how).keys()]
      const quick = new Set(vectors.search(question, { ...how, exact: 0 }).keys())
      shared += exact.filter((seq) => quick.has(seq)).length
    }
    expect(shared / 500).toBeGreaterThanOrEqual(0.98)
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
