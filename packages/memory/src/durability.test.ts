import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { migrate } from '@salp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { eraseDeleted } from './erase.js'
import { memoryMigrations } from './migrations.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'
import { runSource } from './testing/internal/run-source.js'
import { wordEmbedder } from './testing/word-embedder.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp memory '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (): string => join(folder, 'memory.db')
const bytes = (): string =>
  readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('')
    .toLowerCase()

describe('forget()', () => {
  test('leaves no byte of text, words or tags in file and log', async () => {
    const { memory, db } = openMemory({ path: path() })
    const others = Array.from({ length: 200 }, (_, index) => said(`The office of team ${index} opens at nine`))
    await memory.rememberAll(others)
    const secret = { tags: ['zebrafish'], source: { author: 'user' as const, sessionId: 'quokka' } }
    const { record } = await memory.remember(said('The xylophone password is Swordfisherman at wombatPlatypus', secret))
    await memory.remember(
      said('The xylophone password is narwhal', { ...secret, supersedes: record.id, namespace: 'default' }),
    )
    const words = ['xylophon', 'swordfisherman', 'swordfish', 'wombat', 'platypu', 'narwhal', 'zebrafish', 'quokka']
    expect(words.filter((word) => !bytes().includes(word))).toEqual([])

    expect(await memory.forget({ sessionId: 'quokka' })).toBe(2)
    expect(words.filter((word) => bytes().includes(word))).toEqual([])
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
    expect((await memory.recall('When does the office of team 7 open?')).hits).not.toEqual([])
    db.close()
    expect(words.filter((word) => bytes().includes(word))).toEqual([])
  })

  test('leaves no byte of names, aliases, summaries and vectors', async () => {
    const { memory, db } = openMemory({ path: path(), embedder: wordEmbedder() })
    await memory.rememberAll(
      Array.from({ length: 50 }, (_, index) => said(`The office of team ${index} opens at nine`)),
    )
    const events = Array.from({ length: 6 }, (_, index) =>
      said(`Then Xylander Quokka, known as Wombat, met team ${index}`, {
        kind: 'event',
        thread: 'narwhal',
        source: { author: 'user', at: monday - 90 * day },
      }),
    )
    await memory.rememberAll(events)
    await memory.curate({ condenseAfterMs: day })
    await memory.embed()
    const hidden = ['xyland', 'quokka', 'wombat', 'narwhal']
    expect(hidden.filter((word) => !bytes().includes(word))).toEqual([])
    expect(await memory.forget({ kind: 'event' })).toBe(7)
    expect(hidden.filter((word) => bytes().includes(word))).toEqual([])
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
    db.close()
  })

  test('leaves no byte of a namespace, its name included', async () => {
    const { memory, db } = openMemory({ path: path() })
    await memory.rememberAll(
      Array.from({ length: 300 }, (_, index) => said(`Walrus ${index}`, { namespace: 'hippopotamus' })),
    )
    expect(await memory.forget({ namespace: 'hippopotamus' })).toBe(300)
    expect(['walrus', 'walru', 'hippopotam'].filter((word) => bytes().includes(word))).toEqual([])
    db.close()
  })

  test('says that bytes remain while another connection reads, and erases them with the next', async () => {
    const { memory, db, events } = openMemory({ path: path() })
    db.exec('PRAGMA busy_timeout = 1')
    const first = await memory.remember(said('The xylophone is out of tune'))
    const second = await memory.remember(said('Nothing else'))
    const reader = openMemory({ path: path() }).db
    reader.exec('BEGIN; SELECT * FROM memory_records')
    await memory.forget(first.record.id)
    expect(bytes()).toContain('xylophon')
    reader.exec('COMMIT')
    await memory.forget(second.record.id)
    expect(events.published.flatMap(([name, event]) => (name === 'memory:forgotten' ? [event.erased] : []))).toEqual([
      false,
      true,
    ])
    expect(bytes()).not.toContain('xylophon')
    reader.close()
    db.close()
  })
})

