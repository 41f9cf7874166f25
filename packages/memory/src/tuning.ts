/** How much each stage of recall counts. The figures behind the defaults: `pnpm --filter @salp/memory quality`. */

/** Weight of each stage; 0 switches it off. */
export interface Tuning {
  /** Weight of the full text; what the other weights are measured against. Range [0, ∞). */
  readonly text: number
  /** Share of a hit's full-text score that the records beside it in its thread get. Range [0, 1]. */
  readonly thread: number
  /** Whether times in the question limit the answer. 0 or 1. */
  readonly time: number
  /** Weight of the walk over shared names against the full text. Range [0, ∞). */
  readonly graph: number
  /** Whether questions about a known attribute also find records that tell it in other words. 0 or 1. */
  readonly expansion: number
  /** Whether versions of one fact come newest first, and what was superseded leads to what holds. 0 or 1. */
  readonly versions: number
  /** Whether a question that names what no record names gets an empty answer. 0 or 1. */
  readonly names: number
  /** Whether near-repeats of a better hit go to the tail. 0 or 1. */
  readonly diversity: number
  /** Weight of the vectors against the full text; `calibrate()` measures it. Range [0, ∞). */
  readonly vectors: number
  /** Cosine from which a record answers by meaning alone, whatever its words; `calibrate()` measures it. 1 switches it off. */
  readonly likeness: number
}

/** What a memory uses where its owner says nothing. */
export const defaultTuning: Tuning = {
  text: 1,
  thread: 0.4,
  time: 1,
  graph: 12,
  expansion: 1,
  versions: 1,
  names: 1,
  diversity: 0,
  vectors: 0.2,
  likeness: 1,
}
