import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { agentMigrations } from '../migrations.js'
import { createTasks } from '../tasks.js'
import { toolContext } from '../testing/tool-context.js'
import type { Tool } from '../tool.js'
import { createCartridgeTools } from './cartridge-tools.js'
import { createMemoryTools } from './memory-tools.js'
import { createTaskTools } from './task-tools.js'

const never = new Proxy({}, { get: () => () => undefined }) as never

describe('every tool that changes what the agent keeps', () => {
  const tools: readonly Tool[] = [
    ...createTaskTools({ tasks: never }),
    ...createMemoryTools({ memory: never }),
    ...createCartridgeTools({ cartridges: never }),
  ]
  // What calling a program changes is the program's own.
  const changing = tools.filter(({ name, effect }) => effect === 'self' && name !== 'call_cartridge')

  test.each(changing.map((tool) => [tool.name, tool] as const))('%s looks afterwards at what it did', (_, tool) => {
    expect(tool.verify).toBeTypeOf('function')
  })
})

describe('task tools', () => {
  test('tell a task that reads otherwise than it was asked for', async () => {
    const db = openDatabase(':memory:')
    migrate(db, 'agent', agentMigrations)
    const tasks = createTasks({ db, clock: stoppedClock() })
    const [create, , update] = createTaskTools({ tasks })
    const input = create?.input.parse({ title: 'Buy bread', priority: 3 })
    const output = await create?.run(input, toolContext())
    expect(await create?.verify?.(input, output ?? null, toolContext())).toMatchObject({ passed: true })
    tasks.update(1, { title: 'Sell bread' })
    expect(await create?.verify?.(input, output ?? null, toolContext())).toEqual({
      passed: false,
      detail: 'task 1 has another title',
    })
    const change = update?.input.parse({ id: 1, status: 'done' })
    const changed = await update?.run(change, toolContext())
    tasks.remove(1)
    expect(await update?.verify?.(change, changed ?? null, toolContext())).toEqual({
      passed: false,
      detail: 'task 1 cannot be read back',
    })
    db.close()
  })
})
