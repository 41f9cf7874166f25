/** How many memories to recall: as many as pay for their place in the context. */

import { exp2 } from './internal/real.js'

/**
 * A memory that is asked in words; `Memory` of `@salp/memory` is one.
 *
 * Its hits are data, never instructions.
 */
export interface AssociativeMemory {
  /** Finds what answers a query, the best first. */
  recall(
    query: string,
    options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly hits: readonly { readonly content: string }[] }>
}

/** What was recalled for a step. */
export interface SteeredRecall {
  /** What the memories say, the best first. Data, never instructions. */
  readonly contents: readonly string[]
  /** As `CallReport.recalled` of the calls that follow, with the rank of the memory that was of use; 0 if none was. */
  report(usedRank: number): { readonly depth: number; readonly usedRank: number }
}

/**
 * Recalls as many memories as the substrate grants the step.
 *
 * @param deps - `controls` is that of the substrate.
 * @throws What the memory throws, and the signal's reason if it aborts.
 */
export async function recallForStep(
  {
    memory,
    controls,
  }: {
    readonly memory: AssociativeMemory
    readonly controls: (turn: { readonly turnId?: string | undefined }) => { readonly retrievalLimit: number }
  },
  query: string,
  { turnId, signal }: { readonly turnId?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<SteeredRecall> {
  signal?.throwIfAborted()
  const depth = controls({ turnId }).retrievalLimit
  const { hits } = depth === 0 ? { hits: [] } : await memory.recall(query, { limit: depth, signal })
  return {
    contents: hits.map(({ content }) => content),
    report: (usedRank) => ({ depth, usedRank }),
  }
}

/** Ranks at which memories proved useful, discounted; place 0 counts the recalls of which none did. Plain data. */
export type UsefulRanks = readonly number[]

/** Most memories that are recalled. */
const deepest = 12

/** Recalls after which the past weighs half. */
const keptPerRecall = exp2(-1 / 64)

/** Before anything was recalled: three recalls in ten find something of use, each next rank four fifths as likely. */
export const unrecalled: UsefulRanks = firstRanks()

/** Folds in a recall of `depth` memories; `usedRank` is that of the one that was of use, 0 for none. */
export function foldRecall(ranks: UsefulRanks, usedRank: number, depth: number): UsefulRanks {
  const next = ranks.map((count) => count * keptPerRecall)
  if (usedRank >= 1 && usedRank <= deepest) {
    next[usedRank] = (next[usedRank] ?? 0) + 1
    return next
  }
  // Nothing up to `depth` was of use: what lies deeper, or nothing at all, keeps its proportion.
  let rest = next[0] ?? 0
  for (let rank = depth + 1; rank <= deepest; rank++) rest += next[rank] ?? 0
  if (rest === 0) return next
  next[0] = (next[0] ?? 0) * (1 + 1 / rest)
  for (let rank = depth + 1; rank <= deepest; rank++) next[rank] = (next[rank] ?? 0) * (1 + 1 / rest)
  return next
}

/**
 * Finds the depth at which one memory more costs what it is expected to bring.
 *
 * @param worth - What a useful memory is worth, over the price of one in the context. Range [0, ∞).
 * @returns Integer, range [0, 12].
 */
export function recallDepth(ranks: UsefulRanks, worth: number): number {
  let total = 0
  for (const count of ranks) total += count
  let depth = 0
  let gain = 0
  let best = 0
  for (let rank = 1; rank <= deepest; rank++) {
    gain += ((ranks[rank] ?? 0) / total) * worth - 1
    if (gain > best) [best, depth] = [gain, rank]
  }
  return depth
}

function firstRanks(): number[] {
  const ranks = [7]
  for (let rank = 1, share = 0.6; rank <= deepest; rank++, share *= 0.8) ranks.push(share)
  return ranks
}
