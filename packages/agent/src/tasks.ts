/** The agent's task list. */

import { type Clock, SalpError, type SqlDatabase } from '@salp/core'
import { z } from 'zod'
import { planStepSchema, type Task } from './protocol.js'

/** What a person or a tool says of a task. */
export interface TaskInput {
  readonly title: string
  readonly notes?: string | undefined
  /** Higher comes first. @defaultValue `0` */
  readonly priority?: number | undefined
}

/** Changes to a task; what is absent stays. */
export type TaskChange = {
  readonly [Key in 'title' | 'notes' | 'priority' | 'status' | 'plan']?: Task[Key] | undefined
}

/** Tasks, kept. */
export interface Tasks {
  create(input: TaskInput): Task
  get(id: number): Task | undefined
  /** `open` includes those in progress, `done` those abandoned. Highest priority first, then oldest. */
  list(status: 'open' | 'done' | 'all'): Task[]
  /** @throws {@link TaskError} (`agent/task-unknown`) */
  update(id: number, change: TaskChange): Task
  /** @throws {@link TaskError} (`agent/task-unknown`) */
  remove(id: number): void
}

/** Table of {@link createTasks}. */
export const taskMigration = `
  CREATE TABLE agent_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, notes TEXT NOT NULL, status TEXT NOT NULL,
    priority INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX agent_tasks_status ON agent_tasks (status);
`

/** Second step of that table. */
export const taskPlanMigration = `ALTER TABLE agent_tasks ADD COLUMN plan TEXT NOT NULL DEFAULT '[]';`

interface Row {
  id: number
  title: string
  notes: string
  status: Task['status']
  priority: number
  created_at: number
  updated_at: number
  plan: string
}

const statuses = {
  open: ['open', 'in_progress'],
  done: ['done', 'abandoned'],
  all: ['open', 'in_progress', 'done', 'abandoned'],
} as const

/** Creates the list over the `agent_tasks` table. */
export function createTasks({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): Tasks {
  const insert = db.prepare(
    "INSERT INTO agent_tasks (title, notes, status, priority, created_at, updated_at) VALUES (?, ?, 'open', ?, ?, ?)",
  )
  const byId = db.prepare<Row>('SELECT * FROM agent_tasks WHERE id = ?')
  const byStatus = db.prepare<Row>(
    'SELECT * FROM agent_tasks WHERE status IN (SELECT value FROM json_each(?)) ORDER BY priority DESC, id',
  )
  const write = db.prepare(
    'UPDATE agent_tasks SET title = ?, notes = ?, status = ?, priority = ?, plan = ?, updated_at = ? WHERE id = ?',
  )
  const erase = db.prepare('DELETE FROM agent_tasks WHERE id = ?')
  const get = (id: number): Task | undefined => {
    const row = Number.isSafeInteger(id) ? byId.get(id) : undefined
    return row && toTask(row)
  }
  const known = (id: number): Task => {
    const task = get(id)
    if (task === undefined) throw new TaskError(id)
    return task
  }
  return {
    create({ title, notes = '', priority = 0 }) {
      const now = clock.now()
      return known(Number(insert.run(title, notes, priority, now, now).lastInsertRowid))
    },
    get,
    list: (status) => byStatus.all(JSON.stringify(statuses[status])).map(toTask),
    update(id, change) {
      const before = known(id)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const { title, notes, status, priority, plan = [] }: Task = { ...before, ...given }
      write.run(title, notes, status, priority, JSON.stringify(plan), clock.now(), id)
      return known(id)
    },
    remove(id) {
      known(id)
      erase.run(id)
    },
  }
}

function toTask({ created_at: createdAt, updated_at: updatedAt, plan: text, ...row }: Row): Task {
  const plan = z.array(planStepSchema).parse(JSON.parse(text))
  return { ...row, createdAt, updatedAt, ...(plan.length > 0 && { plan }) }
}

/** A task that does not exist: `agent/task-unknown`. */
export class TaskError extends SalpError {
  readonly taskId: number
  constructor(taskId: number) {
    super('agent/task-unknown', `There is no task ${taskId}`)
    this.taskId = taskId
  }
}
