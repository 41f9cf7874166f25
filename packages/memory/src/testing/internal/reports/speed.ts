/**
 * What does recall cost against a bare FTS5 query of the same words, in the same process, and how does it grow?
 *
 * Run: `pnpm --filter @salp/memory speed [--sizes 10000,100000] [--rivals] [--vectors 384] [--only vectors]`. A million:
 * `--sizes 1000000`, without what would need more memory than a small machine has.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, insertMultiple, search as searchOrama } from '@orama/orama'
import { createRng } from '@salp/core'
import MiniSearch from 'minisearch'
import { prepareGraph } from '../../../links.js'
import { nameCandidates } from '../../../names.js'
import { pushRanks } from '../../../push.js'
import { parseQuery, toMatch } from '../../../query.js'
import { openMemory, said } from '../open.js'
import { readOptions } from './options.js'
import { quantile } from './statistics.js'
import { line, seconds, times } from './timing.js'
import { vectorSpeed } from './vector-speed.js'

const options = readOptions(process.argv.slice(2))
const sizes = (options.get('sizes') ?? '10000,100000').split(',').map(Number)
const rng = createRng('speed')
const syllables = 'ka lo mi ter san vu pre dor eli fon gar hub nes qua rin'.split(' ')
const pick = <T>(from: readonly T[], skew = 1): T => from[Math.floor(rng() ** skew * from.length)] as T
const word = (parts: number): string => Array.from({ length: parts }, () => pick(syllables)).join('')
const vocabulary = Array.from({ length: 8_000 }, () => word(2 + Math.floor(rng() * 2)))
/** Frequent words first: drawing by the cube of chance falls off as words of a language do. */
const phrase = (): string => Array.from({ length: 9 }, () => pick(vocabulary, 3)).join(' ')
/** A store with as many names as records: most are in two, the most common in twice the root of them. */
const writer = (size: number): (() => string) => {
  const named = Array.from({ length: size }, () => word(4)).map((one) => one.charAt(0).toUpperCase() + one.slice(1))
  return () => `${phrase()} ${pick(named, 2)} ${phrase()} ${pick(named, 2)}.`
}

/** Size past which libraries that hold everything in memory, and lists of generated vectors, are left out. */
const held = 200_000

for (const size of sizes) await report(size)

