import type { Task, Work } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { type ServedRequest, sendJson } from '../testing/serve.js'

const times = { createdAt: 0, updatedAt: 0 }
const task: Task = { id: 3, title: 'Mend the parser', notes: '', status: 'in_progress', priority: 0, ...times }
const work: Work = {
  ...{
    taskId: 3,
    verify: ['npm test', 'npm run lint'],
    acceptance: [],
    context: '',
    after: [],
    plan: [],
    risks: [],
    review: 'auto',
  },
  ...{ maxRounds: 5, maxMinutes: 120, attempt: 1, rounds: 5, queuedAt: 0, state: 'blocked' },
  reason: '5 turns were not enough: npm test still fails',
  place: { folder: '/home/me/.salp/work/task-3', branch: 'salp/task-3', base: 'abc' },
  files: ['src/parser.ts'],
  summary: 'It reads numbers now.',
  checks: [
    { command: 'npm test', exitCode: 1, output: 'not ok 1 - reads numbers\n', durationMs: 900 },
    { command: 'npm run lint', exitCode: 0, output: '', durationMs: 400 },
  ],
}

function answer({ method, path }: ServedRequest, response: Parameters<typeof sendJson>[0]): void {
  if (path === '/api/work') sendJson(response, { work: [work] })
  else if (path.startsWith('/api/tasks?')) sendJson(response, { tasks: [task] })
  else if (path === '/api/tasks' && method === 'POST') sendJson(response, { ...task, status: 'open' })
  else if (path === '/api/tasks/3/work')
    sendJson(response, method === 'POST' ? { ...work, state: 'queued', rounds: 0 } : work)
  else if (path === '/api/tasks/3/work/stop')
    sendJson(response, { ...work, state: 'stopped', reason: 'A person stopped it' })
  else sendJson(response, { code: 'agent/work-unknown', detail: 'Nobody asked the agent to do it' }, 404)
}

const run = (...words: string[]) => runOnNode(['tasks', ...words], answer, { folder: '/repo' })

describe('salp tasks', () => {
  test('lists tasks with how far the agent is with them', async () => {
    expect((await run()).output).toBe(
      '#3 ◐ Mend the parser  in progress\n     needs you, 5 turns: 5 turns were not enough: npm test still fails\n',
    )
  })

  test('adds one that is done alone, in a folder from here, after another', async () => {
    const words = [
      'add',
      'Mend',
      'it',
      '--verify',
      'npm test',
      '--verify',
      'npm run lint',
      '--folder',
      'lib',
      '--after',
      '#2',
    ]
    const { requests, exitCode } = await run(...words)
    expect(exitCode).toBe(0)
    expect(requests.map(({ path, body }) => [path, body])).toEqual([
      ['/api/tasks', { title: 'Mend it' }],
      ['/api/tasks/3/work', { verify: ['npm test', 'npm run lint'], folder: '/repo/lib', after: [2] }],
    ])
  })

  test('asks what shows that it is done', async () => {
    const { exitCode, errors } = await run('add', 'x', '--folder', 'lib')
    expect([exitCode, errors]).toEqual([2, 'salp: Say what shows that it is done: --verify "npm test"\n'])
    expect((await run('do', '3')).exitCode).toBe(2)
  })

  test('shows what was checked, with the end of what failed, and stops', async () => {
    expect((await run('show', '3')).output).toBe(`needs you, 5 turns: 5 turns were not enough: npm test still fails
  ✕ npm test  exit 1
      not ok 1 - reads numbers
  ✓ npm run lint
  changed src/parser.ts
  said It reads numbers now.
`)
    expect((await run('stop', '3')).output).toMatch(/^stopped, 5 turns: A person stopped it/)
    expect((await run('show', '4')).exitCode).not.toBe(0)
  })
})
