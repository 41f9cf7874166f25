/** The order in which tasks are shown. */

import type { Task } from '@salp/agent'

/** Open ones first begun, then by priority, then oldest first; closed ones by when they were closed, newest first. */
export function orderTasks(tasks: readonly Task[]): { open: readonly Task[]; closed: readonly Task[] } {
  const isOpen = ({ status }: Task) => status === 'open' || status === 'in_progress'
  const begun = ({ status }: Task) => (status === 'in_progress' ? 1 : 0)
  return {
    open: tasks
      .filter(isOpen)
      .toSorted((a, b) => begun(b) - begun(a) || b.priority - a.priority || a.createdAt - b.createdAt),
    closed: tasks.filter((task) => !isOpen(task)).toSorted((a, b) => b.updatedAt - a.updatedAt),
  }
}
