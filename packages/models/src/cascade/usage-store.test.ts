import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { expect, test } from 'vitest'
import { usageStoreSuite } from '../testing/internal/usage-store-suite.js'
import { modelsMigrations, sqliteUsageStore } from './sqlite-usage-store.js'
import { addUsage, unused } from './usage.js'
import { mapUsageStore } from './usage-store.js'

const database = (path = ':memory:') => {
  const db = openDatabase(path)
  migrate(db, 'models', modelsMigrations)
  return db
}

usageStoreSuite({ name: 'mapUsageStore()', create: mapUsageStore })
usageStoreSuite({ name: 'sqliteUsageStore()', create: () => sqliteUsageStore(database()) })

test('sqliteUsageStore() keeps counters over a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'salp-models-'))
  try {
    const first = database(join(folder, 'a.db'))
    const kept = sqliteUsageStore(first).update('a', (usage) => addUsage(usage, { requests: 1 }, 90_000_000))
    first.close()
    const second = database(join(folder, 'a.db'))
    expect(sqliteUsageStore(second).read('a')).toEqual(kept)
    second.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('sqliteUsageStore() reads a broken row as unused', () => {
  const db = database()
  db.prepare('INSERT INTO models_usage (slot, usage) VALUES (?, ?)').run('a', '{"minute": 3')
  db.prepare('INSERT INTO models_usage (slot, usage) VALUES (?, ?)').run('b', '{"minute": 3}')
  expect([sqliteUsageStore(db).read('a'), sqliteUsageStore(db).read('b')]).toEqual([unused, unused])
})
