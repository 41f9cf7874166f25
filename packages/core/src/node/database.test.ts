import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseError, openDatabase } from './database.js'

let folder: string
let path: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp database '))
  path = join(folder, 'a home', 'salp.db')
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  rmSync(folder, { recursive: true })
})

/** Runs a program in a second process; it is given `path`, and `openDatabase`. */
function inChild(program: string): ChildProcess {
  const text = `import { openDatabase } from './src/node/database.ts'
    const path = process.argv[1]
    ${program}`
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import',
      '@salp/presets/run-source',
      '--input-type=module',
      '-e',
      text,
      path,
    ],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  return child
}

/** Creates the database with one row. */
function create(): void {
  using db = openDatabase(path)
  db.exec("CREATE TABLE notes (text TEXT NOT NULL) STRICT; INSERT INTO notes VALUES ('kept')")
}

const failing = (code: string) => expect.objectContaining({ code, path })

describe('openDatabase()', () => {
  test('makes the folder, for its owner only, and keeps what was written', () => {
    create()
    expect(statSync(join(folder, 'a home')).mode & 0o777).toBe(0o700)
    using db = openDatabase(path)
    expect(db.path).toBe(path)
    expect(db.prepare('SELECT text FROM notes').get()).toEqual({ text: 'kept' })
  })

  test.each([
    [undefined, 1],
    ['process', 1],
    ['power', 2],
  ] as const)('opens in write-ahead mode; for durability %s, synchronous is %d', (durability, synchronous) => {
    using db = openDatabase(path, { durability })
    const setting = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect(setting('journal_mode')).toBe('wal')
    expect(setting('synchronous')).toBe(synchronous)
  })

  test('checks foreign keys, and waits for others', () => {
    using db = openDatabase(path, { busyTimeoutMs: 70 })
    expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 })
    expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 70 })
  })

  test('leaves one file behind when it is closed, twice if need be', () => {
    create()
    const db = openDatabase(path)
    db.exec("INSERT INTO notes VALUES ('more')")
    expect(existsSync(`${path}-wal`)).toBe(true)
    db.close()
    db.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test('overwrites what is deleted', () => {
    create()
    {
      using db = openDatabase(path)
      db.exec("INSERT INTO notes VALUES ('a very particular phrase')")
    }
    expect(readFileSync(path).includes('a very particular phrase')).toBe(true)
    {
      using db = openDatabase(path)
      db.exec("DELETE FROM notes WHERE text LIKE 'a very%'")
    }
    expect(readFileSync(path).includes('a very particular phrase')).toBe(false)
  })

  test('has full-text search', () => {
    using db = openDatabase(':memory:')
    db.exec("CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('the deploy key')")
    expect(db.prepare("SELECT text FROM words WHERE words MATCH 'deploy'").all()).toEqual([{ text: 'the deploy key' }])
  })

  test('refuses a file that is no database, and leaves it as it is', () => {
    mkdirSync(join(folder, 'a home'))
    writeFileSync(path, 'Dear diary, '.repeat(1_000))
    expect(() => openDatabase(path)).toThrow(failing('core/database-corrupt'))
    expect(readFileSync(path, 'utf8')).toBe('Dear diary, '.repeat(1_000))
  })

  test('finds damage inside a database, unless told not to look', () => {
    {
      using db = openDatabase(path)
      db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON notes (text)')
      const insert = db.prepare('INSERT INTO notes (text) VALUES (?)')
      db.transaction(() => {
        for (let index = 0; index < 2_000; index++) insert.run(`note ${index} ${'x'.repeat(50)}`)
      })
    }
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, 5 * 4_096)
    closeSync(file)
    expect(() => openDatabase(path)).toThrow(failing('core/database-corrupt'))
    using db = openDatabase(path, { check: false })
    expect(() => db.prepare('SELECT count(text) FROM notes WHERE id > 0').all()).toThrow(
      failing('core/database-corrupt'),
    )
  })

  test('gives up, for now, when another process holds it', async () => {
    create()
    const child = inChild(`
      const db = openDatabase(path)
      db.transaction(() => {
        db.exec("INSERT INTO notes VALUES ('mine')")
        process.stdout.write('holding')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
      })`)
    await once(child.stdout ?? child, 'data')
    using db = openDatabase(path, { busyTimeoutMs: 50 })
    expect(db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }])
    const write = (): void => db.exec("INSERT INTO notes VALUES ('theirs')")
    expect(write).toThrow(DatabaseError)
    expect(write).toThrow(expect.objectContaining({ code: 'core/database-locked', retryable: true }))
    expect(() => db.transaction(() => undefined)).toThrow(failing('core/database-locked'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    write()
    expect(db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }, { text: 'theirs' }])
  })

  test('keeps every commit that was acknowledged before a kill -9, and nothing of an open transaction', async () => {
    create()
    const child = inChild(`
      const db = openDatabase(path)
      const insert = db.prepare('INSERT INTO notes VALUES (?)')
      for (let count = 1; ; count++) {
        db.transaction(() => {
          insert.run('a ' + count)
          insert.run('b ' + count)
        })
        process.stdout.write(count + '\\n')
      }`)
    let acknowledged = ''
    child.stdout?.on('data', (chunk) => {
      acknowledged += chunk
      if (acknowledged.includes('\n25\n')) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const last = Number(acknowledged.trim().split('\n').at(-1))
    using db = openDatabase(path)
    const rows = db.prepare<{ text: string }>("SELECT text FROM notes WHERE text <> 'kept'").all()
    expect(rows.length % 2).toBe(0)
    expect(rows.length / 2).toBeGreaterThanOrEqual(last)
    expect(rows.map(({ text }) => text)).toEqual(
      Array.from({ length: rows.length / 2 }, (_, index) => [`a ${index + 1}`, `b ${index + 1}`]).flat(),
    )
  })

  test('says so when the folder cannot be made', () => {
    writeFileSync(join(folder, 'a home'), 'a file')
    expect(() => openDatabase(path)).toThrow(failing('core/database-open'))
  })

  test('says so when the path is a folder', () => {
    mkdirSync(path, { recursive: true })
    expect(() => openDatabase(path)).toThrow(failing('core/database-open'))
  })

  test('says so when the folder may not be written', async () => {
    create()
    chmodSync(path, 0o444)
    chmodSync(join(folder, 'a home'), 0o555)
    chmodSync(folder, 0o755)
    // Root may write anywhere, so the child becomes nobody once it has loaded what it needs.
    const child = inChild(`
      if (process.getuid() === 0) process.setuid(65534)
      try {
        openDatabase(path).exec("INSERT INTO notes VALUES ('no')")
      } catch (error) {
        console.log(error.code)
      }`)
    const [output] = await once(child.stdout ?? child, 'data')
    expect(String(output).trim()).toBe('core/database-open')
    chmodSync(join(folder, 'a home'), 0o755)
  })

  test('says so when the disk is full, and keeps what was there', () => {
    create()
    {
      using db = openDatabase(path)
      db.exec('PRAGMA max_page_count = 8')
      const fill = (): void => db.exec(`INSERT INTO notes VALUES ('${'x'.repeat(100_000)}')`)
      expect(fill).toThrow(expect.objectContaining({ code: 'core/database-full', retryable: true }))
    }
    using db = openDatabase(path)
    expect(db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }])
  })
})

