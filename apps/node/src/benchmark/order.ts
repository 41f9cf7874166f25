/** What a run of the benchmark is asked for. */

import type { SearchSettings } from '@salp/models/synthesis'
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

/** How a synthesizer searches that knows what was learnt. */
export function settingsOf(
  { budget, seed, attempts }: Pick<BenchmarkOrder, 'budget' | 'seed' | 'attempts'>,
  saved: SavedState | undefined,
): SearchSettings {
  return { lesson: saved?.lesson.slice(0, 8), budget, seed, attempts }
}
