import { describe, expect, test } from 'vitest'
import { type Database, openDatabase } from './node/database.js'
import { type Migration, MigrationError, migrate } from './sql.js'

const create: Migration = { version: 1, name: 'create notes', up: 'CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT' }
const fill: Migration = {
  version: 2,
  name: 'add text',
  up(db) {
    db.exec("ALTER TABLE notes ADD COLUMN text TEXT NOT NULL DEFAULT ''")
    db.prepare('INSERT INTO notes (text) VALUES (?)').run('first')
  },
}

/** Tables there are, without those of SQLite. */
function tables(db: Database): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
  return db
    .prepare<{ name: string }>(sql)
    .all()
    .map(({ name }) => name)
}

describe('migrate()', () => {
  test('runs what is missing, in order, and nothing twice', () => {
    using db = openDatabase(':memory:')
    expect(migrate(db, 'notes', [create])).toBe(1)
    expect(migrate(db, 'notes', [create, fill])).toBe(1)
    expect(migrate(db, 'notes', [create, fill])).toBe(0)
    expect(db.prepare('SELECT * FROM notes').all()).toEqual([{ id: 1, text: 'first' }])
  })

  test('counts the steps of each owner apart', () => {
    using db = openDatabase(':memory:')
    expect(migrate(db, 'notes', [create])).toBe(1)
    expect(migrate(db, 'tasks', [{ ...create, up: 'CREATE TABLE tasks (id INTEGER) STRICT' }])).toBe(1)
    expect(migrate(db, 'nothing', [])).toBe(0)
    expect(tables(db)).toEqual(['core_migrations', 'notes', 'tasks'])
  })

  test('undoes every step of a run when one fails, and says which', () => {
    using db = openDatabase(':memory:')
    const broken: Migration = { version: 3, name: 'break', up: 'CREATE TABLE half (id INTEGER); SELECT nonsense' }
    const attempt = (): number => migrate(db, 'notes', [create, fill, broken])
    expect(attempt).toThrow(MigrationError)
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'core/migration',
        owner: 'notes',
        message: 'Cannot migrate the tables of "notes": step 3, "break", failed',
        cause: expect.objectContaining({ message: 'no such column: nonsense' }),
      }),
    )
    expect(tables(db)).toEqual([])
    expect(migrate(db, 'notes', [create, fill])).toBe(2)
  })

  test('keeps earlier versions when a later run fails', () => {
    using db = openDatabase(':memory:')
    migrate(db, 'notes', [create])
    const failing: Migration = {
      ...fill,
      up() {
        throw new TypeError('no')
      },
    }
    expect(() => migrate(db, 'notes', [create, failing])).toThrow(MigrationError)
    expect(tables(db)).toEqual(['core_migrations', 'notes'])
    expect(migrate(db, 'notes', [create, fill])).toBe(1)
  })

  test('refuses a database that a newer program wrote, leaving it as it is', () => {
    using db = openDatabase(':memory:')
    migrate(db, 'notes', [create, fill])
    expect(() => migrate(db, 'notes', [create])).toThrow(
      'Cannot migrate the tables of "notes": the database is at version 2, this program knows 1. Use a newer Salp, or another home folder',
    )
    expect(migrate(db, 'notes', [create, fill])).toBe(0)
  })

  test.each([
    ['begins late', [fill]],
    ['skips one', [create, { ...fill, version: 3 }]],
    ['repeats one', [create, { ...fill, version: 1 }]],
  ])('refuses a list that %s', (_, migrations) => {
    using db = openDatabase(':memory:')
    expect(() => migrate(db, 'notes', migrations)).toThrow(RangeError)
    expect(tables(db)).toEqual([])
  })
})
