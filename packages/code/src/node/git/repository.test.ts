import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, writeFiles } from '../../testing/internal/temporary-folder.js'
import { openGitRepository } from './repository.js'

/** Many processes, on a machine that may do other things. */
const slow = { timeout: 30_000 }

const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
const clock = stoppedClock(1_700_000_000_000)
/** No settings of whoever runs the tests. */
const environment = { PATH: process.env.PATH, HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent' }

function git(folder: string, ...parameters: readonly string[]): string {
  return execFileSync('git', [...identity, ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** A repository with one commit, and a bare one that it pushes to. */
async function setUp(files: Readonly<Record<string, string>> = { 'a.txt': 'one\ntwo\n', 'dir/b.txt': 'b\n' }) {
  const place = await temporaryFolder()
  const [folder, remote] = [join(place.path, 'work'), join(place.path, 'remote.git')]
  await mkdir(folder)
  await writeFiles(folder, files)
  git(place.path, 'init', '-q', '--bare', remote)
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '-q', '-m', 'first')
  git(folder, 'remote', 'add', 'origin', remote)
  const repository = await openGitRepository({ clock, environment }, { folder })
  return { folder, remote, repository, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
}

describe('openGitRepository()', slow, () => {
  test('refuses a folder that is none, and one whose work tree lies elsewhere', async () => {
    await using place = await temporaryFolder()
    await expect(openGitRepository({ clock, environment }, { folder: place.path })).rejects.toMatchObject({
      code: 'code/git',
    })
    await using here = await setUp()
    git(here.folder, 'config', 'core.worktree', place.path)
    await expect(openGitRepository({ clock, environment }, { folder: here.folder })).rejects.toMatchObject({
      code: expect.stringMatching(/^code\/git/),
    })
  })
})

describe('status(), diff(), log(), blame()', slow, () => {
  test('tell what changed, whatever the names', async () => {
    await using here = await setUp()
    const { repository } = here
    await writeFiles(here.folder, { 'a.txt': 'one\n2\n', 'new file\n*.txt': 'x', 'é.txt': '' })
    git(here.folder, 'mv', 'dir/b.txt', 'dir/c.txt')
    const status = await repository.status()
    expect(status).toMatchObject({
      branch: 'main',
      upstream: undefined,
      ahead: 0,
      head: expect.stringMatching(/^[\da-f]{40}$/),
    })
    expect(status.files).toEqual([
      { path: 'a.txt', state: '.M' },
      { path: 'dir/c.txt', state: 'R.', from: 'dir/b.txt' },
      { path: 'new file\n*.txt', state: '??' },
      { path: 'é.txt', state: '??' },
    ])
    expect((await repository.status({ paths: ['*.txt'] })).files).toEqual([])
    expect(await repository.diff({ paths: ['a.txt'] })).toContain('-two\n+2\n')
    expect(await repository.log({ limit: 1 })).toMatchObject([{ author: 'Ada', subject: 'first' }])
    expect(await repository.blame('a.txt', { first: 1, last: 1 })).toMatchObject([
      { line: 1, author: 'Ada', text: 'one' },
    ])
  })

  test('take names literally', async () => {
    await using here = await setUp()
    await expect(here.repository.diff({ from: '--output=stolen' })).rejects.toMatchObject({ code: 'code/git' })
    await expect(here.repository.branch('--orphan')).rejects.toMatchObject({ code: 'code/git' })
    expect(existsSync(join(here.folder, 'stolen'))).toBe(false)
  })

  test('know a repository without commits', async () => {
    await using place = await temporaryFolder({ 'a.txt': '' })
    git(place.path, 'init', '-q', '-b', 'main')
    const repository = await openGitRepository({ clock, environment }, { folder: place.path })
    expect(await repository.status()).toMatchObject({ branch: 'main', head: undefined, files: [{ path: 'a.txt' }] })
    const { id } = await repository.checkpoint('empty')
    await rm(join(place.path, 'a.txt'))
    await repository.restore(id)
    expect(existsSync(join(place.path, 'a.txt'))).toBe(true)
  })
})

describe('commit(), branch(), patch()', slow, () => {
  test('commit everything, or some paths, without hooks', async () => {
    await using here = await setUp()
    const hook = join(here.folder, '.git/hooks/pre-commit')
    await writeFile(hook, '#!/bin/sh\ntouch ran\nexit 1\n')
    await chmod(hook, 0o755)
    await here.repository.branch('topic')
    await writeFiles(here.folder, { 'a.txt': '1\n', 'c.txt': 'c\n' })
    await rm(join(here.folder, 'dir/b.txt'))
    expect(await here.repository.commit('some', { paths: ['a.txt'] })).toMatchObject({
      author: 'Salp',
      subject: 'some',
    })
    expect((await here.repository.status()).files).toHaveLength(2)
    await here.repository.commit('--amend is only text\n\nand a body')
    expect(await here.repository.status()).toMatchObject({ branch: 'topic', files: [] })
    expect((await here.repository.log()).map(({ subject }) => subject)).toEqual([
      '--amend is only text',
      'some',
      'first',
    ])
    expect(existsSync(join(here.folder, 'ran'))).toBe(false)
    await expect(here.repository.commit('nothing')).rejects.toMatchObject({ code: 'code/git' })
    const patch = await here.repository.patch('main')
    expect(patch.match(/^Subject: /gm)).toHaveLength(2)
    git(here.folder, 'switch', '-q', 'main')
    execFileSync('git', [...identity, 'am', '-q'], { cwd: here.folder, input: patch })
    expect(await readFile(join(here.folder, 'a.txt'), 'utf8')).toBe('1\n')
  })

  test('run no program that the repository names', async () => {
    await using here = await setUp()
    const program = join(here.folder, '.git/evil')
    await writeFile(program, `#!/bin/sh\ntouch ${here.folder}/ran\ncat\n`)
    await chmod(program, 0o755)
    for (const key of [
      'filter.x.clean',
      'filter.x.smudge',
      'diff.x.textconv',
      'diff.external',
      'core.fsmonitor',
      'core.editor',
    ])
      git(here.folder, 'config', key, program)
    git(here.folder, 'config', 'filter.x.required', 'true')
    await writeFiles(here.folder, { '.gitattributes': '* filter=x diff=x\n', 'a.txt': 'changed\n' })
    await here.repository.status()
    await here.repository.diff()
    await here.repository.checkpoint('x')
    await here.repository.commit('x')
    expect(existsSync(join(here.folder, 'ran'))).toBe(false)
  })
})

describe('checkpoint(), restore()', slow, () => {
  test('bring back changed, deleted, new and untracked files, links and modes, and leave index and branch', async () => {
    await using here = await setUp()
    const { folder, repository } = here
    await writeFiles(folder, {
      '.gitignore': 'out\n',
      'out/big': 'ignored',
      'untracked.txt': 'u\n',
      run: '#!/bin/sh\n',
    })
    await chmod(join(folder, 'run'), 0o755)
    await symlink('a.txt', join(folder, 'link'))
    git(folder, 'add', 'run')
    const before = await repository.status()
    const { id } = await repository.checkpoint('before the work')
    expect(await repository.status()).toEqual(before)

    await rm(join(folder, 'dir'), { recursive: true })
    await rm(join(folder, 'link'))
    await writeFiles(folder, { dir: 'a file now', 'link/x': 'a folder now', 'a.txt': 'changed', 'more/c.txt': 'c' })
    await chmod(join(folder, 'run'), 0o644)
    await rm(join(folder, 'untracked.txt'))
    const restored = await repository.restore(id)

    expect(restored.files).toEqual([
      'a.txt',
      'dir',
      'dir/b.txt',
      'link',
      'link/x',
      'more/c.txt',
      'run',
      'untracked.txt',
    ])
    expect(await repository.status()).toEqual(before)
    expect(await readFile(join(folder, 'dir/b.txt'), 'utf8')).toBe('b\n')
    expect(await readlink(join(folder, 'link'))).toBe('a.txt')
    expect(existsSync(join(folder, 'more/c.txt'))).toBe(false)
    expect(await readFile(join(folder, 'out/big'), 'utf8')).toBe('ignored')

    await repository.restore(restored.before.id)
    expect(await readFile(join(folder, 'dir'), 'utf8')).toBe('a file now')
    expect((await repository.checkpoints()).map(({ label }) => label)).toContain('before the work')
  })

  test("are each other's inverse, whatever the files", async () => {
    const tree = fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'c/e', 'f g'), fc.string({ maxLength: 8 }))
    await using here = await setUp({ keep: '' })
    const put = async (files: Readonly<Record<string, string>>): Promise<void> => {
      for (const name of ['a', 'b', 'c', 'f g']) await rm(join(here.folder, name), { recursive: true, force: true })
      await writeFiles(here.folder, files)
    }
    await fc.assert(
      fc.asyncProperty(tree, tree, async (first, second) => {
        await put(first)
        const { id } = await here.repository.checkpoint('first')
        await put(second)
        await here.repository.restore(id)
        for (const [name, text] of Object.entries(first))
          expect(await readFile(join(here.folder, name), 'utf8')).toBe(text)
        for (const name of Object.keys(second))
          if (!(name in first)) expect(existsSync(join(here.folder, name))).toBe(false)
      }),
      { numRuns: 5 },
    )
  })

  test('refuse a checkpoint that is not there', async () => {
    await using here = await setUp()
    await expect(here.repository.restore('../heads/main')).rejects.toMatchObject({ code: 'code/git' })
  })
})

describe('push()', slow, () => {
  test('pushes the branch and asks the remote for it', async () => {
    await using here = await setUp()
    const pushed = await here.repository.push()
    expect(pushed).toEqual({ remote: 'origin', branch: 'main', commit: (await here.repository.status()).head })
    expect(git(here.remote, 'rev-parse', 'main').trim()).toBe(pushed.commit)
  })

  test('refuses what the remote has moved past, and says where there is no remote', async () => {
    await using here = await setUp()
    await here.repository.push()
    git(here.folder, 'commit', '-q', '--amend', '-m', 'other')
    await expect(here.repository.push()).rejects.toMatchObject({ code: 'code/git', command: 'push' })
    await expect(here.repository.push({ remote: 'nowhere' })).rejects.toMatchObject({ code: 'code/git' })
  })

  test('notices a remote that says yes and does not keep it', async () => {
    await using here = await setUp()
    const hook = join(here.remote, 'hooks/post-receive')
    await writeFile(hook, '#!/bin/sh\ngit update-ref -d refs/heads/main\n')
    await chmod(hook, 0o755)
    await expect(here.repository.push()).rejects.toMatchObject({ code: 'code/git-state' })
  })

  test('keeps passwords of addresses out of errors', async () => {
    await using here = await setUp()
    git(here.folder, 'remote', 'set-url', 'origin', 'https://me:hunter2@127.0.0.1:9/x.git')
    await expect(here.repository.push()).rejects.toSatisfy(
      (error) => error instanceof Error && !error.message.includes('hunter2'),
    )
  })
})
