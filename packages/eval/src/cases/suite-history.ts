/** Runs of cases, kept: every turn, and which properties held. */

import type { SqlDatabase } from '@salp/core'
import { RunError } from '../benchmark/history.js'
import type { Category } from './case.js'
import type { Held } from './property.js'
import type { Trace } from './trace.js'

/** A run of cases. */
export interface SuiteRun {
  readonly id: string
  /** What was tried: names an agent, its version, its model. */
  readonly subject: string
  /** Ids of cases. */
  readonly plan: readonly string[]
  /** How often each case is tried. */
  readonly repeats: number
  /** Ms since the epoch. */
  readonly begunAt: number
  /** None while it goes on, or where it was cut off. */
  readonly endedAt: number | undefined
}

/** A turn of a case, and what held of it. */
export interface CheckedTurn {
  readonly trace: Trace
  readonly held: readonly Held[]
}

/** What came of trying a case once. */
export interface CaseResult {
  readonly case: string
  readonly category: Category
  /** From 0. */
  readonly repeat: number
  /** `unavailable`: it could not be tried, for `reason`; it counts neither way. */
  readonly status: 'passed' | 'failed' | 'unavailable'
  readonly reason: string
  readonly turns: readonly CheckedTurn[]
  readonly durationMs: number
  readonly recordedAt: number
}

/** Runs of cases on disk. What was recorded counts, whatever happens to the process after. */
export interface SuiteHistory {
  /** Opens a run, or the one of that id that was cut off; it goes on with its own plan. */
  begin(run: Omit<SuiteRun, 'endedAt'>): SuiteRun
  record(run: string, result: CaseResult): void
  end(run: string, at: number): void
  /** The run of that id. */
  run(id: string): SuiteRun | undefined
  /** Newest first. */
  runs(filter?: { readonly subject?: string | undefined; readonly limit?: number | undefined }): SuiteRun[]
  /** In the order they were recorded. */
  results(run: string): CaseResult[]
}

interface RunRow {
  seq: number
  id: string
  subject: string
  plan: string
  repeats: number
  begun_at: number
  ended_at: number | null
}

/** Opens the history in a database to whose tables `evalMigrations` were applied. */
export function openSuiteHistory(db: SqlDatabase): SuiteHistory {
  const runOf = ({ id, subject, plan, repeats, begun_at, ended_at }: RunRow): SuiteRun => ({
    id,
    subject,
    plan: JSON.parse(plan) as string[],
    repeats,
    begunAt: begun_at,
    endedAt: ended_at ?? undefined,
  })
  const rowOf = (id: string): RunRow => {
    const row = db.prepare<RunRow>('SELECT * FROM eval_suites WHERE id = ?').get(id)
    if (row === undefined) throw new RunError(id, 'there is none of that id')
    return row
  }
  return {
    begin: ({ id, subject, plan, repeats, begunAt }) =>
      db.transaction(() => {
        db.prepare(
          'INSERT INTO eval_suites (id, subject, plan, repeats, begun_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
        ).run(id, subject, JSON.stringify(plan), repeats, begunAt)
        const run = runOf(rowOf(id))
        if (run.subject !== subject) throw new RunError(id, `it is of "${run.subject}", not "${subject}"`)
        if (run.endedAt !== undefined) throw new RunError(id, 'it has ended; begin another')
        return run
      }),
    record: (id, { case: name, category, repeat, status, reason, turns, durationMs, recordedAt }) =>
      void db
        .prepare(
          'INSERT INTO eval_case_results (run, case_id, category, repeat, status, reason, turns, duration_ms, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(rowOf(id).seq, name, category, repeat, status, reason, JSON.stringify(turns), durationMs, recordedAt),
    end: (id, at) => void db.prepare('UPDATE eval_suites SET ended_at = ? WHERE seq = ?').run(at, rowOf(id).seq),
    run(id) {
      const row = db.prepare<RunRow>('SELECT * FROM eval_suites WHERE id = ?').get(id)
      return row && runOf(row)
    },
    runs: ({ subject, limit = 100 } = {}) =>
      db
        .prepare<RunRow>('SELECT * FROM eval_suites WHERE subject = coalesce(?, subject) ORDER BY seq DESC LIMIT ?')
        .all(subject ?? null, limit)
        .map(runOf),
    results: (id) =>
      db
        .prepare<Omit<CaseResult, 'turns'> & { turns: string }>(
          'SELECT case_id AS "case", category, repeat, status, reason, turns, duration_ms AS durationMs, recorded_at AS recordedAt FROM eval_case_results WHERE run = ? ORDER BY recorded_at, case_id, repeat',
        )
        .all(rowOf(id).seq)
        .map(({ turns, ...result }) => ({ ...result, turns: JSON.parse(turns) as CheckedTurn[] })),
  }
}
