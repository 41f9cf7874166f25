/** The tables of `eval`, step by step. */

import type { Migration } from '@salp/core'

/** Steps for `migrate(db, 'eval', evalMigrations)` of core. Tables carry the prefix `eval_`. */
export const evalMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'runs of the benchmark',
    up: `
CREATE TABLE eval_runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  solver TEXT NOT NULL,
  sampling TEXT NOT NULL,           -- 'all', 'random' or 'adaptive'; rates of the last are of no other sample
  plan TEXT NOT NULL,               -- JSON array of problem ids, in the order they are tried
  begun_at INTEGER NOT NULL,        -- times in ms since the epoch
  ended_at INTEGER                  -- none while it goes on, or was cut off
) STRICT;
CREATE INDEX eval_runs_by_solver ON eval_runs (solver, seq);

CREATE TABLE eval_results (
  run INTEGER NOT NULL REFERENCES eval_runs (seq) ON DELETE CASCADE,
  problem TEXT NOT NULL,
  tier INTEGER NOT NULL,
  status TEXT NOT NULL,             -- 'judged', or 'unavailable': the solver could not try
  reason TEXT NOT NULL,             -- why it could not
  solve_ms REAL NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (run, problem)
) STRICT, WITHOUT ROWID;
CREATE INDEX eval_results_by_problem ON eval_results (problem);

CREATE TABLE eval_attempts (
  run INTEGER NOT NULL,
  problem TEXT NOT NULL,
  position INTEGER NOT NULL,        -- from 0, in the solver's order
  source TEXT NOT NULL,
  verdict TEXT NOT NULL,
  message TEXT NOT NULL,
  cost_usd REAL NOT NULL,
  tokens INTEGER NOT NULL,
  candidates INTEGER NOT NULL,
  PRIMARY KEY (run, problem, position),
  FOREIGN KEY (run, problem) REFERENCES eval_results (run, problem) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`,
  },
  {
    version: 2,
    name: 'runs of cases',
    up: `
CREATE TABLE eval_suites (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  plan TEXT NOT NULL,               -- JSON array of case ids
  repeats INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER                  -- none while it goes on, or was cut off
) STRICT;
CREATE INDEX eval_suites_by_subject ON eval_suites (subject, seq);

CREATE TABLE eval_case_results (
  run INTEGER NOT NULL REFERENCES eval_suites (seq) ON DELETE CASCADE,
  case_id TEXT NOT NULL,
  category TEXT NOT NULL,
  repeat INTEGER NOT NULL,          -- from 0
  status TEXT NOT NULL,             -- 'passed', 'failed' or 'unavailable'
  reason TEXT NOT NULL,
  turns TEXT NOT NULL,              -- JSON: traces, and which properties held
  duration_ms REAL NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (run, case_id, repeat)
) STRICT, WITHOUT ROWID;
`,
  },
]
