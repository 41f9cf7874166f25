/** Work on tasks that the agent does alone, kept. */

import { type Clock, SalpError, type SqlDatabase } from '@salp/core'
import { type Work, type WorkCheck, type WorkOrder, workOrderSchema, workSchema } from '../protocol-work.js'

/** Work by the task it is for. */
export interface WorkStore {
  get(taskId: number): Work | undefined
  /** All, that of the newest task first. */
  list(): Work[]
  /**
   * Queues work on a task, in place of what is there already and has ended.
   *
   * @throws {@link WorkError} (`agent/work-busy`, `agent/work-circle` if it would wait for itself).
   */
  add(taskId: number, order: WorkOrder, options?: { readonly parent?: number | undefined }): Work
  /** Changes what is there. */
  update(taskId: number, change: Partial<Work>): Work
  /** The next piece to go on with: one that was begun first, then the one that waits longest for its turn. */
  next(): Work | undefined
  /** The work on the parts of a task. */
  parts(taskId: number): Work[]
}

/** Table of {@link createWorkStore}. */
export const workMigration = `
      CREATE TABLE agent_work (
        task_id INTEGER PRIMARY KEY REFERENCES agent_tasks (id) ON DELETE CASCADE,
        state TEXT NOT NULL, work TEXT NOT NULL
      ) STRICT;
      CREATE INDEX agent_work_state ON agent_work (state);
`

interface Row {
  readonly work: string
}

/** States in which nothing goes on by itself. */
const ended: readonly Work['state'][] = ['done', 'blocked', 'stopped']

/** Creates the store over `agent_work`. */
export function createWorkStore({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): WorkStore {
  const one = db.prepare<Row>('SELECT work FROM agent_work WHERE task_id = ?')
  const all = db.prepare<Row>('SELECT work FROM agent_work ORDER BY task_id DESC')
  const put = db.prepare(
    'INSERT INTO agent_work (task_id, state, work) VALUES (?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET state = excluded.state, work = excluded.work',
  )
  const waiting = db.prepare<Row>(`
    SELECT w.work FROM agent_work w JOIN agent_tasks t ON t.id = w.task_id
    WHERE w.state IN ('queued', 'working', 'verifying') AND NOT EXISTS (
      SELECT 1 FROM json_each(w.work, '$.after') a JOIN agent_tasks o ON o.id = a.value
      WHERE o.status IN ('open', 'in_progress'))
    ORDER BY w.state = 'queued', 10 * t.priority + (? - t.created_at) / 86400000.0 DESC, t.id LIMIT 1`)
  const partsOf = db.prepare<Row>(
    "SELECT work FROM agent_work WHERE json_extract(work, '$.parent') = ? ORDER BY task_id",
  )
  /** Whether one of some tasks waits, by others or not, for a task. */
  const waitsFor = (before: readonly number[], taskId: number): boolean => {
    const seen = new Set<number>()
    const left = [...before]
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      if (id === taskId) return true
      if (seen.has(id)) continue
      seen.add(id)
      left.push(...(read(one.get(id))?.after ?? []))
    }
    return false
  }
  const read = (row: Row | undefined): Work | undefined =>
    row === undefined ? undefined : workSchema.parse(JSON.parse(row.work))
  const write = (work: Work): Work => {
    put.run(work.taskId, work.state, JSON.stringify(work))
    return work
  }
  return {
    get: (taskId) => read(one.get(taskId)),
    list: () => all.all().flatMap((row) => read(row) ?? []),
    add(taskId, order, { parent } = {}) {
      const before = read(one.get(taskId))
      if (before !== undefined && !ended.includes(before.state)) throw new WorkError('busy', taskId)
      const parsed = workOrderSchema.parse(order)
      if (waitsFor(parsed.after, taskId)) throw new WorkError('circle', taskId)
      const checks: WorkCheck[] = []
      const fresh = { state: 'queued', attempt: (before?.attempt ?? 0) + 1, rounds: 0, checks } as const
      const kept = parent ?? before?.parent
      return write({ taskId, ...parsed, ...fresh, queuedAt: clock.now(), ...(kept !== undefined && { parent: kept }) })
    },
    update(taskId, change) {
      const before = read(one.get(taskId))
      if (before === undefined) throw new WorkError('unknown', taskId)
      return write({ ...before, ...change })
    },
    next: () => read(waiting.get(clock.now())),
    parts: (taskId) => partsOf.all(taskId).flatMap((row) => read(row) ?? []),
  }
}

const why = {
  unknown: 'nobody asked the agent to do it',
  busy: 'it is being done already',
  circle: 'it would wait for itself',
} as const

/** Work that is not there, goes on, or would wait for itself: `agent/work-unknown`, `-busy` or `-circle`. */
export class WorkError extends SalpError {
  constructor(condition: keyof typeof why, taskId: number) {
    super(`agent/work-${condition}`, `Cannot use the work on task ${taskId}: ${why[condition]}`)
  }
}
