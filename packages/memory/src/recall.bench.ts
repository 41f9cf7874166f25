/** How much dearer is recall() than the bare full-text query it stands on? Run: `vitest bench packages/memory` */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@salp/core'
import { test } from 'vitest'
import { parseQuery, toMatch } from './query.js'
import { openMemory, said } from './testing/internal/open.js'

const rng = createRng('recall.bench')
const syllables = 'ka lo mi ter san vu pre dor eli fon gar hub nes qua rin'.split(' ')
const draw = (count: number): number => Math.floor(rng() ** 3 * count)
const vocabulary = Array.from({ length: 8_000 }, () =>
  Array.from({ length: 2 + draw(3) }, () => syllables[Math.floor(rng() * syllables.length)]).join(''),
)
/** Frequent words first: drawing by the cube of chance falls off as words of a language do. */
const sentence = (words: number): string =>
  Array.from({ length: words }, () => vocabulary[draw(vocabulary.length)]).join(' ')

test.for([1_000, 10_000, 100_000])(
  'recall() among %i records of about 160 characters',
  { timeout: 120_000 },
  async (size, { bench }) => {
    const { memory, db } = openMemory()
    await memory.rememberAll(Array.from({ length: size }, (_, index) => said(`${sentence(21)} ${index}`)))
    const questions = Array.from({ length: 16 }, () => `When does the ${sentence(4)}?`)
    const matches = questions.map((question) => toMatch(parseQuery(question)))
    const bare = db.prepare(`SELECT r.content FROM memory_records AS r JOIN
    (SELECT rowid, rank FROM memory_text WHERE memory_text MATCH ? ORDER BY rank LIMIT 8) AS f ON r.seq = f.rowid`)
    await bench.compare(
      bench('bare FTS5, 16 questions', () => {
        for (const match of matches) bare.all(match)
      }),
      bench('recall(), 16 questions', async () => {
        for (const question of questions) await memory.recall(question, { floor: 0 })
      }),
      { time: 500, iterations: 16, warmupTime: 50, warmupIterations: 4 },
    )
  },
)

test('remember() in a file', { timeout: 120_000 }, async ({ bench }) => {
  const folder = mkdtempSync(join(tmpdir(), 'salp-memory-'))
  const { memory, db } = openMemory({ path: join(folder, 'memory.db') })
  db.exec('CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT)')
  db.exec("CREATE VIRTUAL TABLE bare_text USING fts5 (content, content = 'bare', content_rowid = 'id')")
  const add = db.prepare('INSERT INTO bare (content) VALUES (?)')
  const index = db.prepare('INSERT INTO bare_text (rowid, content) VALUES (?, ?)')
  let count = 0
  await bench.compare(
    bench('bare row and FTS5', () => {
      const content = `${sentence(21)} ${count++}`
      db.transaction(() => index.run(add.run(content).lastInsertRowid, content))
    }),
    bench('remember()', async () => void (await memory.remember(said(`${sentence(21)} ${count++}`)))),
  )
  db.close()
  rmSync(folder, { recursive: true })
})