describe('eraseDeleted()', () => {
  test('erases what was deleted inside a transaction of the caller, once that has ended', async () => {
    const { memory, db, events } = openMemory({ path: path() })
    const { record } = await memory.remember(said('The xylophone is out of tune'))
    db.exec('BEGIN')
    await memory.forget(record.id)
    expect([events.published.at(-1), eraseDeleted(db)]).toMatchObject([['memory:forgotten', { erased: false }], false])
    db.exec('COMMIT')
    expect([eraseDeleted(db), bytes().includes('xylophon')]).toEqual([true, false])
    db.close()
  })
})

describe('a memory', () => {
  test('survives a restart', async () => {
    const first = openMemory({ path: path() })
    const { record } = await first.memory.remember(said('The deploy key rotates on Fridays'))
    first.db.close()
    const second = openMemory({ path: path() })
    expect((await second.memory.recall('When does the deploy key rotate?')).hits[0]?.id).toBe(record.id)
    second.db.close()
  })

  test('is shared by two connections, whose equal writes meet', async () => {
    const one = openMemory({ path: path(), seed: 'one' })
    const two = openMemory({ path: path(), seed: 'two' })
    await one.clock.advance(day)
    for (let index = 0; index < 50; index++) {
      const statuses = []
      for (const { memory } of [one, two]) statuses.push((await memory.remember(said(`Note ${index}`))).status)
      expect(statuses).toEqual(['added', 'known'])
    }
    expect((await two.memory.remember(said('Last'))).record.recordedAt).toBe(one.clock.now())
    expect([(await one.memory.stats()).records, checkMemory(two.db).intact]).toEqual([51, true])
    one.db.close()
    two.db.close()
  })

  test('loses nothing it acknowledged to two writers when both are killed', { timeout: 60_000 }, async () => {
    const file = fileURLToPath(new URL('./testing/internal/ingest.ts', import.meta.url))
    const { memory, db } = openMemory({ path: path() })
    const acknowledged = await Promise.all(
      ['alpha', 'beta'].map(async (name) => {
        const child = runSource(file, [path(), name])
        const lines: string[] = []
        if (child.stdout === null) throw new TypeError('Cannot read the child')
        const reader = createInterface(child.stdout)
        reader.on('line', (line) => lines.push(line) === 150 && child.kill('SIGKILL'))
        const [, signal] = await once(child, 'close')
        expect(signal).toBe('SIGKILL')
        return lines.filter((line) => /number\d+$/.test(line))
      }),
    )
    for (const line of acknowledged.flat()) {
      const [id = '', ...words] = line.split(' ')
      const content = words.join(' ')
      expect((await memory.get(id))?.content).toBe(content)
      expect((await memory.recall(content, { limit: 1 })).hits[0]?.id).toBe(id)
    }
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
    db.close()
  })

  test('loses nothing when it is killed while it curates, and the next pass goes on', { timeout: 60_000 }, async () => {
    const file = fileURLToPath(new URL('./testing/internal/curating.ts', import.meta.url))
    const acknowledged: string[] = []
    // Each is killed at another point: right after a write, when a pass has just begun, or after one.
    for (const rounds of [1, 4, 9]) {
      const child = runSource(file, [path()])
      if (child.stdout === null) throw new TypeError('Cannot read the child')
      const reader = createInterface(child.stdout)
      let seen = 0
      reader.on('line', (line) => {
        if (!line.startsWith('curated')) acknowledged.push(...line.split(' '))
        if (++seen === rounds) child.kill('SIGKILL')
      })
      const [, signal] = await once(child, 'close')
      expect(signal).toBe('SIGKILL')
    }
    const { memory, db } = openMemory({ path: path() })
    expect(acknowledged.length).toBeGreaterThanOrEqual(7 * 7)
    expect(await Promise.all(acknowledged.map(async (id) => (await memory.get(id))?.id))).toEqual(acknowledged)
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
    const options = { condenseAfterMs: day }
    await memory.curate(options)
    expect(await memory.curate(options)).toMatchObject({ merged: [], condensed: [] })
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
    db.close()
  })

  test('refuses a database of a newer version', () => {
    const { db } = openMemory()
    const newer = [...memoryMigrations, { version: memoryMigrations.length + 1, name: 'later', up: 'SELECT 1' }]
    migrate(db, 'memory', newer)
    expect(() => migrate(db, 'memory', memoryMigrations)).toThrow(expect.objectContaining({ code: 'core/migration' }))
  })
})
