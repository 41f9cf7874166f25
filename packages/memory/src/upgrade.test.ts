import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { memoryMigrations } from './migrations.js'
import { openMemory } from './testing/internal/open.js'

test('memoryMigrations read names, claims and times from records of the first version', async () => {
  const db = openDatabase(':memory:')
  migrate(db, 'memory', memoryMigrations.slice(0, 1))
  db.exec(`INSERT INTO memory_namespaces (name) VALUES ('default');
    INSERT INTO memory_records (id, namespace_id, kind, content, terms, author, said_at, confidence, verification, sensitivity,
      recorded_at, digest)
    VALUES ('a', 1, 'fact', 'Kelva Moran lives in Oslo since May 2020', '', 'user', 1, 1, 1, 1, 1, 1)`)
  expect(migrate(db, 'memory', memoryMigrations)).toBe(memoryMigrations.length - 1)
  const { memory } = openMemory({ db })
  expect(await memory.get('a')).toMatchObject({ claim: { subject: 'kelva moran', attribute: 'residence' } })
  expect((await memory.recall('Where does Kelva Moran live?')).hits.map(({ id }) => id)).toEqual(['a'])
  expect((await memory.about('Kelva Moran'))?.records.length).toBe(1)
  expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
})
