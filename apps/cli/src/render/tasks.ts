/** Tasks as lines. */

import type { Task } from '@salp/agent'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

const marks = { open: '○', in_progress: '◐', done: '●', abandoned: '✕' } as const

/** Lists tasks, with their notes below. */
export function renderTasks(tasks: readonly Task[], style: Style): string {
  const digits = Math.max(0, ...tasks.map(({ id }) => String(id).length))
  return tasks.map((task) => renderTask(task, style, digits)).join('\n')
}

/** One task as a line. `digits`: width of the number, for several below each other. */
export function renderTask(task: Task, { paint }: Style, digits = 1): string {
  const closed = task.status === 'done' || task.status === 'abandoned'
  const title = oneLine(task.title, 300)
  const priority = task.priority === 0 ? '' : paint.yellow(`  priority ${task.priority}`)
  const status = task.status === 'open' ? '' : paint.dim(`  ${task.status.replace('_', ' ')}`)
  const head = `${paint.cyan(`#${task.id}`.padEnd(digits + 1))} ${marks[task.status]} ${closed ? paint.dim(title) : title}${priority}${status}`
  const notes = task.notes.trim() === '' ? '' : `\n${' '.repeat(digits + 4)}${paint.dim(oneLine(task.notes, 300))}`
  return head + notes
}
