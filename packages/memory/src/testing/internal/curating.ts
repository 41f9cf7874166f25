/** Remembers and curates without end, naming on standard output what was acknowledged. Ended by a signal. */

import { writeSync } from 'node:fs'
import { createIdSource, migrate } from '@salp/core'
import { createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import { createMemory } from '../../memory.js'
import { memoryMigrations } from '../../migrations.js'

const [path = ''] = process.argv.slice(2)
const db = openDatabase(path)
migrate(db, 'memory', memoryMigrations)
const ids = createIdSource({ clock: systemClock, rng: createSystemRng() })
const memory = createMemory({ db, clock: systemClock, ids })
const longAgo = systemClock.now() - 90 * 86_400_000
for (let round = 0; ; round++) {
  const written = await memory.rememberAll([
    ...Array.from({ length: 5 }, (_, index) => ({
      content: `Ann repaired pump ${index} in round ${round}`,
      kind: 'event' as const,
      thread: `round ${round}`,
      source: { author: 'user' as const, at: longAgo + index },
    })),
    { content: `The office of round ${round} opens at nine`, source: { author: 'user' } },
    { content: `the office of round ${round} opens at nine!`, source: { author: 'agent' } },
  ])
  writeSync(1, `${written.map(({ record }) => record.id).join(' ')}\n`)
  const { merged, condensed } = await memory.curate({ condenseAfterMs: 86_400_000 })
  writeSync(1, `curated ${merged.length} ${condensed.length}\n`)
}