describe('Database.transaction()', () => {
  test('returns what the work returns', () => {
    using db = openDatabase(':memory:')
    expect(db.transaction(() => 42)).toBe(42)
  })

  test('undoes what was done when the work throws, and hands its error on as it is', () => {
    using db = openDatabase(':memory:')
    db.exec('CREATE TABLE notes (text TEXT)')
    const error = Object.assign(new Error('disk'), { code: 'EACCES' })
    const work = (): never => {
      db.exec("INSERT INTO notes VALUES ('no')")
      throw error
    }
    expect(() => db.transaction(work)).toThrow(error)
    expect(db.prepare('SELECT * FROM notes').all()).toEqual([])
  })

  test('undoes an inner one alone', () => {
    using db = openDatabase(':memory:')
    db.exec('CREATE TABLE notes (text TEXT)')
    db.transaction(() => {
      db.exec("INSERT INTO notes VALUES ('outer')")
      const inner = (): void =>
        db.transaction(() => {
          db.exec("INSERT INTO notes VALUES ('inner')")
          throw new Error('no')
        })
      expect(inner).toThrow('no')
    })
    expect(db.prepare('SELECT * FROM notes').all()).toEqual([{ text: 'outer' }])
  })
})

describe('Database.prepare()', () => {
  test('runs, gets, lists and walks', () => {
    using db = openDatabase(':memory:')
    db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)')
    const insert = db.prepare('INSERT INTO notes (body) VALUES (?)')
    expect(insert.run(new Uint8Array([1, 2]))).toEqual({ changes: 1, lastInsertRowid: 1 })
    expect(insert.run(null).lastInsertRowid).toBe(2)
    const select = db.prepare<{ id: number }>('SELECT id FROM notes WHERE id >= ? ORDER BY id')
    expect(select.get(9)).toBeUndefined()
    expect(select.get(2)).toEqual({ id: 2 })
    expect(select.all(1)).toEqual([{ id: 1 }, { id: 2 }])
    expect([...select.iterate(1)]).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('leaves mistakes in SQL as SQLite reports them', () => {
    using db = openDatabase(':memory:')
    expect(() => db.prepare('SELEKT')).toThrow(expect.objectContaining({ code: 'SQLITE_ERROR' }))
  })
})

describe('Database.backup()', () => {
  test('copies the database while it is in use', async () => {
    create()
    using db = openDatabase(path)
    await db.backup(join(folder, 'copy.db'))
    using copy = openDatabase(join(folder, 'copy.db'))
    expect(copy.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'kept' }])
  })

  test('says so when the copy cannot be written', async () => {
    create()
    using db = openDatabase(path)
    await expect(db.backup(folder)).rejects.toMatchObject({ code: 'core/database-open', path: folder })
  })
})
