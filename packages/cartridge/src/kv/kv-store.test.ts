import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { expect, test } from 'vitest'
import { cartridgeMigrations } from '../migrations.js'
import { kvStoreSuite } from '../testing/internal/kv-store-suite.js'
import { memoryKvStore, sqliteKvStore } from './kv-store.js'
import { byBytes } from './transaction.js'

const open = (path: string): ReturnType<typeof openDatabase> => {
  const db = openDatabase(path)
  migrate(db, 'cartridge', cartridgeMigrations)
  return db
}

kvStoreSuite({ name: 'memoryKvStore()', create: memoryKvStore })
kvStoreSuite({ name: 'sqliteKvStore()', create: () => sqliteKvStore(open(':memory:')) })

test('sqliteKvStore() keeps what was committed, and nothing of changes that fail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartridge-kv-'))
  try {
    const path = join(folder, 'a.db')
    {
      using db = open(path)
      const store = sqliteKvStore(db)
      store.commit([{ cartridge: 'a', key: 'x', value: Uint8Array.of(1) }])
      db.exec(
        "CREATE TRIGGER refuse BEFORE INSERT ON cartridge_kv WHEN NEW.key = 'z' BEGIN SELECT RAISE(ABORT, 'no'); END",
      )
      const changes = ['y', 'z'].map((key) => ({ cartridge: 'a', key, value: Uint8Array.of(2) }))
      expect(() => store.commit(changes)).toThrow('no')
    }
    using db = open(path)
    expect([...sqliteKvStore(db).load('a')]).toEqual([['x', Uint8Array.of(1)]])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('byBytes() orders as the bytes of UTF-8 do', () => {
  const keys = ['b', 'a', '', '\u{10000}', '\uffff', 'ab', '\u{1f600}', '\ud7ff', 'é']
  const inBytes = [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
  expect([...keys].sort(byBytes)).toEqual(inBytes)
})
