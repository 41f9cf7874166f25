import type { Task } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { orderTasks } from './order.js'

const task = (id: number, change: Partial<Task> = {}): Task => ({
  id,
  title: `Task ${id}`,
  notes: '',
  status: 'open',
  priority: 0,
  createdAt: id,
  updatedAt: id,
  ...change,
})

describe('orderTasks()', () => {
  test('shows what is begun, then what matters, then what is old', () => {
    const tasks = [task(1), task(2, { priority: 5 }), task(3, { status: 'in_progress' }), task(4)]
    expect(orderTasks(tasks).open.map(({ id }) => id)).toEqual([3, 2, 1, 4])
  })

  test('shows what was closed last first', () => {
    const tasks = [task(1, { status: 'done' }), task(2, { status: 'abandoned' }), task(3)]
    expect(orderTasks(tasks).closed.map(({ id }) => id)).toEqual([2, 1])
  })
})
