/** Remembers without end, naming on standard output what was acknowledged. Ended by a signal. */

import { writeSync } from 'node:fs'
import { createIdSource, migrate } from '@salp/core'
import { createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import { createMemory } from '../../memory.js'
import { memoryMigrations } from '../../migrations.js'

const [path = '', name = ''] = process.argv.slice(2)
const db = openDatabase(path)
migrate(db, 'memory', memoryMigrations)
const ids = createIdSource({ clock: systemClock, rng: createSystemRng() })
const memory = createMemory({ db, clock: systemClock, ids })
for (let index = 0; ; index++) {
  const content = `Writer ${name} noted measurement number${index}`
  const { record } = await memory.remember({ content, source: { author: 'tool' } })
  writeSync(1, `${record.id} ${content}\n`)
}
