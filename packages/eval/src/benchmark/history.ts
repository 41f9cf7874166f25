/** What was tried and what came of it, kept so that "better than last week" is a query. */

import { SalpError, type SqlDatabase } from '@salp/core'
import { z } from 'zod'
import type { Verdict } from '../verify/verifier.js'
import type { Attempt } from './solver.js'

/** How the problems of a run were picked. */
export type Sampling = 'all' | 'random' | 'adaptive'

/** A run of the benchmark. */
export interface BenchmarkRun {
  readonly id: string
  readonly solver: string
  /** Rates of an `adaptive` sample compare with no other. */
  readonly sampling: Sampling
  /** Ids of problems in the order they are tried. */
  readonly plan: readonly string[]
  /** Ms since the epoch. */
  readonly begunAt: number
  /** None while it goes on, or where it was cut off. */
  readonly endedAt: number | undefined
}

/** An attempt and its verdict. */
export interface JudgedAttempt extends Required<{ [Key in keyof Attempt]: NonNullable<Attempt[Key]> }> {
  readonly verdict: Verdict['status']
  readonly message: string
}

/** What came of one problem in a run. */
export interface ProblemResult {
  readonly problem: string
  readonly tier: number
  /** `unavailable`: the solver could not try, for `reason`; it counts neither as solved nor as failed. */
  readonly status: 'judged' | 'unavailable'
  readonly reason: string
  /** What the solver took. */
  readonly solveMs: number
  readonly recordedAt: number
  readonly attempts: readonly JudgedAttempt[]
}

/** Runs and results on disk. What was recorded counts, whatever happens to the process after. */
export interface BenchmarkHistory {
  /** Opens a run, or the one of that id that was cut off; it goes on with its own plan. */
  begin(run: Omit<BenchmarkRun, 'endedAt'>): BenchmarkRun
  /** Records one problem of a run, all of it or nothing. */
  record(run: string, result: ProblemResult): void
  end(run: string, at: number): void
  /** The run of that id. */
  run(id: string): BenchmarkRun | undefined
  /** Newest first. */
  runs(filter?: { readonly solver?: string | undefined; readonly limit?: number | undefined }): BenchmarkRun[]
  /** In the order they were recorded. */
  results(run: string): ProblemResult[]
  /** Programs that passed all tests, the newest of each problem. */
  solutions(): { readonly problem: string; readonly source: string }[]
  /** All judged results, oldest first: who, which problem, whether the first answer passed. */
  outcomes(filter?: { readonly solver?: string | undefined }): ProblemOutcome[]
}

/** Whether a solver's first answer to a problem passed. */
export interface ProblemOutcome {
  readonly solver: string
  readonly problem: string
  readonly passed: boolean
}

interface RunRow {
  seq: number
  id: string
  solver: string
  sampling: Sampling
  plan: string
  begun_at: number
  ended_at: number | null
}

const planSchema = z.array(z.string())

/** Opens the history in a database to whose tables `evalMigrations` were applied. */
export function openBenchmarkHistory(db: SqlDatabase): BenchmarkHistory {
  const runOf = ({ id, solver, sampling, plan, begun_at, ended_at }: RunRow): BenchmarkRun => ({
    id,
    solver,
    sampling,
    plan: planSchema.parse(JSON.parse(plan)),
    begunAt: begun_at,
    endedAt: ended_at ?? undefined,
  })
  const rowOf = (id: string): RunRow => {
    const row = db.prepare<RunRow>('SELECT * FROM eval_runs WHERE id = ?').get(id)
    if (row === undefined) throw new RunError(id, 'there is none of that id')
    return row
  }
  return {
    begin: ({ id, solver, sampling, plan, begunAt }) =>
      db.transaction(() => {
        db.prepare(
          'INSERT INTO eval_runs (id, solver, sampling, plan, begun_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
        ).run(id, solver, sampling, JSON.stringify(plan), begunAt)
        const run = runOf(rowOf(id))
        if (run.solver !== solver) throw new RunError(id, `it is of the solver "${run.solver}", not "${solver}"`)
        if (run.endedAt !== undefined) throw new RunError(id, 'it has ended; begin another')
        return run
      }),
    record: (id, { problem, tier, status, reason, solveMs, recordedAt, attempts }) =>
      db.transaction(() => {
        const { seq } = rowOf(id)
        db.prepare(
          'INSERT INTO eval_results (run, problem, tier, status, reason, solve_ms, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ).run(seq, problem, tier, status, reason, solveMs, recordedAt)
        const insert = db.prepare(
          'INSERT INTO eval_attempts (run, problem, position, source, verdict, message, cost_usd, tokens, candidates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        for (const [position, { source, verdict, message, costUsd, tokens, candidates }] of attempts.entries())
          insert.run(seq, problem, position, source, verdict, message, costUsd, tokens, candidates)
      }),
    end: (id, at) => void db.prepare('UPDATE eval_runs SET ended_at = ? WHERE seq = ?').run(at, rowOf(id).seq),
    run(id) {
      const row = db.prepare<RunRow>('SELECT * FROM eval_runs WHERE id = ?').get(id)
      return row && runOf(row)
    },
    runs: ({ solver, limit = 100 } = {}) =>
      db
        .prepare<RunRow>('SELECT * FROM eval_runs WHERE solver = coalesce(?, solver) ORDER BY seq DESC LIMIT ?')
        .all(solver ?? null, limit)
        .map(runOf),
    results(id) {
      const { seq } = rowOf(id)
      const attempts = new Map<string, JudgedAttempt[]>()
      for (const row of db
        .prepare<{ problem: string } & JudgedAttempt>(
          'SELECT problem, source, verdict, message, cost_usd AS costUsd, tokens, candidates FROM eval_attempts WHERE run = ? ORDER BY problem, position',
        )
        .iterate(seq)) {
        const { problem, ...attempt } = row
        attempts.set(problem, [...(attempts.get(problem) ?? []), attempt])
      }
      return db
        .prepare<Omit<ProblemResult, 'attempts'>>(
          'SELECT problem, tier, status, reason, solve_ms AS solveMs, recorded_at AS recordedAt FROM eval_results WHERE run = ? ORDER BY recorded_at, problem',
        )
        .all(seq)
        .map((result) => ({ ...result, attempts: attempts.get(result.problem) ?? [] }))
    },
    solutions: () =>
      db
        .prepare<{ problem: string; source: string }>(
          `SELECT problem, source FROM (
             SELECT a.problem, a.source, row_number() OVER (PARTITION BY a.problem ORDER BY a.run DESC, a.position) AS place
               FROM eval_attempts a WHERE a.verdict = 'pass')
            WHERE place = 1 ORDER BY problem`,
        )
        .all(),
    outcomes: ({ solver } = {}) =>
      db
        .prepare<{ solver: string; problem: string; passed: number }>(
          `SELECT r.solver, e.problem, coalesce(a.verdict = 'pass', 0) AS passed
             FROM eval_results e
             JOIN eval_runs r ON r.seq = e.run
             LEFT JOIN eval_attempts a ON a.run = e.run AND a.problem = e.problem AND a.position = 0
            WHERE e.status = 'judged' AND r.solver = coalesce(?, r.solver)
            ORDER BY e.recorded_at, e.run, e.problem`,
        )
        .all(solver ?? null)
        .map(({ passed, ...outcome }) => ({ ...outcome, passed: passed === 1 })),
  }
}

/** A run that cannot be used. */
export class RunError extends SalpError {
  readonly run: string
  constructor(run: string, reason: string) {
    super('eval/run', `Cannot use the run "${run}": ${reason}`)
    this.run = run
  }
}
