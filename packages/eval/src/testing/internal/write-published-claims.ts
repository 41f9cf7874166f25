/** Writes `docs/results/published-claims.md`. Run by `pnpm --filter @salp/eval claims`. */

import { writeFileSync } from 'node:fs'
import { publishedClaims } from './published-claims.js'

writeFileSync(new URL('../../../../../docs/results/published-claims.md', import.meta.url), publishedClaims())
