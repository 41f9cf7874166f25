import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@salp/core/node'
import { afterEach, describe, expect, test } from 'vitest'
import type { Checkout } from '../autonomy/checkout.js'
import { openGitCheckout } from './git-checkout.js'

const hasGit = (() => {
  try {
    execFileSync('git', ['--version'])
    return true
  } catch {
    console.log('Skipped: there is no git here')
    return false
  }
})()

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const signal = new AbortController().signal
const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b']
const git = (cwd: string, ...parameters: string[]): string =>
  execFileSync('git', [...identity, ...parameters], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

/** A repository with one file, "a.txt", and a checkout over it. */
function repository({ airGap = false }: { airGap?: boolean } = {}): {
  repo: string
  folder: string
  checkout: Checkout
} {
  const folder = mkdtempSync(join(tmpdir(), 'salp checkout '))
  folders.push(folder)
  const repo = join(folder, 'repo')
  git(folder, 'init', '-q', '-b', 'main', repo)
  writeFileSync(join(repo, 'a.txt'), 'one\n')
  git(repo, 'add', '.')
  git(repo, 'commit', '-qm', 'first')
  const { PATH = '' } = process.env
  const checkout = openGitCheckout(
    { clock: systemClock, environment: { PATH, SECRET_TOKEN: 'hidden' }, airGap },
    { folder: join(folder, 'work'), repository: repo },
  )
  return { repo, folder, checkout }
}
const task = { id: 7, attempt: 1, folder: undefined }

describe.skipIf(!hasGit)('openGitCheckout()', { timeout: 30_000 }, () => {
  test('works on a branch of its own, and leaves the folder of the repository as it was', async () => {
    const { repo, checkout } = repository()
    writeFileSync(join(repo, 'a.txt'), 'somebody works here\n')
    const place = await checkout.open(task)
    expect(place).toMatchObject({ branch: 'salp/task-7', base: git(repo, 'rev-parse', 'main') })
    expect(readFileSync(join(place.folder, 'a.txt'), 'utf8')).toBe('one\n')
    writeFileSync(join(place.folder, 'b.txt'), 'two\n')
    const kept = await checkout.keep(place, { message: 'Adds b' })
    expect(kept.files).toEqual(['b.txt'])
    expect(await checkout.keep(place, { message: 'Nothing new' })).toEqual(kept)
    await checkout.close(place)
    expect(existsSync(place.folder)).toBe(false)
    expect(git(repo, 'log', '--format=%s %an', 'salp/task-7')).toBe('Adds b Salp\nfirst a')
    expect(readFileSync(join(repo, 'a.txt'), 'utf8')).toBe('somebody works here\n')
    expect(git(repo, 'status', '--porcelain')).toBe('M a.txt')
  })

  test('finds the place again, and makes one anew that was cut off', async () => {
    const { checkout } = repository()
    const place = await checkout.open(task)
    writeFileSync(join(place.folder, 'b.txt'), 'two\n')
    expect(await checkout.open(task)).toEqual(place)
    expect(existsSync(join(place.folder, 'b.txt'))).toBe(true)
    // As if it had been killed while its files were written, and later while it committed.
    rmSync(`${place.folder}.whole`)
    rmSync(join(place.folder, 'a.txt'))
    await checkout.open(task)
    expect(existsSync(join(place.folder, 'a.txt'))).toBe(true)
    writeFileSync(git(place.folder, 'rev-parse', '--path-format=absolute', '--git-path', 'index.lock'), '')
    expect((await checkout.keep(place, { message: 'Nothing' })).files).toEqual([])
    expect((await checkout.open({ ...task, attempt: 2 })).branch).toBe('salp/task-7-2')
  })

  test('runs every command in a clean copy of what was committed, without secrets', async () => {
    const { checkout } = repository()
    const place = await checkout.open(task)
    writeFileSync(join(place.folder, '.gitignore'), 'ignored\n')
    writeFileSync(join(place.folder, 'ignored'), 'here\n')
    const { commit } = await checkout.keep(place, { message: 'Ignores' })
    const commands = ['cat a.txt', 'cat ignored', 'exit 3', 'echo "[$SECRET_TOKEN]" > left']
    const checks = await checkout.verify(place, commit, { commands, signal })
    expect(checks.map(({ command, exitCode }) => [command, exitCode])).toEqual([
      ['cat a.txt', 0],
      ['cat ignored', 1],
      ['exit 3', 3],
      ['echo "[$SECRET_TOKEN]" > left', 0],
    ])
    expect(checks[0]?.output).toBe('one\n')
    expect(existsSync(`${place.folder}-check`)).toBe(false)
    expect(existsSync(join(place.folder, 'left'))).toBe(false)
  })

  test('ends a command that takes too long, and says so', async () => {
    const { repo, folder } = repository()
    const deps = { clock: systemClock, environment: process.env }
    const checkout = openGitCheckout(deps, { folder: join(folder, 'other'), repository: repo, commandMs: 200 })
    const place = await checkout.open(task)
    const [check] = await checkout.verify(place, place.base, { commands: ['sleep 30'], signal })
    expect(check).toMatchObject({ exitCode: null, output: expect.stringContaining('longer than 0.2 s') })
  })

  test('runs no command where nothing may leave the machine and no sandbox works', async () => {
    const { checkout } = repository({ airGap: true })
    const place = await checkout.open(task)
    const { commit } = await checkout.keep(place, { message: 'Nothing' })
    expect(await checkout.verify(place, commit, { commands: ['true'], signal })).toMatchObject([
      { exitCode: null, output: expect.stringContaining('kept off the network') },
    ])
  })

  test('says why a folder cannot be worked on', async () => {
    const { folder, checkout } = repository()
    await expect(checkout.open({ ...task, folder })).rejects.toMatchObject({ code: 'agent/checkout' })
    git(folder, 'init', '-q', join(folder, 'empty'))
    await expect(checkout.open({ ...task, folder: join(folder, 'empty') })).rejects.toMatchObject({
      code: 'agent/checkout',
    })
  })

  test('runs no hook of the repository', async () => {
    const { repo, checkout } = repository()
    writeFileSync(join(repo, '.git', 'hooks', 'post-checkout'), '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n', {
      mode: 0o755,
    })
    await checkout.open(task)
    expect(existsSync(join(repo, '.git', 'hooks', 'ran'))).toBe(false)
  })

  test('begins a part from the branch of the whole, and takes over what it made', async () => {
    const { checkout } = repository()
    const whole = await checkout.open(task)
    writeFileSync(join(whole.folder, 'whole.txt'), 'whole\n')
    await checkout.keep(whole, { message: 'Begins' })
    const part = await checkout.open({ ...task, id: 8, from: whole.branch })
    expect(readFileSync(join(part.folder, 'whole.txt'), 'utf8')).toBe('whole\n')
    writeFileSync(join(part.folder, 'part.txt'), 'part\n')
    expect((await checkout.keep(part, { message: 'Part' })).files).toEqual(['part.txt'])
    await checkout.close(part)
    expect(await checkout.merge(whole, part.branch)).toEqual([])
    expect(await checkout.merge(whole, part.branch)).toEqual([])
    const { commit, files } = await checkout.keep(whole, { message: 'Nothing new' })
    expect(files).toEqual(['part.txt', 'whole.txt'])
    const diff = await checkout.diff(whole, commit, { maxLength: 10_000 })
    expect(diff).toContain('+part')
    expect(await checkout.diff(whole, commit, { maxLength: 20 })).toContain('more characters]')
  })

  test('takes over nothing of what contradicts, and names the files', async () => {
    const { checkout } = repository()
    const places = [await checkout.open(task), await checkout.open({ ...task, id: 8 })]
    for (const [index, place] of places.entries()) {
      writeFileSync(join(place.folder, 'a.txt'), `${index}\n`)
      await checkout.keep(place, { message: 'Changes' })
    }
    const [whole, part] = places
    if (whole === undefined || part === undefined) throw new RangeError('no places')
    expect(await checkout.merge(whole, part.branch)).toEqual(['a.txt'])
    expect(readFileSync(join(whole.folder, 'a.txt'), 'utf8')).toBe('0\n')
    expect(git(whole.folder, 'status', '--porcelain')).toBe('')
    await expect(checkout.merge(whole, 'salp/none')).rejects.toMatchObject({ code: 'agent/checkout' })
  })
})
