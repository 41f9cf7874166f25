/** A run of the benchmark that says each problem it begins, and never ends the one it is told: to be killed by a test. */

import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { evalMigrations, openBenchmarkHistory, runBenchmark } from '../../index.js'
import { made, passing } from './made-problems.js'

const [path = '', last = ''] = process.argv.slice(2)
const db = openDatabase(path)
migrate(db, 'eval', evalMigrations)
await runBenchmark(
  {
    solver: {
      name: 'scripted',
      async solve({ id }) {
        process.send?.(id)
        if (id === last) await new Promise(() => process.channel?.ref())
        return [{ source: `right ${id}` }]
      },
    },
    verifier: passing,
    history: openBenchmarkHistory(db),
    clock: systemClock,
    events: { publish: () => undefined },
  },
  { run: 'r', problems: made, budget: { attempts: 1 } },
)