async function report(size: number): Promise<void> {
  console.log(`\n${size} records of about 150 characters`)
  const folder = mkdtempSync(join(tmpdir(), 'salp-speed-'))
  try {
    if (options.get('only') !== 'vectors') await measure(size, folder)
    if (options.has('vectors')) {
      if (size <= held) await vectorSpeed(size, Number(options.get('vectors') || 384), folder)
      else console.log(`  vectors left out: a million of them take 1.5 GB as a list alone`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measure(size: number, folder: string): Promise<void> {
  const text = writer(size)
  const contents = Array.from({ length: size }, text)
  const path = join(folder, 'memory.db')
  const before = process.memoryUsage().rss
  const { memory, db } = openMemory({ path })
  const bulk = await seconds(async () => {
    for (let at = 0; at < size; at += 5_000)
      await memory.rememberAll(contents.slice(at, at + 5_000).map((one) => said(one)))
  })

  const barePath = join(folder, 'bare.db')
  const bare = openMemory({ path: barePath }).db
  bare.exec('CREATE TABLE items (id INTEGER PRIMARY KEY, content TEXT)')
  bare.exec(
    "CREATE VIRTUAL TABLE words USING fts5 (content, content = 'items', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2')",
  )
  const addItem = bare.prepare('INSERT INTO items (content) VALUES (?)')
  const addWords = bare.prepare('INSERT INTO words (rowid, content) VALUES (?, ?)')
  const addBare = (one: string): void => void addWords.run(addItem.run(one).lastInsertRowid, one)
  const bareBulk = await seconds(async () => {
    for (let at = 0; at < size; at += 5_000) {
      bare.transaction(() => {
        for (const one of contents.slice(at, at + 5_000)) addBare(one)
      })
    }
  })
  line('bulk ingest, records/s', size / bulk, 'bare', size / bareBulk, 'at least 0.1')
  for (const one of [db, bare]) one.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  line('bytes a record', statSync(path).size / size, 'bare', statSync(barePath).size / size, 'at most 2')

  const adds = Array.from({ length: 200 }, text)
  const single = await times(adds, async (one) => void (await memory.remember(said(one))))
  const bareSingle = await times(adds, async (one) => bare.transaction(() => addBare(one)))
  line('single add, ms p50', quantile(single, 0.5), 'bare', quantile(bareSingle, 0.5), 'at most 2')

  const questions = Array.from({ length: size > 200_000 ? 60 : 300 }, (_, index) => {
    const words = (contents[Math.floor(rng() * size)] ?? '').replace('.', '').split(' ')
    const some = Array.from({ length: 4 }, () => pick(words.slice(0, 9)))
    return index % 2 === 0 ? `When does ${some.join(' ')} meet ${words[9]}?` : `Where is the ${some.join(' ')}?`
  })
  const search = bare.prepare(
    'SELECT i.content FROM items AS i JOIN (SELECT rowid, rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10) AS f ON i.id = f.rowid',
  )
  const matches = new Map(questions.map((one) => [one, toMatch(parseQuery(one))]))
  const askBare = async (one: string): Promise<void> => void search.all(matches.get(one) ?? '')
  const ask = async (one: string): Promise<void> => void (await memory.recall(one, { limit: 10 }))
  for (const one of questions.slice(0, 40)) await Promise.all([askBare(one), ask(one)])
  const plain = await times(questions, askBare)
  const full = await times(questions, ask)
  line('recall, ms p50', quantile(full, 0.5), 'bare', quantile(plain, 0.5), 'at most 2.5 at 10 k, 2 at 100 k')
  line('recall, ms p99', quantile(full, 0.99), 'bare', quantile(plain, 0.99), 'at most 3')

  const graph = prepareGraph(db)
  const walk = graph.neighbours({ sensitivity: 3, now: 0, hub: 200 })
  const alone = await times(questions, async (one) => {
    const seeds = graph.find(1, nameCandidates(one))
    if (seeds.length > 0) pushRanks(new Map(seeds.map(({ id }) => [-id, 1 / seeds.length])), walk)
  })
  const walked = alone.filter((_, index) => index % 2 === 0)
  line('graph step alone, ms p50', quantile(walked, 0.5), 'bare', quantile(plain, 0.5), 'at most 0.5')

  await tenants(size, contents)
  const start = performance.now()
  const later = openMemory({ path })
  await later.memory.recall(questions[0] ?? '')
  console.log(
    `  ${'start to first answer, ms'.padEnd(30)}${(performance.now() - start).toFixed(1).padStart(9)}   (goal: at most 300)`,
  )
  const resident = (process.memoryUsage().rss - before) / 2 ** 20
  console.log(
    `  ${'resident MiB, both stores'.padEnd(30)}${resident.toFixed(0).padStart(9)}   (the generated texts included)`,
  )
  if (options.has('rivals')) {
    if (size <= held) await rivals(contents, questions, quantile(plain, 0.5))
    else console.log('  minisearch and orama left out: they hold all in memory, and take many minutes to fill')
  }
  for (const one of [later.db, db, bare]) one.close()
}

/** One of fifty tenants of one store, against the store as one. */
async function tenants(size: number, contents: readonly string[]): Promise<void> {
  const { memory, db } = openMemory()
  const all = contents.slice(0, Math.min(size, 100_000))
  for (let at = 0; at < all.length; at += 5_000) {
    const inputs = all.slice(at, at + 5_000).map((one, index) => said(one, { namespace: `tenant ${index % 50}` }))
    await memory.rememberAll(inputs)
  }
  const asked = Array.from(
    { length: 200 },
    () => `When does the ${Array.from({ length: 4 }, () => pick(vocabulary, 3)).join(' ')}?`,
  )
  const scoped = await times(
    asked,
    async (one) => void (await memory.recall(one, { namespace: 'tenant 7', limit: 10 })),
  )
  const search = db.prepare('SELECT rowid FROM memory_text WHERE memory_text MATCH ? ORDER BY rank LIMIT 10')
  const unscoped = await times(asked, async (one) => void search.all(toMatch(parseQuery(one))))
  line('recall of one tenant in 50', quantile(scoped, 0.5), 'bare, unscoped', quantile(unscoped, 0.5), 'at most 0.4')
  db.close()
}

/** Search in memory, by the libraries most used for it. */
async function rivals(contents: readonly string[], questions: readonly string[], plain: number): Promise<void> {
  const mini = new MiniSearch({ fields: ['content'] })
  const miniIngest = await seconds(async () => mini.addAll(contents.map((content, id) => ({ id, content }))))
  const miniTimes = await times(questions.slice(0, 50), async (one) => void mini.search(one).slice(0, 10))
  line(
    'minisearch, ms p50',
    quantile(miniTimes, 0.5),
    'bare',
    plain,
    `${Math.round(contents.length / miniIngest)} records/s`,
  )
  const orama = create({ schema: { content: 'string' } as const })
  const oramaIngest = await seconds(
    async () =>
      void (await insertMultiple(
        orama,
        contents.map((content) => ({ content })),
        5_000,
      )),
  )
  const oramaTimes = await times(
    questions.slice(0, 50),
    async (one) => void (await searchOrama(orama, { term: one, limit: 10 })),
  )
  line(
    'orama, ms p50',
    quantile(oramaTimes, 0.5),
    'bare',
    plain,
    `${Math.round(contents.length / oramaIngest)} records/s`,
  )
}
