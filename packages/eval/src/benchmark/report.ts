/** What a run says: rates with intervals, costs, and whether one run is better than another. */

import { bootstrapCi, type Interval, type Rng, wilson } from '@salp/core'
import { mcnemarTest } from '../statistics/exact.js'
import type { ProblemResult } from './history.js'

/** Rates of the problems of one tier, or of all. */
export interface TierReport {
  /** None: all tiers. */
  readonly tier: number | undefined
  readonly problems: number
  /** Problems that the solver could not try; in no rate. */
  readonly unavailable: number
  /** Share whose first answer passed. */
  readonly passAt1: Interval
  /** Share of which one of the first `k` answers passed. */
  readonly passAtK: Interval
}

/** What a run says. */
export interface RunReport {
  readonly k: number
  readonly all: TierReport
  readonly tiers: readonly TierReport[]
  /** All that was spent, on failures too, by problem whose first answer passed; infinite where none did. */
  readonly perSolve: {
    readonly costUsd: number
    readonly ms: number
    readonly tokens: number
    readonly candidates: number
  }
}

/** Reports on the results of a run, tiers ascending. @param k - Answers that count for pass@k. Integer, range [1, ∞). */
export function reportRun(results: readonly ProblemResult[], k: number): RunReport {
  const report = (tier: number | undefined): TierReport => {
    const own = results.filter((result) => tier === undefined || result.tier === tier)
    const judged = own.filter(({ status }) => status === 'judged')
    const rate = (first: number): Interval =>
      wilson(judged.filter((result) => passedWithin(result, first)).length, judged.length)
    return {
      tier,
      problems: own.length,
      unavailable: own.length - judged.length,
      passAt1: rate(1),
      passAtK: rate(k),
    }
  }
  const solves = results.filter((result) => passedWithin(result, 1)).length
  const spent = (of: (result: ProblemResult) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / solves
  const inAttempts = (field: 'costUsd' | 'tokens' | 'candidates'): number =>
    spent(({ attempts }) => attempts.reduce((sum, attempt) => sum + attempt[field], 0))
  return {
    k,
    all: report(undefined),
    tiers: [...new Set(results.map(({ tier }) => tier))].sort((a, b) => a - b).map(report),
    perSolve: {
      costUsd: inAttempts('costUsd'),
      ms: spent(({ solveMs }) => solveMs),
      tokens: inAttempts('tokens'),
      candidates: inAttempts('candidates'),
    },
  }
}

function passedWithin({ attempts }: ProblemResult, first: number): boolean {
  return attempts.slice(0, first).some(({ verdict }) => verdict === 'pass')
}

/**
 * Estimates the chance that one of `k` independent answers passes, from `n` of which `passes` did, without bias.
 *
 * @param k - Integer, range [1, n].
 * @throws RangeError if the counts cannot be.
 * @see Chen et al., "Evaluating large language models trained on code" (2021), section 2.1.
 */
export function passAtK(n: number, passes: number, k: number): number {
  if (!(passes >= 0 && passes <= n && k >= 1 && k <= n))
    throw new RangeError(`Cannot estimate pass@${k} from ${passes} passes in ${n} answers`)
  let fail = 1
  for (let index = n - passes + 1; index <= n; index++) fail *= 1 - k / index
  return n - passes < k ? 1 : 1 - fail
}

/** Two runs on the problems that both tried. */
export interface RunComparison {
  readonly problems: number
  /** Problems that the later run alone solved. */
  readonly gained: number
  /** Problems that the earlier run alone solved. */
  readonly lost: number
  /** Change of pass@k, later less earlier, with its bootstrap interval over problems. */
  readonly change: Interval
  /** Of no change, by McNemar's exact test. */
  readonly p: number
}

/**
 * Compares runs problem by problem; `undefined` if no problem was judged in both.
 *
 * @param k - Answers that count. Integer, range [1, ∞). @defaultValue `1`
 */
export function compareRuns(
  earlier: readonly ProblemResult[],
  later: readonly ProblemResult[],
  { rng, k = 1 }: { readonly rng: Rng; readonly k?: number | undefined },
): RunComparison | undefined {
  const before = new Map(
    earlier.flatMap((result) =>
      result.status === 'judged' ? [[result.problem, passedWithin(result, k)] as const] : [],
    ),
  )
  const differences = later.flatMap((result) => {
    const was = before.get(result.problem)
    return was === undefined || result.status !== 'judged' ? [] : [Number(passedWithin(result, k)) - Number(was)]
  })
  if (differences.length === 0) return undefined
  const gained = differences.filter((difference) => difference === 1).length
  const lost = differences.filter((difference) => difference === -1).length
  return {
    problems: differences.length,
    gained,
    lost,
    change: bootstrapCi(differences, { rng }),
    p: mcnemarTest(gained, lost),
  }
}
