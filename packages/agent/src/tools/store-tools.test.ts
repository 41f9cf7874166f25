import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { createMemory, memoryMigrations } from '@salp/memory'
import { describe, expect, test } from 'vitest'
import { agentMigrations } from '../migrations.js'
import { createTasks } from '../tasks.js'
import { toolContext } from '../testing/tool-context.js'
import type { Tool } from '../tool.js'
import { createMemoryTools } from './memory-tools.js'
import { createAskTool, createStatusTool } from './self-tools.js'
import { createTaskTools } from './task-tools.js'

function setUp() {
  const db = openDatabase(':memory:')
  migrate(db, 'memory', memoryMigrations)
  migrate(db, 'agent', agentMigrations)
  const clock = stoppedClock(1_000)
  let count = 0
  const memory = createMemory({ db, clock, ids: () => `id-${++count}` })
  const all = [...createMemoryTools({ memory }), ...createTaskTools({ tasks: createTasks({ db, clock }) })]
  const tools = new Map<string, Tool>(all.map((tool) => [tool.name, tool]))
  const get = (name: string): Tool => {
    const tool = tools.get(name)
    if (tool === undefined) throw new RangeError(name)
    return tool
  }
  return {
    memory,
    tool: get,
    run: (name: string, input: unknown) => get(name).run(get(name).input.parse(input), toolContext()),
    assess: async (name: string, input: unknown) => get(name).assess?.(get(name).input.parse(input)),
    verify: (name: string, output: Awaited<ReturnType<Tool['run']>>) => get(name).verify?.({}, output, toolContext()),
  }
}

describe('remember, recall and forget', () => {
  test('keep, find and drop a fact, with where it came from', async () => {
    const store = setUp()
    const kept = await store.run('remember', { content: 'The deploy key rotates on Fridays', kind: 'fact' })
    expect(kept).toEqual({ id: 'id-1', content: 'The deploy key rotates on Fridays', status: 'added' })
    expect(await store.verify('remember', kept)).toMatchObject({ passed: true })
    expect(await store.run('remember', 'The deploy key rotates on Fridays')).toMatchObject({
      id: 'id-1',
      status: 'known',
    })
    expect(await store.run('recall', { query: 'When does the deploy key rotate?' })).toEqual({
      hits: [
        {
          id: 'id-1',
          content: 'The deploy key rotates on Fridays',
          kind: 'fact',
          score: expect.any(Number),
          source: { author: 'agent', channel: 'test', sessionId: 'session-1', turnId: 'turn-1', at: 1_000 },
          verification: 'inferred',
          confidence: expect.any(Number),
        },
      ],
    })
    const gone = await store.run('forget', { id: 'id-1' })
    expect(gone).toEqual({ forgotten: [{ id: 'id-1', content: 'The deploy key rotates on Fridays' }] })
    expect(await store.verify('forget', gone)).toMatchObject({ passed: true })
    expect(await store.run('recall', { query: 'deploy key', limit: 3 })).toEqual({ hits: [] })
  })

  test('keep what the person said word for word as theirs', async () => {
    const { memory, tool } = setUp()
    const { input, run } = tool('remember')
    const context = { ...toolContext(), request: 'Please remember that the deploy key rotates on Fridays!' }
    await run(input.parse('The deploy key rotates on Fridays'), context)
    await run(input.parse('Keys are rotated weekly'), context)
    const records = await memory.list()
    expect(records.map(({ source, verification }) => [source.author, verification])).toEqual([
      ['agent', 'inferred'],
      ['user', 'stated'],
    ])
  })

  test('forget by query asks when it would take more than one', async () => {
    const store = setUp()
    await store.run('remember', 'The deploy key rotates on Fridays')
    expect(await store.assess('forget', { query: 'deploy key' })).toEqual({
      risk: { level: 'low', reasons: ['deletes 1 memories'] },
    })
    await store.run('remember', 'The deploy key is kept in the vault')
    expect(await store.assess('forget', { query: 'deploy key' })).toMatchObject({
      ask: true,
      risk: { level: 'medium', reasons: expect.arrayContaining(['deletes "The deploy key is kept in the vault"']) },
    })
    expect(await store.run('forget', { query: 'deploy key' })).toHaveProperty('forgotten.length', 2)
  })

  test.each([
    ['forget', { id: 'nobody' }],
    ['forget', { query: 'nothing like this' }],
  ])('%s explains that there is nothing: %j', async (name, input) => {
    await expect(setUp().run(name, input)).rejects.toMatchObject({
      kind: 'invalid',
      hint: 'Use recall to see what there is',
    })
  })

  test.each([
    ['remember', {}],
    ['remember', { content: '  ' }],
    ['remember', { content: 'x', kind: 'rumour' }],
    ['recall', { query: '' }],
    ['recall', { query: 'x', limit: 0 }],
    ['forget', {}],
    ['forget', { id: 'a', query: 'b' }],
  ])('%s refuses %j', (name, input) => expect(setUp().tool(name).input.safeParse(input).success).toBe(false))
})

describe('create_task, list_tasks and update_task', () => {
  test('keep the list', async () => {
    const store = setUp()
    const task = {
      id: 1,
      title: 'Review the README',
      notes: '',
      status: 'open',
      priority: 0,
      createdAt: 1_000,
      updatedAt: 1_000,
    }
    expect(await store.run('create_task', 'Review the README')).toEqual({ task })
    expect(await store.run('create_task', { task: 'Urgent', priority: '5', notes: null })).toMatchObject({
      task: { id: 2, priority: 5 },
    })
    expect(await store.run('list_tasks', {})).toMatchObject({ tasks: [{ id: 2 }, { id: 1 }] })
    expect(await store.run('update_task', { task_id: '1', status: 'done' })).toEqual({
      task: { ...task, status: 'done' },
    })
    expect(await store.run('list_tasks', { status: 'done' })).toMatchObject({ tasks: [{ id: 1 }] })
  })

  test('update_task explains an id that does not exist', async () => {
    await expect(setUp().run('update_task', { id: 7, status: 'done' })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'There is no task 7',
    })
  })

  test.each([
    ['create_task', { title: '' }],
    ['create_task', { title: 'x', priority: 'high' }],
    ['update_task', { id: 1 }],
    ['update_task', { id: 'x', status: 'done' }],
    ['update_task', { id: 1, status: 'finished' }],
    ['list_tasks', { status: 'some' }],
  ])('%s refuses %j', (name, input) => expect(setUp().tool(name).input.safeParse(input).success).toBe(false))
})

describe('ask_human', () => {
  test('gives the answer, with the call it belongs to', async () => {
    const asked: unknown[] = []
    const tool = createAskTool({
      human: {
        ask: async (question, options, { callId }) => {
          asked.push([question, options, callId])
          return 'blue'
        },
      },
    })
    expect(await tool.run(tool.input.parse({ question: 'Which?', choices: ['red', 'blue'] }), toolContext())).toEqual({
      answer: 'blue',
    })
    expect(asked).toEqual([['Which?', ['red', 'blue'], 'call-1']])
  })
})

describe('agent_status', () => {
  test('gives what it is told', async () => {
    const tool = createStatusTool({ status: () => ({ regime: 'balanced' }) })
    expect(await tool.run(tool.input.parse({}), toolContext())).toEqual({ regime: 'balanced' })
  })
})
