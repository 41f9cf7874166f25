/** Writes `docs/results/gym.md`: `pnpm --filter @salp/cognition gym`. Takes some minutes; tells what it does on standard error. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { gymReport } from '../../gym/report.js'

const folder = new URL('../../../../../docs/results/', import.meta.url)
mkdirSync(folder, { recursive: true })
const started = performance.now()
writeFileSync(
  new URL('gym.md', folder),
  gymReport({ onStep: (step) => console.error(`${((performance.now() - started) / 1_000).toFixed(0)} s: ${step}`) }),
)
