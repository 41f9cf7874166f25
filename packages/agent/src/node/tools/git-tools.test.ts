import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { toolContext } from '../../testing/tool-context.js'
import type { Tool } from '../../tool.js'
import { createGitTools } from './git-tools.js'
import { createWorkspace } from './workspace.js'

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' }
const token = 'ghp_averysecrettokenofsomebody'
/** Many processes, on a machine that may do other things. */
const slow = { timeout: 30_000 }

function git(folder: string, ...parameters: readonly string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return execFileSync('git', [...identity, ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function setUp({ inside = '.' }: { inside?: string } = {}) {
  const place = await temporaryFolder({ 'work/a.txt': 'one\n', 'work/.env': 'KEY=1\n', 'work/sub/b.txt': '' })
  const [folder, remote] = [join(place.path, 'work'), join(place.path, 'remote.git')]
  git(place.path, 'init', '-q', '--bare', remote)
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '-q', '-m', 'first')
  git(folder, 'remote', 'add', 'origin', remote)
  const asked: { url: string; init: RequestInit }[] = []
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push({ url, init })
    if (init.method === 'GET') return Response.json([])
    const { title, head, base } = JSON.parse(String(init.body))
    const pull = { number: 7, html_url: 'https://github.com/ada/engine/pull/7', title, state: 'open' }
    return Response.json({ ...pull, head: { ref: head, sha: 'c0ffee' }, base: { ref: base } }, { status: 201 })
  }
  const workspace = await createWorkspace(join(folder, inside))
  const deps = { workspace, clock: stoppedClock(1_700_000_000_000), environment, github: { token, fetch } }
  const tools = new Map(createGitTools(deps).map((tool) => [tool.name, tool]))
  const get = (name: string): Tool => {
    const tool = tools.get(name)
    if (tool === undefined) throw new RangeError(name)
    return tool
  }
  return {
    ...{ folder, remote, asked },
    run: (name: string, input: unknown) => get(name).run(get(name).input.parse(input), toolContext()),
    assess: async (name: string, input: unknown) => get(name).assess?.(get(name).input.parse(input)),
    verify: (name: string, input: unknown, output: Awaited<ReturnType<Tool['run']>>) =>
      get(name).verify?.(get(name).input.parse(input), output, toolContext()),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  }
}

describe('inspect_git', slow, () => {
  test('gives status, diff, log and blame, secrets apart', async () => {
    await using here = await setUp()
    await writeFile(join(here.folder, 'a.txt'), 'two\n')
    await writeFile(join(here.folder, '.env'), 'KEY=hunter2\n')
    expect(await here.run('inspect_git', 'status')).toMatchObject({
      branch: 'main',
      files: [{ path: '.env' }, { path: 'a.txt' }],
    })
    const diff = String(await here.run('inspect_git', { what: 'diff' }))
    expect(diff).toContain('-one\n+two')
    expect(diff).toContain('[.env may hold secrets')
    expect(diff).not.toContain('hunter2')
    expect(await here.assess('inspect_git', { what: 'diff', path: '.env' })).toMatchObject({ ask: true })
    expect(await here.run('inspect_git', 'log')).toMatchObject([{ subject: 'first' }])
    expect(await here.run('inspect_git', { what: 'blame', path: 'a.txt', from: 'x' })).toContain(
      'Not Committed Yet: two',
    )
  })

  test('refuses a workspace inside of a larger repository', async () => {
    await using here = await setUp({ inside: 'sub' })
    await expect(here.run('inspect_git', 'status')).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('commit_changes', slow, () => {
  test('commits, proves it, and asks more of secrets', async () => {
    await using here = await setUp()
    await writeFile(join(here.folder, 'a.txt'), 'two\n')
    const input = { message: 'second', branch: 'topic' }
    expect(await here.assess('commit_changes', input)).toMatchObject({
      risk: { level: 'medium' },
      grant: 'commit_changes',
    })
    const output = await here.run('commit_changes', input)
    expect(output).toMatchObject({ subject: 'second', author: 'Salp' })
    expect(await here.verify('commit_changes', input, output)).toMatchObject({ passed: true })
    git(here.folder, 'commit', '-q', '--allow-empty', '-m', 'third')
    expect(await here.verify('commit_changes', input, output)).toMatchObject({ passed: false })
    await writeFile(join(here.folder, '.env'), 'KEY=2\n')
    expect(await here.assess('commit_changes', { message: 'x' })).toMatchObject({ risk: { level: 'high' } })
    await expect(here.run('commit_changes', { message: 'x', paths: ['a.txt'] })).rejects.toMatchObject({
      kind: 'failed',
    })
  })
})

describe('save_checkpoint, restore_checkpoint', slow, () => {
  test('are a way back, and back again', async () => {
    await using here = await setUp()
    const { id } = Object(await here.run('save_checkpoint', 'before'))
    await writeFile(join(here.folder, 'a.txt'), 'changed\n')
    await writeFile(join(here.folder, 'new.txt'), 'new\n')
    const { before } = Object(await here.run('restore_checkpoint', { id }))
    expect(await readFile(join(here.folder, 'a.txt'), 'utf8')).toBe('one\n')
    expect(existsSync(join(here.folder, 'new.txt'))).toBe(false)
    await here.run('restore_checkpoint', before.id)
    expect(await readFile(join(here.folder, 'new.txt'), 'utf8')).toBe('new\n')
    expect(await here.assess('restore_checkpoint', { id })).toMatchObject({ risk: { level: 'high' } })
    await mkdir(join(here.folder, 'empty'))
    expect(await here.run('inspect_git', { what: 'checkpoints' })).toHaveLength(3)
  })
})

describe('push_branch, open_pull_request', slow, () => {
  test('push and prove it', async () => {
    await using here = await setUp()
    const output = await here.run('push_branch', {})
    expect(output).toMatchObject({ remote: 'origin', branch: 'main' })
    expect(await here.verify('push_branch', {}, output)).toMatchObject({ passed: true })
    git(here.remote, 'update-ref', '-d', 'refs/heads/main')
    expect(await here.verify('push_branch', {}, output)).toMatchObject({ passed: false })
    expect(await here.assess('push_branch', {})).toMatchObject({ risk: { level: 'high' } })
  })

  test('open a pull request on GitHub alone, the token in no address and no reply', async () => {
    await using here = await setUp()
    await expect(here.run('open_pull_request', { title: 'Faster' })).rejects.toMatchObject({ kind: 'invalid' })
    git(here.folder, 'remote', 'set-url', 'origin', 'git@github.com:ada/engine.git')
    git(here.folder, 'switch', '-q', '-c', 'topic')
    const output = await here.run('open_pull_request', { title: 'Faster', body: 'It is' })
    expect(output).toMatchObject({ number: 7, head: 'topic', base: 'main' })
    expect(JSON.stringify(output) + here.asked.map(({ url }) => url).join()).not.toContain(token)
  })
})
