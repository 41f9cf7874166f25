/** What was measured: the runs in `bench.db` of the home folder, which `salp bench` writes too, as Studio shows them. */

import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createRng, SalpError } from '@salp/core'
import {
  type BenchmarkHistory,
  type BenchmarkRun,
  compareRuns,
  fitRatings,
  type Problem,
  type ProblemResult,
  type ProblemView,
  type Rating,
  type RunComparison,
  type RunReport,
  reportRun,
  stuckProblems,
  viewOf,
} from '@salp/eval'

/** A run in a list. */
export interface RunSummary extends Omit<BenchmarkRun, 'plan'> {
  /** Problems that were planned, and those that have a result. */
  readonly planned: number
  readonly recorded: number
  /** When the last result was recorded, in ms since the epoch. */
  readonly lastAt: number | undefined
  /** The same for runs over the same problems, whose rates compare. */
  readonly set: string
  readonly report: RunReport
}

/** One problem of a run, without what was answered. */
export interface OutcomeView extends Pick<ProblemResult, 'problem' | 'tier' | 'status' | 'reason' | 'solveMs'> {
  /** Of the first answer; none if there was no answer. */
  readonly verdict: ProblemResult['attempts'][number]['verdict'] | undefined
  readonly candidates: number
}

/** A run, problem by problem. */
export interface RunView extends RunSummary {
  readonly plan: readonly string[]
  readonly outcomes: readonly OutcomeView[]
}

/** Two runs on the problems that both tried. */
export interface ComparisonView extends RunComparison {
  readonly earlier: RunSummary
  readonly later: RunSummary
  /** Ids of problems. */
  readonly gainedProblems: readonly string[]
  readonly lostProblems: readonly string[]
}

/** A problem in a list. */
export interface ProblemSummary extends Pick<Problem, 'id' | 'tier' | 'title' | 'tags' | 'split'> {
  /** How hard it proved to be; none before it was tried. */
  readonly rating: Rating | undefined
  /** First answers that were judged, and those that passed. */
  readonly tried: number
  readonly passed: number
  /** Whether a solver failed at it five times in a row. */
  readonly stuck: boolean
}

/** A problem as solvers see it, with what they answered. */
export interface ProblemDetail extends ProblemView, ProblemSummary {
  /** Newest run first. */
  readonly tries: readonly { readonly run: RunSummary; readonly result: ProblemResult }[]
}

/** Ratings of all who tried. */
export interface SolverRating extends Rating {
  readonly solver: string
}

/** Reads the history. */
export interface HistoryViews {
  /** Newest first. */
  runs(): Promise<RunSummary[]>
  /** @throws {@link BenchmarkError} (`node/benchmark-unknown`) if there is none of that id. */
  run(id: string): RunView
  /** @throws {@link BenchmarkError} (`node/benchmark-unknown`, or `-conflict` if no problem was judged in both). */
  compare(earlier: string, later: string): ComparisonView
  problems(all: readonly Problem[]): { problems: ProblemSummary[]; solvers: SolverRating[] }
  /** @throws {@link BenchmarkError} (`node/benchmark-unknown`) if there is none of that id. */
  problem(all: readonly Problem[], id: string): ProblemDetail
}

/** Runs that are listed, and runs in which the answers to a problem are looked for. */
const most = { runs: 100, tries: 20 } as const

