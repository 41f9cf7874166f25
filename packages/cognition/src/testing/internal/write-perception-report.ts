/** Writes `docs/results/perception.md`: the second half of `pnpm --filter @salp/cognition perception`. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { perceptionReport } from '../../perception-model/report.js'
import { readUtterances } from './utterances.js'

const folder = new URL('../../../../../docs/results/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('perception.md', folder), perceptionReport(readUtterances()))
