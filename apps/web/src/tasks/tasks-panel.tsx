/** The agent's task list, shared with its human. */

import type { Task, Work, WorkOrder } from '@salp/agent'
import { type FormEvent, useState } from 'react'
import type { TaskChange } from '../api/contracts.js'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatAgo } from '../format/time.js'
import { DoAlone } from './do-alone.js'
import { orderTasks } from './order.js'
import { isGoingOn, WorkLine } from './work-line.js'

/** Lists what is open, and below it what is done. */
export function TasksPanel() {
  const { api } = useStudio()
  const attempt = useAttempt()
  const revision = useLive((live) => live.revisions.tasks)
  const { value, error, reload } = useResource(api.tasks, String(revision))
  const alone = useResource(api.work, String(revision))
  const work = alone.value?.work ?? []
  // What is done alone says nothing of itself as it goes.
  useRefresh(alone, work.some(isGoingOn) ? 2_000 : 30_000)
  const { open, closed } = orderTasks(value?.tasks ?? [])

  async function act(what: string, action: () => Promise<unknown>): Promise<boolean> {
    const succeeded = await attempt(what, action)
    if (succeeded) {
      reload()
      alone.reload()
    }
    return succeeded
  }
  const rows = (tasks: readonly Task[]) =>
    tasks.map((task) => (
      <TaskRow
        key={task.id}
        task={task}
        onChange={(change) => act('change the task', () => api.updateTask(task.id, change))}
        onDelete={() => act('delete the task', () => api.deleteTask(task.id))}
        work={work.find(({ taskId }) => taskId === task.id)}
        onStart={(order) => act('begin the work', () => api.startWork(task.id, order))}
        onStop={() => act('stop the work', () => api.stopWork(task.id))}
      />
    ))

  return (
    <div className="stack">
      <AddTask onAdd={(title) => act('add the task', () => api.createTask({ title }))} />
      {error !== undefined && !value && <PanelProblem error={error} onRetry={reload} />}
      {value && open.length === 0 && (
        <p className="muted">Nothing is open. Write a task above, or say “create a task to …” in a conversation.</p>
      )}
      <ul className="tasks" aria-label="Open tasks">
        {rows(open)}
      </ul>
      {closed.length > 0 && (
        <details className="closed-tasks">
          <summary>Closed ({closed.length})</summary>
          <ul className="tasks" aria-label="Closed tasks">
            {rows(closed)}
          </ul>
        </details>
      )}
    </div>
  )
}

function TaskRow({
  task,
  work,
  onChange,
  onDelete,
  onStart,
  onStop,
}: {
  task: Task
  work: Work | undefined
  onChange: (change: TaskChange) => Promise<boolean>
  onDelete: () => Promise<boolean>
  onStart: (order: WorkOrder) => Promise<boolean>
  onStop: () => Promise<boolean>
}) {
  const [editing, setEditing] = useState(false)
  const [asking, setAsking] = useState(false)
  const closed = task.status === 'done' || task.status === 'abandoned'
  if (editing) {
    return (
      <li className="task">
        <TaskForm
          task={task}
          onDelete={onDelete}
          onCancel={() => setEditing(false)}
          onSave={async (change) => {
            if (await onChange(change)) setEditing(false)
          }}
        />
      </li>
    )
  }
  return (
    <li className={closed ? 'task task-closed' : 'task'}>
      <input
        type="checkbox"
        aria-label={closed ? `Reopen ${task.title}` : `Complete ${task.title}`}
        checked={task.status === 'done'}
        onChange={() => onChange({ status: closed ? 'open' : 'done' })}
      />
      <div className="task-text">
        <span className="task-title">{task.title}</span>
        <span className="task-note">
          #{task.id}
          {task.status === 'in_progress' && ' · in progress'}
          {task.status === 'abandoned' && ' · abandoned'}
          {task.priority > 0 && ` · priority ${task.priority}`} · {formatAgo(task.updatedAt, Date.now())}
        </span>
        {task.notes !== '' && <p className="task-notes">{task.notes}</p>}
        {work !== undefined && <WorkLine work={work} onStop={onStop} />}
        {asking && <DoAlone title={task.title} onStart={onStart} onCancel={() => setAsking(false)} />}
      </div>
      {!closed && !asking && (work === undefined || !isGoingOn(work)) && (
        <button
          type="button"
          className="button-quiet button-icon button-small"
          aria-label={`Have Salp do ${task.title}`}
          title="Have Salp do it alone"
          onClick={() => setAsking(true)}
        >
          <Icon name="play" size={15} />
        </button>
      )}
      <button
        type="button"
        className="button-quiet button-icon button-small"
        aria-label={`Edit ${task.title}`}
        onClick={() => setEditing(true)}
      >
        <Icon name="edit" size={15} />
      </button>
    </li>
  )
}

function TaskForm({
  task,
  onSave,
  onCancel,
  onDelete,
}: {
  task: Task
  onSave: (change: TaskChange) => Promise<void>
  onCancel: () => void
  onDelete: () => Promise<boolean>
}) {
  const [title, setTitle] = useState(task.title)
  const [notes, setNotes] = useState(task.notes)
  const [priority, setPriority] = useState(task.priority)
  return (
    <form
      className="task-form"
      aria-label={`Edit ${task.title}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (title.trim() !== '') void onSave({ title: title.trim(), notes, priority })
      }}
    >
      <label className="field">
        Title
        {/* biome-ignore lint/a11y/noAutofocus: the form replaces the row whose button was just pressed */}
        <input autoFocus value={title} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label className="field">
        Notes
        <textarea rows={3} value={notes} onChange={(event) => setNotes(event.target.value)} />
      </label>
      <label className="field">
        Priority
        <input type="number" value={priority} onChange={(event) => setPriority(event.target.valueAsNumber || 0)} />
      </label>
      <div className="actions">
        <button type="submit" className="button button-primary">
          Save
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button-quiet button-push" onClick={onDelete}>
          <Icon name="trash" size={15} /> Delete
        </button>
      </div>
    </form>
  )
}

function AddTask({ onAdd }: { onAdd: (title: string) => Promise<boolean> }) {
  const [title, setTitle] = useState('')
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (title.trim() !== '' && (await onAdd(title.trim()))) setTitle('')
  }
  return (
    <form className="add-line" onSubmit={submit}>
      <input
        aria-label="New task"
        placeholder="Something to do"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="button" disabled={title.trim() === ''}>
        Add
      </button>
    </form>
  )
}
