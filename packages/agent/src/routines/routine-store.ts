/** Routines, each time they were due, and what they have seen, kept. */

import { type Clock, type Migration, SalpError, type SqlDatabase } from '@salp/core'
import {
  type Routine,
  type RoutineChange,
  type RoutineInput,
  type RoutineRun,
  routineInputSchema,
  routineRunSchema,
} from '../protocol-routines.js'
import { nextTime } from './next-time.js'

/** Steps for `migrate(db, 'agent-routines', routineMigrations)`. */
export const routineMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'routines, their runs, and what was seen',
    up: `
      CREATE TABLE agent_routines (
        id INTEGER PRIMARY KEY AUTOINCREMENT, routine TEXT NOT NULL, secret TEXT,
        created_at INTEGER NOT NULL, next_at INTEGER
      ) STRICT;
      CREATE INDEX agent_routines_next ON agent_routines (next_at) WHERE next_at IS NOT NULL;
      CREATE TABLE agent_routine_runs (
        id TEXT PRIMARY KEY, routine_id INTEGER NOT NULL REFERENCES agent_routines (id) ON DELETE CASCADE,
        due_at INTEGER NOT NULL, state TEXT NOT NULL, run TEXT NOT NULL
      ) STRICT;
      CREATE INDEX agent_routine_runs_of ON agent_routine_runs (routine_id, due_at);
      CREATE INDEX agent_routine_runs_open ON agent_routine_runs (state) WHERE state IN ('waiting', 'running');
      CREATE TABLE agent_routine_seen (
        routine_id INTEGER NOT NULL REFERENCES agent_routines (id) ON DELETE CASCADE,
        key TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (routine_id, key)
      ) STRICT, WITHOUT ROWID;
    `,
  },
]

/** Runs of one routine that are kept. */
const keptRuns = 200

/** What was seen in a place: key to version. */
export type Seen = ReadonlyMap<string, string>

/** Routines by number. */
export interface RoutineStore {
  /** @throws TriggerError (`agent/routine-invalid`) */
  add(input: RoutineInput, secret: string | undefined): Routine
  /** @throws {@link RoutineError} (`agent/routine-unknown`), TriggerError (`agent/routine-invalid`). */
  change(id: number, change: RoutineChange): Routine
  /** @throws {@link RoutineError} (`agent/routine-unknown`) */
  remove(id: number): void
  get(id: number): Routine | undefined
  /** In the order they were made. */
  list(): Routine[]
  /** What a sender has to know. */
  secret(id: number): string | undefined
  /** Those that are due by a time. */
  due(at: number): Routine[]
  /** When the next one is due. */
  nextAt(): number | undefined
  /** Says when a routine is due next; never, if that is absent. */
  postpone(id: number, nextAt: number | undefined): void
  /** Keeps a run. @returns Nothing if one of that id is there already. */
  addRun(run: RoutineRun): RoutineRun | undefined
  changeRun(run: RoutineRun, change: Partial<RoutineRun>): RoutineRun
  /** Runs that have not ended, the oldest first. */
  openRuns(): RoutineRun[]
  /** How many runs of a routine have not ended. */
  openCount(id: number): number
  /** The newest first. */
  runs(options: { routineId?: number | undefined; since?: number | undefined; limit: number }): RoutineRun[]
  seen(id: number): Seen
  see(id: number, seen: Seen): void
}

interface Row {
  readonly id: number
  readonly routine: string
  readonly secret: string | null
  readonly created_at: number
  readonly next_at: number | null
}

