import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withLock } from './lock.mjs'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salp lock '))
  folder = join(root, 'deep', 'lock')
})
afterEach(() => rmSync(root, { recursive: true }))

const ignore = { onWait: () => undefined }

/** Leaves a lock as a process called `owner` would that never came to release it. */
function leave(owner: string, ageMs = 0): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, owner), '')
  const beat = new Date(Date.now() - ageMs)
  utimesSync(join(folder, owner), beat, beat)
}

describe('withLock()', () => {
  test('returns what the work returns and leaves nothing behind', async () => {
    expect(await withLock(folder, ignore, async () => readdirSync(folder).length)).toBe(1)
    expect(readdirSync(join(root, 'deep'))).toEqual([])
  })

  test('lets one in at a time, telling the others whom they wait for', async () => {
    const waits: string[] = []
    const story: string[] = []
    const work = (name: string) => async () => {
      story.push(`${name} in`)
      await new Promise((resolve) => setImmediate(resolve))
      story.push(`${name} out`)
    }
    const onWait = (owner: string): void => void waits.push(owner)
    await Promise.all([withLock(folder, { onWait }, work('a')), withLock(folder, { onWait }, work('b'))])
    expect(story).toEqual(['a in', 'a out', 'b in', 'b out'])
    expect(waits).toEqual([expect.stringContaining(`.${process.pid}.`)])
  })

  test('is released when the work fails', async () => {
    await expect(withLock(folder, ignore, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(folder)).toBe(false)
  })

  test('takes over from a process that is dead', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    leave(`${hostname().replace(/[^A-Za-z0-9-]/g, '-')}.${child.pid}.x`)
    expect(await withLock(folder, ignore, async () => 'mine')).toBe('mine')
  })

  test('takes over from another machine that has been silent for a minute', async () => {
    leave('elsewhere.1.x', 61_000)
    expect(await withLock(folder, ignore, async () => 'mine')).toBe('mine')
  })

  test('takes over a folder that its owner died in while releasing', async () => {
    mkdirSync(folder, { recursive: true })
    expect(await withLock(folder, ignore, async () => 'mine')).toBe('mine')
  })

  test('keeps many processes apart, even when the lock was left behind', async () => {
    leave('elsewhere.1.x', 61_000)
    const counter = join(root, 'counter')
    writeFileSync(counter, '0')
    const program = `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { withLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)}
      const [folder, counter] = process.argv.slice(1)
      for (let turn = 0; turn < 5; turn++) {
        await withLock(folder, { onWait() {} }, async () => {
          const count = Number(readFileSync(counter, 'utf8'))
          await new Promise((resolve) => setImmediate(resolve))
          writeFileSync(counter, String(count + 1))
        })
      }`
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program, folder, counter], { stdio: 'inherit' }),
    )
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0, 0])
    expect(readFileSync(counter, 'utf8')).toBe('20')
    expect(readdirSync(join(root, 'deep'))).toEqual([])
  })
})
