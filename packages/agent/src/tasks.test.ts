import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { agentMigrations } from './migrations.js'
import { createTasks, TaskError } from './tasks.js'

function setUp() {
  const db = openDatabase(':memory:')
  migrate(db, 'agent', agentMigrations)
  const clock = stoppedClock(1_000)
  return { clock, tasks: createTasks({ db, clock }) }
}

describe('createTasks()', () => {
  test('lists by priority, then age, and by what is left to do', () => {
    const { tasks } = setUp()
    const [first, second, third] = [
      tasks.create({ title: 'a' }),
      tasks.create({ title: 'b', priority: 5 }),
      tasks.create({ title: 'c' }),
    ]
    tasks.update(first.id, { status: 'in_progress' })
    tasks.update(third.id, { status: 'abandoned' })
    expect(tasks.list('open').map(({ title }) => title)).toEqual(['b', 'a'])
    expect(tasks.list('done').map(({ title }) => title)).toEqual(['c'])
    expect(tasks.list('all').map(({ id }) => id)).toEqual([second.id, first.id, third.id])
  })

  test('changes what is given, and stamps it', async () => {
    const { tasks, clock } = setUp()
    const task = tasks.create({ title: 'a', notes: 'n' })
    await clock.advance(500)
    expect(tasks.update(task.id, { title: 'b' })).toEqual({ ...task, title: 'b', updatedAt: 1_500 })
  })

  test('never gives an id twice', () => {
    const { tasks } = setUp()
    const { id } = tasks.create({ title: 'a' })
    tasks.remove(id)
    expect(tasks.create({ title: 'b' }).id).toBe(id + 1)
  })

  test.each([0, -1, 1.5, Number.NaN, 99])('knows no task %s', (id) => {
    const { tasks } = setUp()
    expect(() => tasks.update(id, { title: 'x' })).toThrow(TaskError)
    expect(() => tasks.remove(id)).toThrow(TaskError)
  })
})
