import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Task, Work } from '@salp/agent'
import { type FakeReply, startFakeOpenAi } from '@salp/models/testing/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makePlace, type Place, type RunningNode, startNode } from './start-node.js'

const hasGit = (() => {
  try {
    execFileSync('git', ['--version'])
    return true
  } catch {
    console.log('Skipped: nothing is done alone, because there is no git here')
    return false
  }
})()

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const git = (cwd: string, ...parameters: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { cwd, encoding: 'utf8' }).trim()

/** A repository whose test fails: `sum` subtracts. */
function brokenRepository({ workspace }: Place): void {
  git(workspace, 'init', '-q', '-b', 'main')
  const files = {
    'package.json': JSON.stringify({ name: 'sums', type: 'module', scripts: { test: 'node --test' } }),
    'sum.js': 'export const sum = (a, b) => a - b\n',
    'sum.test.js': `import { equal } from 'node:assert'
import { test } from 'node:test'
import { sum } from './sum.js'
test('adds', () => equal(sum(2, 3), 5))
`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, name), text)
  git(workspace, 'add', '.')
  git(workspace, 'commit', '-qm', 'first')
}

interface Said {
  readonly role: string
  readonly content?: unknown
  readonly tool_calls?: readonly unknown[]
}

/** What a model would say: looks first, mends it wrongly, and rightly once it is told. The same for the same messages. */
function mend(messages: readonly Said[]): FakeReply {
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const isAgain = JSON.stringify(messages[asked]).includes('not done yet')
  const calls = messages.slice(asked).filter(({ tool_calls: made }) => made !== undefined).length
  const edit = (find: string, replace: string): FakeReply => ({
    calls: [{ name: 'edit_file', arguments: { path: 'sum.js', find, replace } }],
  })
  if (isAgain) return calls === 0 ? edit('a * b', 'a + b') : { text: 'Now it adds.' }
  if (calls === 0) return { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] }
  if (calls === 1) return edit('a - b', 'a * b')
  // A command that nobody allowed: it is refused, and the work goes on.
  if (calls === 2) return { calls: [{ name: 'run_command', arguments: { command: 'touch elsewhere' } }] }
  return { text: 'It multiplies now.' }
}

describe.skipIf(!hasGit)('a task that is done alone', { timeout: 120_000 }, () => {
  test('is claimed, worked on apart, verified and reported, though the process is killed three times on the way', async () => {
    const place = makePlace()
    cleanups.push(place.remove)
    brokenRepository(place)
    const server = await startFakeOpenAi(({ body }) => ({ ...mend(body.messages as Said[]), delayMs: 300 }))
    cleanups.push(() => server[Symbol.asyncDispose]())
    const environment = { SALP_MODEL_URL: server.url }
    let node: RunningNode = await startNode({ place, environment })
    cleanups.push(() => node.stop('SIGKILL'))
    const json = async <T>(path: string, body?: object): Promise<T> => {
      const response = await node.call(path, body === undefined ? {} : { json: body })
      return (await response.json()) as T
    }
    const restart = async (): Promise<void> => {
      await node.stop('SIGKILL')
      node = await startNode({ place, environment })
    }
    const work = (id: number) => json<Work>(`/api/tasks/${id}/work`)
    const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 })

    const task = await json<Task>('/api/tasks', { title: 'Make sums right' })
    await json(`/api/tasks/${task.id}/work`, { verify: ['sleep 1 && npm test --silent', 'test -f sum.js'] })

    // While the model thinks about its first words, while they are verified, and while it thinks again.
    await until(() => expect(server.requests.length).toBeGreaterThan(0))
    await restart()
    await until(async () => expect((await work(task.id)).state).toBe('verifying'))
    await restart()
    const before = server.requests.length
    await until(() => expect(server.requests.length).toBeGreaterThan(before))
    await restart()

    await until(async () => expect((await work(task.id)).state).toBe('done'))
    const done = await work(task.id)
    expect(done).toMatchObject({
      ...{ rounds: 2, files: ['sum.js'], summary: 'Now it adds.', place: { branch: `salp/task-${task.id}` } },
      checks: [
        { command: 'sleep 1 && npm test --silent', exitCode: 0 },
        { command: 'test -f sum.js', exitCode: 0 },
      ],
    })
    expect(git(place.workspace, 'show', `salp/task-${task.id}:sum.js`)).toBe('export const sum = (a, b) => a + b')
    expect(readFileSync(join(place.workspace, 'sum.js'), 'utf8')).toContain('a - b')
    expect(git(place.workspace, 'status', '--porcelain')).toBe('')
    const { tasks } = await json<{ tasks: Task[] }>('/api/tasks?status=all')
    expect(tasks).toMatchObject([{ id: task.id, status: 'done' }])
    // Two turns, each asked once, however often the process ended.
    const { messages } = await json<{ messages: { role: string }[] }>(`/api/sessions/${done.sessionId}`)
    expect(messages.filter(({ role }) => role === 'user')).toHaveLength(2)
  })
})
