/** What a memory does: remember, survive a restart, answer, correct itself, look back, forget. Run: `node remember.ts` */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdSource, migrate } from '@salp/core'
import { createSystemRng, type Database, openDatabase, systemClock } from '@salp/core/node'
import { createMemory, type Memory, memoryMigrations } from '@salp/memory'

const folder = mkdtempSync(join(tmpdir(), 'salp-memory-'))
const path = join(folder, 'memory.db')

function open(): { db: Database; memory: Memory } {
  const db = openDatabase(path)
  migrate(db, 'memory', memoryMigrations)
  const ids = createIdSource({ clock: systemClock, rng: createSystemRng() })
  return { db, memory: createMemory({ db, clock: systemClock, ids }) }
}

async function answer(memory: Memory, asOf?: number): Promise<string> {
  const { hits, empty } = await memory.recall('When does the deploy key rotate?', { asOf, limit: 1 })
  return hits[0] ? `${hits[0].content} (${hits[0].source.author}, ${hits[0].verification})` : `nothing: ${empty}`
}

const source = { author: 'user', channel: 'example' } as const
const first = open()
const fridays = await first.memory.remember({ content: 'The deploy key rotates on Fridays', source })
const again = await first.memory.remember({ content: 'The deploy key  rotates on Fridays.', source })
console.log('remembered:', fridays.status, 'then', again.status)
first.db.close()

const { db, memory } = open()
console.log('after a restart:', await answer(memory))
console.log('a question about something else:', (await memory.recall('Who painted the harbour?')).empty)

await systemClock.sleep(5)
const before = systemClock.now()
await systemClock.sleep(5)
const mondays = await memory.remember({ content: 'The deploy key was moved to Mondays', source })
console.log('contradicted:', await answer(memory))
console.log('as believed before:', await answer(memory, before))
const old = await memory.get(fridays.record.id)
console.log('kept as history:', old?.content, 'until superseded by it:', old?.supersededBy === mondays.record.id)

const gone = await memory.forget({ channel: 'example' })
const bytes = [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1').toLowerCase()).join('')
console.log('forgotten:', gone, 'records, then', await answer(memory))
console.log(
  'left in file and log:',
  ['rotat', 'friday', 'fridai', 'monday'].filter((word) => bytes.includes(word)).length,
)
db.close()
rmSync(folder, { recursive: true })