/** Creates the store over the tables of {@link routineMigrations}. */
export function createRoutineStore({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): RoutineStore {
  const one = db.prepare<Row>('SELECT * FROM agent_routines WHERE id = ?')
  const all = db.prepare<Row>('SELECT * FROM agent_routines ORDER BY id')
  const dueBy = db.prepare<Row>('SELECT * FROM agent_routines WHERE next_at <= ? ORDER BY next_at, id')
  const first = db.prepare<{ at: number | null }>('SELECT min(next_at) AS at FROM agent_routines')
  const insert = db.prepare('INSERT INTO agent_routines (routine, secret, created_at, next_at) VALUES (?, ?, ?, ?)')
  const rewrite = db.prepare('UPDATE agent_routines SET routine = ?, next_at = ? WHERE id = ?')
  const setNext = db.prepare('UPDATE agent_routines SET next_at = ? WHERE id = ?')
  const erase = db.prepare('DELETE FROM agent_routines WHERE id = ?')
  const insertRun = db.prepare(
    'INSERT INTO agent_routine_runs (id, routine_id, due_at, state, run) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const rewriteRun = db.prepare('UPDATE agent_routine_runs SET state = ?, run = ? WHERE id = ?')
  const prune = db.prepare(
    `DELETE FROM agent_routine_runs WHERE routine_id = ? AND state NOT IN ('waiting', 'running') AND due_at <= (
      SELECT due_at FROM agent_routine_runs WHERE routine_id = ? ORDER BY due_at DESC LIMIT 1 OFFSET ${keptRuns})`,
  )
  const open = db.prepare<{ run: string }>(
    "SELECT run FROM agent_routine_runs WHERE state IN ('waiting', 'running') ORDER BY due_at, id",
  )
  const openOf = db.prepare<{ count: number }>(
    "SELECT count(*) AS count FROM agent_routine_runs WHERE routine_id = ? AND state IN ('waiting', 'running')",
  )
  const newest = db.prepare<{ run: string }>(
    `SELECT run FROM agent_routine_runs WHERE routine_id = coalesce(?, routine_id) AND due_at >= ?
      ORDER BY due_at DESC, id DESC LIMIT ?`,
  )
  const allSeen = db.prepare<{ key: string; version: string }>(
    'SELECT key, version FROM agent_routine_seen WHERE routine_id = ?',
  )
  const forget = db.prepare('DELETE FROM agent_routine_seen WHERE routine_id = ?')
  const remember = db.prepare('INSERT INTO agent_routine_seen (routine_id, key, version) VALUES (?, ?, ?)')

  const runs: RoutineStore['runs'] = ({ routineId = null, since = 0, limit }) =>
    newest.all(routineId, since, limit).map(({ run }) => routineRunSchema.parse(JSON.parse(run)))
  const toRoutine = (row: Row): Routine => {
    const [lastRun] = runs({ routineId: row.id, limit: 1 })
    return {
      ...routineInputSchema.parse(JSON.parse(row.routine)),
      ...{ id: row.id, createdAt: row.created_at },
      ...(row.next_at !== null && { nextAt: row.next_at }),
      ...(lastRun !== undefined && { lastRun }),
    }
  }
  const get = (id: number): Routine | undefined => {
    const row = Number.isSafeInteger(id) ? one.get(id) : undefined
    return row && toRoutine(row)
  }
  const known = (id: number): Routine => {
    const routine = get(id)
    if (routine === undefined) throw new RoutineError(id)
    return routine
  }
  const dueNext = ({ enabled, trigger }: Pick<Routine, 'enabled' | 'trigger'>): number | null => {
    // Asked even of one that rests, so that a pattern that means nothing is refused at once.
    const next = nextTime(trigger, clock.now()) ?? null
    return enabled ? next : null
  }
  return {
    add(input, secret) {
      const routine = routineInputSchema.parse(input)
      const made = insert.run(JSON.stringify(routine), secret ?? null, clock.now(), dueNext(routine))
      return known(Number(made.lastInsertRowid))
    },
    change(id, change) {
      const { title, trigger, action, enabled, missed } = known(id)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const routine = routineInputSchema.parse({ title, trigger, action, enabled, missed, ...given })
      rewrite.run(JSON.stringify(routine), dueNext(routine), id)
      return known(id)
    },
    remove(id) {
      known(id)
      erase.run(id)
    },
    get,
    list: () => all.all().map(toRoutine),
    secret: (id) => one.get(id)?.secret ?? undefined,
    due: (at) => dueBy.all(at).map(toRoutine),
    nextAt: () => first.get()?.at ?? undefined,
    postpone: (id, nextAt) => void setNext.run(nextAt ?? null, id),
    addRun(run) {
      const { changes } = insertRun.run(run.id, run.routineId, run.dueAt, run.state, JSON.stringify(run))
      if (changes === 0) return undefined
      prune.run(run.routineId, run.routineId)
      return run
    },
    changeRun(run, change) {
      const changed = { ...run, ...change }
      rewriteRun.run(changed.state, JSON.stringify(changed), run.id)
      return changed
    },
    openRuns: () => open.all().map(({ run }) => routineRunSchema.parse(JSON.parse(run))),
    openCount: (id) => openOf.get(id)?.count ?? 0,
    runs,
    seen: (id) => new Map(allSeen.all(id).map(({ key, version }) => [key, version])),
    see: (id, seen) =>
      db.transaction(() => {
        forget.run(id)
        for (const [key, version] of seen) remember.run(id, key, version)
      }),
  }
}

/** A routine that is not there: `agent/routine-unknown`. */
export class RoutineError extends SalpError {
  constructor(id: number) {
    super('agent/routine-unknown', `There is no routine ${id}`)
  }
}