/** Opens the views. What ended is read once. */
export function openHistoryViews(history: BenchmarkHistory): HistoryViews {
  const ended = new Map<string, RunSummary>()
  const summaryOf = (run: BenchmarkRun, results = history.results(run.id)): RunSummary => {
    const { plan, ...rest } = run
    const answers = Math.max(1, ...results.map(({ attempts }) => attempts.length))
    const set = createHash('sha256')
      .update([...plan].sort().join(' '))
      .digest('hex')
      .slice(0, 12)
    const summary = {
      ...{ ...rest, planned: plan.length, recorded: results.length, lastAt: results.at(-1)?.recordedAt },
      ...{ set, report: reportRun(results, answers) },
    }
    if (run.endedAt !== undefined) ended.set(run.id, summary)
    return summary
  }
  const runOf = (id: string): BenchmarkRun => {
    const run = history.run(id)
    if (run === undefined) throw new BenchmarkError('unknown', `There is no run "${id}"`)
    return run
  }
  /** What follows from all outcomes; fitted anew only when there are others. */
  let known: { count: number; ratings: ReturnType<typeof fitRatings>; summaries: Map<string, Summed> } | undefined
  const standing = () => {
    const outcomes = history.outcomes()
    if (known?.count === outcomes.length) return known
    const summaries = new Map<string, Summed>()
    for (const { problem, passed } of outcomes) {
      const { tried, passed: before } = summaries.get(problem) ?? untried
      summaries.set(problem, { tried: tried + 1, passed: before + (passed ? 1 : 0), stuck: false })
    }
    for (const solver of new Set(outcomes.map((outcome) => outcome.solver)))
      for (const problem of stuckProblems(outcomes, solver))
        summaries.set(problem, { ...(summaries.get(problem) ?? untried), stuck: true })
    known = { count: outcomes.length, ratings: fitRatings(outcomes), summaries }
    return known
  }
  const problemSummary = ({ id, tier, title, tags, split }: Problem): ProblemSummary => {
    const { ratings, summaries } = standing()
    return { id, tier, title, tags, split, rating: ratings.problems.get(id), ...(summaries.get(id) ?? untried) }
  }
  return {
    async runs() {
      const all: RunSummary[] = []
      for (const run of history.runs({ limit: most.runs })) {
        const before = ended.get(run.id)
        // Reading a run takes some ms, and others want their turn.
        if (before === undefined) await setImmediate()
        all.push(before ?? summaryOf(run))
      }
      return all
    },
    run(id) {
      const run = runOf(id)
      const results = history.results(id)
      return { ...summaryOf(run, results), plan: run.plan, outcomes: results.map(outcomeOf) }
    },
    compare(earlierId, laterId) {
      const [earlier, later] = [runOf(earlierId), runOf(laterId)]
      const [before, after] = [history.results(earlier.id), history.results(later.id)]
      // The seed of the command line, so that both print the same interval.
      const rng = createRng(`${earlier.id} and ${later.id}`)
      const comparison = compareRuns(before, after, { rng })
      if (comparison === undefined)
        throw new BenchmarkError(
          'conflict',
          `Cannot compare runs ${earlier.id} and ${later.id}: no problem was judged in both`,
        )
      const passedBefore = new Map(judgedOf(before))
      const changed = (from: boolean): string[] =>
        judgedOf(after).flatMap(([problem, passed]) =>
          passedBefore.get(problem) === from && passed !== from ? [problem] : [],
        )
      return {
        ...comparison,
        ...{ earlier: summaryOf(earlier, before), later: summaryOf(later, after) },
        ...{ gainedProblems: changed(false), lostProblems: changed(true) },
      }
    },
    problems: (all) => ({
      problems: all.map(problemSummary),
      solvers: [...standing().ratings.solvers]
        .map(([solver, rating]) => ({ solver, ...rating }))
        .sort((a, b) => b.rating - a.rating),
    }),
    problem(all, id) {
      const problem = all.find((one) => one.id === id)
      if (problem === undefined) throw new BenchmarkError('unknown', `There is no problem "${id}"`)
      const tries = history
        .runs({ limit: most.runs })
        .filter(({ plan }) => plan.includes(id))
        .slice(0, most.tries)
        .flatMap((run) => {
          const results = history.results(run.id)
          const result = results.find((one) => one.problem === id)
          return result === undefined ? [] : [{ run: summaryOf(run, results), result }]
        })
      return { ...viewOf(problem), ...problemSummary(problem), tries }
    },
  }
}

type Summed = Pick<ProblemSummary, 'tried' | 'passed' | 'stuck'>

const untried: Summed = { tried: 0, passed: 0, stuck: false }

function outcomeOf({ problem, tier, status, reason, solveMs, attempts }: ProblemResult): OutcomeView {
  const candidates = attempts.reduce((sum, attempt) => sum + attempt.candidates, 0)
  return { problem, tier, status, reason, solveMs, candidates, verdict: attempts[0]?.verdict }
}

/** Problems that were judged, and whether the first answer passed. */
function judgedOf(results: readonly ProblemResult[]): [problem: string, passed: boolean][] {
  return results.flatMap(({ problem, status, attempts }): [string, boolean][] =>
    status === 'judged' ? [[problem, attempts[0]?.verdict === 'pass']] : [],
  )
}

/** Something of the benchmark that cannot be: `node/benchmark-unknown`, `-busy`, `-conflict` or `-invalid`. */
export class BenchmarkError extends SalpError {
  constructor(condition: 'unknown' | 'busy' | 'conflict' | 'invalid', why: string) {
    super(`node/benchmark-${condition}`, why)
  }
}
