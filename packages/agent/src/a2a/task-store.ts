/** Tasks of other agents on disk: what was asked, in which session, and what a turn cannot tell of them. */

import type { Clock, Migration, SqlDatabase } from '@salp/core'

/** Who a task is done for: whoever has the token, or anyone who pays. */
export type Caller = 'owner' | 'stranger'

/** States of a task that are ours to give. */
export type TaskStateName = 'working' | 'input-required' | 'completed' | 'failed' | 'canceled' | 'rejected'

/** Where a task stands. */
export interface Standing {
  readonly state: TaskStateName
  /** For a reader: what is asked, or why it ended. */
  readonly text?: string | undefined
  /** Of extensions, as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** When it came to be so, in ms since the epoch. */
  readonly at: number
}

/** A task. */
export interface StoredTask {
  readonly id: string
  /** Session of its agent. */
  readonly sessionId: string
  readonly caller: Caller
  /** The first message, as JSON of the protocol. */
  readonly message: unknown
  /** Turn that answers it; absent for tasks of strangers, whose sessions have one turn, and for what never began. */
  readonly turnId?: string | undefined
  /** Where it stands, if that is not its turn's to tell. */
  readonly standing?: Standing | undefined
  /** ms since the epoch. */
  readonly createdAt: number
}

/** Keeps tasks. */
export interface TaskStore {
  add(task: Omit<StoredTask, 'createdAt'>): StoredTask
  get(id: string): StoredTask | undefined
  /** The task that a turn answers. */
  ofTurn(turnId: string): StoredTask | undefined
  /** Tasks of a caller, newest first, below an id. */
  list(
    caller: Caller,
    options: { readonly sessionId?: string | undefined; readonly below?: string | undefined },
  ): StoredTask[]
  stand(id: string, standing: Omit<Standing, 'at'>): void
  /** What is known of its payment, as JSON. */
  payment(id: string): string | undefined
  setPayment(id: string, record: string): void
  /** Notes what a message says for extensions while it is being answered, so that a later process can go on. */
  setPending(id: string, metadata: Readonly<Record<string, unknown>> | undefined): void
  /** Tasks whose message was not answered when their process ended. */
  pending(): { readonly task: StoredTask; readonly metadata: Readonly<Record<string, unknown>> }[]
  /** Forgets all but the newest tasks that wait for a first payment. */
  prune(keep: number): void
}

/** Steps for `migrate(db, 'agent-a2a', a2aMigrations)`. */
export const a2aMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'tasks of other agents, and where to tell of them',
    up: `
      CREATE TABLE agent_a2a_tasks (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL, caller TEXT NOT NULL, message TEXT NOT NULL, turn_id TEXT,
        standing TEXT, payment TEXT, pending TEXT, created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX agent_a2a_tasks_turn ON agent_a2a_tasks (turn_id) WHERE turn_id IS NOT NULL;
      CREATE INDEX agent_a2a_tasks_session ON agent_a2a_tasks (session_id);
      CREATE INDEX agent_a2a_tasks_pending ON agent_a2a_tasks (id) WHERE pending IS NOT NULL;
      CREATE TABLE agent_a2a_hooks (
        task_id TEXT NOT NULL REFERENCES agent_a2a_tasks (id) ON DELETE CASCADE, id TEXT NOT NULL,
        config TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (task_id, id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE agent_a2a_posts (
        position INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT NOT NULL, hook_id TEXT NOT NULL,
        body TEXT NOT NULL, content_type TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL,
        FOREIGN KEY (task_id, hook_id) REFERENCES agent_a2a_hooks (task_id, id) ON DELETE CASCADE
      ) STRICT;
    `,
  },
]

interface Row {
  readonly id: string
  readonly session_id: string
  readonly caller: Caller
  readonly message: string
  readonly turn_id: string | null
  readonly standing: string | null
  readonly payment: string | null
  readonly pending: string | null
  readonly created_at: number
}

/** Creates the store over its tables. */
export function createTaskStore({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): TaskStore {
  const insert = db.prepare(
    'INSERT INTO agent_a2a_tasks (id, session_id, caller, message, turn_id, standing, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const one = db.prepare<Row>('SELECT * FROM agent_a2a_tasks WHERE id = ?')
  const byTurn = db.prepare<Row>('SELECT * FROM agent_a2a_tasks WHERE turn_id = ?')
  const newest = db.prepare<Row>(
    `SELECT * FROM agent_a2a_tasks WHERE caller = ? AND (? IS NULL OR session_id = ?) AND (? IS NULL OR id < ?)
     ORDER BY id DESC`,
  )
  const setStanding = db.prepare('UPDATE agent_a2a_tasks SET standing = ? WHERE id = ?')
  const setPayment = db.prepare('UPDATE agent_a2a_tasks SET payment = ? WHERE id = ?')
  const setPending = db.prepare('UPDATE agent_a2a_tasks SET pending = ? WHERE id = ?')
  const allPending = db.prepare<Row>('SELECT * FROM agent_a2a_tasks WHERE pending IS NOT NULL ORDER BY id')
  const prune = db.prepare(
    `DELETE FROM agent_a2a_tasks WHERE id IN (
       SELECT id FROM agent_a2a_tasks WHERE caller = 'stranger' AND pending IS NULL
         AND standing ->> '$.state' = 'input-required' ORDER BY id DESC LIMIT -1 OFFSET ?)`,
  )
  const standingOf = (standing: Omit<Standing, 'at'>): string => JSON.stringify({ ...standing, at: clock.now() })
  return {
    add({ id, sessionId, caller, message, turnId, standing }) {
      const createdAt = clock.now()
      insert.run(
        ...[id, sessionId, caller, JSON.stringify(message), turnId ?? null],
        ...[standing === undefined ? null : JSON.stringify(standing), createdAt],
      )
      return { id, sessionId, caller, message, turnId, standing, createdAt }
    },
    get: (id) => toTask(one.get(id)),
    ofTurn: (turnId) => toTask(byTurn.get(turnId)),
    list: (caller, { sessionId = null, below = null }) =>
      newest.all(caller, sessionId, sessionId, below, below).flatMap((row) => toTask(row) ?? []),
    stand: (id, standing) => void setStanding.run(standingOf(standing), id),
    payment: (id) => one.get(id)?.payment ?? undefined,
    setPayment: (id, record) => void setPayment.run(record, id),
    setPending: (id, metadata) => void setPending.run(metadata === undefined ? null : JSON.stringify(metadata), id),
    pending: () =>
      allPending.all().flatMap((row) => {
        const task = toTask(row)
        return task === undefined ? [] : [{ task, metadata: JSON.parse(row.pending ?? '{}') }]
      }),
    prune: (keep) => void prune.run(keep),
  }
}

function toTask(row: Row | undefined): StoredTask | undefined {
  return (
    row && {
      id: row.id,
      sessionId: row.session_id,
      caller: row.caller,
      message: JSON.parse(row.message),
      turnId: row.turn_id ?? undefined,
      standing: row.standing === null ? undefined : JSON.parse(row.standing),
      createdAt: row.created_at,
    }
  )
}
