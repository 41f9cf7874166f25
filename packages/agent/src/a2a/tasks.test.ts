import { createIdSource, createRng, migrate } from '@salp/core'
import { expect, test } from 'vitest'
import { eventInShort, saying } from '../testing/test-a2a.js'
import { createTestAgent, eventOf } from '../testing/test-agent.js'
import { a2aMigrations, createTaskStore } from './task-store.js'
import { createA2aTasks } from './tasks.js'

test('watch() tells a slow reader how a task ended that ended while it read', async () => {
  const made = createTestAgent({ script: [{ text: 'Done' }] })
  const { agent, db, clock, log } = made
  migrate(db, 'agent-a2a', a2aMigrations)
  const ids = createIdSource({ clock, rng: createRng('tasks') })
  const tasks = createA2aTasks({ agent, store: createTaskStore({ db, clock }), clock, ids, log })
  const { message } = saying('Go')
  if (message === undefined) throw new RangeError('There is nothing to say')
  const reading = tasks.watch(tasks.begin('owner', message), { signal: new AbortController().signal })
  const events = [await reading.next()]
  await eventOf(made, 'turn:finished')
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) events.push(next)
  expect(events.map(({ value }) => eventInShort(value ?? { payload: undefined }))).toEqual([
    'task TASK_STATE_WORKING',
    'artifact =Done',
    'artifact =Done',
    'status TASK_STATE_COMPLETED',
  ])
  await tasks.close()
  await agent.close()
  db.close()
})
