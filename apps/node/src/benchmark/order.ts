/** What a run of the benchmark is asked for, and the name it goes by in the history, which `salp bench` writes too. */

import { createRng } from '@salp/core'
import type { Problem } from '@salp/eval'
import type { SavedState } from '@salp/models/synthesis/node'
import { z } from 'zod'

/** What a run is asked for. */
export const benchmarkOrderSchema = z.strictObject({
  tiers: z.array(z.int().min(0).max(6)).min(1, 'no tier is chosen').max(7),
  /** `train` is what may be learnt from. */
  half: z.enum(['train', 'test', 'all']).default('test'),
  /** With what was learnt, or without. */
  solver: z.enum(['synthesizer', 'synthesizer-untrained']),
  /** Candidates for each problem. */
  budget: z.int().min(1).max(5_000_000).default(200_000),
  seed: z.int().min(0).max(1_000_000).default(0),
  /** Answers to each problem; the first is pass@1. */
  attempts: z.int().min(1).max(10).default(1),
  /** Problems at most, drawn by the seed. */
  limit: z.int().min(1).max(10_000).optional(),
})

/** What a run is asked for. */
export type BenchmarkOrder = z.infer<typeof benchmarkOrderSchema>

/** How a solver searches, as its name says. */
export interface SolverSettings {
  /** First letters of the lesson that it learnt from; none if it is untrained. */
  readonly lesson: string | undefined
  readonly budget: number
  readonly seed: number
  readonly attempts: number
}

const lessonLength = 8

/** How a solver searches that knows what was learnt. */
export function settingsOf(
  { budget, seed, attempts }: Pick<BenchmarkOrder, 'budget' | 'seed' | 'attempts'>,
  saved: SavedState | undefined,
): SolverSettings {
  return { lesson: saved?.lesson.slice(0, lessonLength), budget, seed, attempts }
}

/** Names a solver in the history. */
export function solverName({ lesson, budget, seed, attempts }: SolverSettings): string {
  const learnt = lesson === undefined ? 'synthesizer-untrained' : `synthesizer ${lesson}`
  return `${learnt}, budget ${budget}, seed ${seed}, answers ${attempts}`
}

/** Reads a name that {@link solverName} wrote; nothing for other solvers. */
export function parseSolverName(name: string): SolverSettings | undefined {
  const match = /^synthesizer(?:-untrained| (\w+)), budget (\d+), seed (\d+), answers (\d+)$/.exec(name)
  if (match === null) return undefined
  const [, lesson, budget, seed, attempts] = match
  return { lesson, budget: Number(budget), seed: Number(seed), attempts: Number(attempts) }
}

/** Those of the tiers and the half; of more than the limit a random sample, in their own order. */
export function pickProblems(all: readonly Problem[], { tiers, half, limit, seed }: BenchmarkOrder): Problem[] {
  const fitting = all.filter(({ tier, split }) => tiers.includes(tier) && (half === 'all' || split === half))
  const rng = createRng(`bench ${seed}`)
  const drawn = fitting
    .map(({ id }) => ({ id, key: rng.fork(id)() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, limit)
  const chosen = new Set(drawn.map(({ id }) => id))
  return fitting.filter(({ id }) => chosen.has(id))
}
