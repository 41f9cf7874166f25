/** Runs of the benchmark on disk: in the database of what was measured. */

import { createRng } from '@salp/core'
import {
  type BenchmarkHistory,
  type BenchmarkRun,
  compareRuns,
  openBenchmarkHistory,
  type ProblemResult,
  type RunComparison,
  type RunReport,
  reportRun,
} from '@salp/eval'
import { UsageError } from '../cli-errors.js'
import type { HomePaths } from '../client/home.js'
import { withMeasurements } from '../measurements.js'

/** Works with the history of a home folder. */
export function withBenchHistory<T>(home: HomePaths, work: (history: BenchmarkHistory) => T | Promise<T>): Promise<T> {
  return withMeasurements(home, (db) => work(openBenchmarkHistory(db)))
}

/** A run and what came of it. */
export interface ShownRun {
  readonly run: BenchmarkRun
  readonly report: RunReport
  readonly results: readonly ProblemResult[]
}

/** Gives a run with its report. @throws {@link UsageError} (`cli/usage`) if there is none of that id. */
export function shownRun(history: BenchmarkHistory, id: string): ShownRun {
  const run = history.run(id)
  if (run === undefined) throw new UsageError(`There is no run "${id}": see salp bench history`)
  const results = history.results(id)
  const answers = Math.max(1, ...results.map(({ attempts }) => attempts.length))
  return { run, results, report: reportRun(results, answers) }
}

/** Two runs, problem by problem. */
export interface ComparedRuns {
  readonly earlier: BenchmarkRun
  readonly later: BenchmarkRun
  /** By the first answer to each problem that both tried. */
  readonly comparison: RunComparison
  /** By tier and by how many answers count: one, and as many as there are. */
  readonly parts: readonly ComparedPart[]
}

/** Two runs on the problems of one tier. */
export interface ComparedPart {
  readonly tier: number
  readonly k: number
  readonly comparison: RunComparison
}

/** Compares two runs. @throws {@link UsageError} (`cli/usage`) if one is not there, or they have no problem in common. */
export function compareShown(earlier: ShownRun, later: ShownRun): ComparedRuns {
  const rng = createRng(`${earlier.run.id} and ${later.run.id}`)
  const comparison = compareRuns(earlier.results, later.results, { rng })
  if (comparison === undefined)
    throw new UsageError(`Cannot compare runs ${earlier.run.id} and ${later.run.id}: no problem was judged in both`)
  const ks = [...new Set([1, earlier.report.k, later.report.k])]
  const parts = later.report.tiers.flatMap(({ tier }) =>
    ks.flatMap((k): ComparedPart[] => {
      if (tier === undefined) return []
      const ofTier = ({ results }: ShownRun): ProblemResult[] => results.filter((result) => result.tier === tier)
      const found = compareRuns(ofTier(earlier), ofTier(later), { rng, k })
      return found === undefined ? [] : [{ tier, k, comparison: found }]
    }),
  )
  return { earlier: earlier.run, later: later.run, comparison, parts }
}

/** Gives the id of the next run: they are numbered from 1. */
export function nextRunId(history: BenchmarkHistory): string {
  const [newest] = history.runs({ limit: 1 })
  return String(Number(newest?.id ?? 0) + 1)
}

/** Finds the newest run of a solver over the same problems that was cut off. */
export function findCutOff(
  history: BenchmarkHistory,
  solver: string,
  plan: readonly string[],
): BenchmarkRun | undefined {
  return history
    .runs({ solver })
    .find((run) => run.endedAt === undefined && JSON.stringify(run.plan) === JSON.stringify(plan))
}
