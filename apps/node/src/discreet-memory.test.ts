import { createIdSource, createRedactor, createRng, migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { createMemory, memoryMigrations } from '@salp/memory'
import { expect, test } from 'vitest'
import { discreetMemory } from './discreet-memory.js'

test('discreetMemory() writes no secret, by whatever way it comes', async () => {
  const db = openDatabase(':memory:')
  migrate(db, 'memory', memoryMigrations)
  const clock = stoppedClock()
  const ids = createIdSource({ clock, rng: createRng('test') })
  const plain = createMemory({ db, clock, ids, events: { publish: () => undefined } })
  const memory = discreetMemory(plain, createRedactor({ secrets: ['hunter2-hunter2'] }))
  const source = { author: 'user' as const }
  const { record } = await memory.remember({ content: 'The word is hunter2-hunter2', source })
  await memory.rememberAll([{ content: 'Again hunter2-hunter2', source }])
  await memory.revise(record.id, { content: 'Now hunter2-hunter2', source })
  const rows = db.prepare<{ content: string }>('SELECT content FROM memory_records').all()
  expect(rows.length).toBeGreaterThanOrEqual(2)
  expect(JSON.stringify(rows)).not.toContain('hunter2')
  db.close()
})
