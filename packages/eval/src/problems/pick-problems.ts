/** Which problems a run is over. */

import { createRng } from '@salp/core'
import type { Problem } from './problem.js'

/** What is asked for. */
export interface ProblemChoice {
  readonly tiers: readonly number[]
  readonly half: Problem['split'] | 'all'
  /** Problems at most, drawn by the seed. @defaultValue all of them */
  readonly limit?: number | undefined
  readonly seed: number
}

/** Those of the tiers and the half; of more than the limit a random sample, in their own order. A larger one holds a smaller one of its seed. */
export function pickProblems(all: readonly Problem[], { tiers, half, limit, seed }: ProblemChoice): Problem[] {
  const fitting = all.filter(({ tier, split }) => tiers.includes(tier) && (half === 'all' || split === half))
  const rng = createRng(`bench ${seed}`)
  const drawn = fitting
    .map(({ id }) => ({ id, key: rng.fork(id)() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, limit)
  const chosen = new Set(drawn.map(({ id }) => id))
  return fitting.filter(({ id }) => chosen.has(id))
}
