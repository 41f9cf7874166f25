/** Runs the benchmark: a solver, problems, a verifier, and a record of all of it. */

import { type Clock, describeError, type Publisher } from '@salp/core'
import { type Problem, viewOf } from '../problems/problem.js'
import type { Verifier } from '../verify/verifier.js'
import { type BenchmarkHistory, type ProblemResult, RunError, type Sampling } from './history.js'
import type { SolveBudget, Solver } from './solver.js'

/** What is told while a run goes on. */
export type BenchmarkEvents = {
  /** `recorded` problems stand from before it was cut off. */
  'benchmark:begun': { readonly run: string; readonly at: number; readonly problems: number; readonly recorded: number }
  'benchmark:attempted': {
    readonly run: string
    readonly at: number
    readonly problem: string
    readonly status: ProblemResult['status']
    readonly passed: boolean
    /** Problems recorded so far, this one included. */
    readonly recorded: number
  }
  'benchmark:ended': { readonly run: string; readonly at: number }
}

/** What a run asks for. */
export interface BenchmarkDeps {
  readonly solver: Solver
  readonly verifier: Verifier
  readonly history: BenchmarkHistory
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly events: Publisher<BenchmarkEvents>
}

/** How a run goes. */
export interface BenchmarkOptions {
  /** Names it; the id of a run that was cut off goes on with that. */
  readonly run: string
  /** What to try; of a run that goes on, only what it had planned. */
  readonly problems: readonly Problem[]
  readonly budget: SolveBudget
  /** How `problems` were picked from all. @defaultValue `'all'` */
  readonly sampling?: Sampling | undefined
  /** Problems that are solved side by side. @defaultValue `1` */
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the benchmark to its end; every result is recorded as it falls.
 *
 * Aborted or killed, the run can be gone on with by its id: what was recorded counts, what was not is tried again. A solver
 * that throws makes its problem `unavailable`, which counts neither way.
 *
 * @returns All results of the run, earlier ones included.
 * @throws `RunError` (`eval/run`) if the run has ended, is of another solver, or planned a problem that is not given.
 * @throws The signal's reason if it aborts.
 */
export async function runBenchmark(
  { solver, verifier, history, clock, events }: BenchmarkDeps,
  { run: id, problems, budget, sampling = 'all', concurrency = 1, signal }: BenchmarkOptions,
): Promise<ProblemResult[]> {
  signal?.throwIfAborted()
  const plan = problems.map((problem) => problem.id)
  const run = history.begin({ id, solver: solver.name, sampling, plan, begunAt: clock.now() })
  const known = new Map(problems.map((problem) => [problem.id, problem]))
  const done = new Set(history.results(id).map(({ problem }) => problem))
  let recorded = done.size
  const left = run.plan.filter((problem) => !done.has(problem))
  events.publish('benchmark:begun', { run: id, at: clock.now(), problems: run.plan.length, recorded })

  const stop = new AbortController()
  const joined = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const attempt = async (problem: Problem): Promise<ProblemResult> => {
    const began = clock.monotonic()
    const base = { problem: problem.id, tier: problem.tier }
    let attempts: Awaited<ReturnType<Solver['solve']>>
    try {
      attempts = await solver.solve(viewOf(problem), {
        signal: joined,
        budget,
        check: async (source) => {
          const [verdict] = await verifier.verify([{ problem, source }], { signal: joined, cases: 'examples' })
          return verdict ?? { status: 'crash', message: 'It was not verified', example: undefined }
        },
      })
    } catch (error) {
      joined.throwIfAborted()
      const solveMs = clock.monotonic() - began
      return {
        ...base,
        status: 'unavailable',
        reason: describeError(error),
        solveMs,
        recordedAt: clock.now(),
        attempts: [],
      }
    }
    const solveMs = clock.monotonic() - began
    const counted = attempts.slice(0, budget.attempts)
    const verdicts = await verifier.verify(
      counted.map(({ source }) => ({ problem, source })),
      { signal: joined },
    )
    return {
      ...base,
      status: 'judged',
      reason: '',
      solveMs,
      recordedAt: clock.now(),
      attempts: counted.map(({ source, costUsd = 0, tokens = 0, candidates = 0 }, index) => {
        const { status: verdict, message } = verdicts[index] ?? { status: 'crash', message: 'It was not verified' }
        return { source, costUsd, tokens, candidates, verdict, message }
      }),
    }
  }
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      joined.throwIfAborted()
      const problem = known.get(next)
      if (problem === undefined) throw new RunError(id, `the problem "${next}", which it planned, is not given`)
      const result = await attempt(problem)
      joined.throwIfAborted()
      history.record(id, result)
      recorded++
      const passed = result.attempts[0]?.verdict === 'pass'
      events.publish('benchmark:attempted', {
        run: id,
        at: result.recordedAt,
        problem: next,
        status: result.status,
        passed,
        recorded,
      })
    }
  }
  const workers = Array.from({ length: concurrency }, work)
  try {
    await Promise.all(workers)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(workers)
    throw error
  }
  history.end(id, clock.now())
  events.publish('benchmark:ended', { run: id, at: clock.now() })
  return history.results(id)
}
