import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fetchedProgram, fetchProgram, findNpm, onPath, versionOf } from './npm.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salp npm '))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true })
})

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  chmodSync(join(root, path), 0o755)
  return join(root, path)
}

/** Puts an npm in place that writes the files which `packages` has for what it is asked to install. */
function standInNpm(packages: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
  const script = `
    const { mkdirSync, writeFileSync } = require('node:fs')
    const { dirname, join } = require('node:path')
    const [, spec] = process.argv.slice(2)
    const prefix = process.argv[process.argv.indexOf('--prefix') + 1]
    const files = ${JSON.stringify(packages)}[spec]
    if (files === undefined) {
      console.error('npm error code ENOTFOUND')
      process.exit(1)
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(prefix, 'node_modules', path)), { recursive: true })
      writeFileSync(join(prefix, 'node_modules', path), text, { mode: 0o755 })
    }`
  vi.stubEnv('npm_execpath', write('npm/bin/npm-cli.js', script))
}

const choice = (spec: string) => ({ spec, programs: (modules: string) => [join(modules, 'tool', 'tool')] })
const works = { 'tool/tool': '#!/bin/sh\necho v1.2.3' }
const broken = { 'tool/tool': '#!/bin/sh\nexit 1' }

describe('fetchProgram()', () => {
  test('fetches a program once, and finds it again', async () => {
    standInNpm({ 'tool@1': works })
    const folder = join(root, 'tools', 'tool')
    expect(fetchedProgram(folder)).toBeUndefined()
    const path = await fetchProgram(folder, [choice('tool@1')])
    expect(path).toBe(join(folder, 'node_modules/tool/tool'))
    expect(fetchedProgram(folder)).toEqual({ path, version: '1.2.3' })
    expect(readdirSync(join(root, 'tools'))).toEqual(['tool'])
  })

  test('goes on to the next when one cannot be had or does not run', async () => {
    standInNpm({ 'broken@1': broken, 'tool@1': works })
    const choices = ['absent@1', 'broken@1', 'tool@1'].map(choice)
    expect(await fetchProgram(join(root, 'tool'), choices)).toContain('node_modules/tool/tool')
  })

  test('says what npm said and what to do when none can be had, leaving nothing behind', async () => {
    standInNpm({})
    const fetching = fetchProgram(join(root, 'tool'), [choice('tool@1'), choice('tool@2')])
    await expect(fetching).rejects.toMatchObject({
      message: 'npm could not install tool@1 or tool@2:\nnpm error code ENOTFOUND',
      advice: expect.stringContaining('cannot be reached'),
    })
    expect(readdirSync(root)).toEqual(['npm'])
  })

  test('says so when what was fetched does not run here', async () => {
    standInNpm({ 'tool@1': broken })
    await expect(fetchProgram(join(root, 'tool'), [choice('tool@1')])).rejects.toThrow(
      'tool@1 does not run on this machine',
    )
  })
})

describe('fetchedProgram()', () => {
  test('passes over a record whose program is gone', () => {
    write('tool/program.json', '{ "path": "gone", "version": "1.0.0" }')
    expect(fetchedProgram(join(root, 'tool'))).toBeUndefined()
  })
})

describe('versionOf()', () => {
  test('gives what the program says, and nothing if it does not run', async () => {
    expect(await versionOf(process.execPath)).toBe(process.versions.node)
    expect(await versionOf(write('broken', '#!/bin/sh\nexit 1'))).toBeUndefined()
    expect(await versionOf(write('text', 'no program'))).toBeUndefined()
    expect(await versionOf(join(root, 'absent'))).toBeUndefined()
  })
})

describe('findNpm()', () => {
  test('takes the npm that runs this', () => {
    const npm = write('npm/bin/npm-cli.js', '')
    expect(findNpm({ npm_execpath: npm }, join(root, 'bin/node'))).toBe(npm)
  })

  test('passes over another package manager that runs this', () => {
    const npm = write('lib/node_modules/npm/bin/npm-cli.js', '')
    expect(findNpm({ npm_execpath: write('pnpm.cjs', '') }, join(root, 'bin/node'))).toBe(npm)
  })

  test('follows the link on the PATH', () => {
    const npm = write('share/npm/bin/npm-cli.js', '')
    mkdirSync(join(root, 'bin'))
    symlinkSync(npm, join(root, 'bin/npm'))
    const environment = { PATH: [join(root, 'absent'), join(root, 'bin')].join(delimiter) }
    expect(findNpm(environment, '/nowhere/bin/node')).toBe(npm)
  })

  test('says what to do when there is none', () => {
    expect(() => findNpm({ PATH: root }, '/nowhere/bin/node')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('npm was not found'),
        advice: expect.stringContaining('PATH'),
      }),
    )
  })
})

describe('onPath()', () => {
  test('lists programs in the order of the PATH', () => {
    const [a, b] = [write('a/tool', ''), write('b/tool', '')]
    expect(
      onPath('tool', { PATH: [join(root, 'b'), '', join(root, 'none'), join(root, 'a')].join(delimiter) }),
    ).toEqual([b, a])
    expect(onPath('tool', {})).toEqual([])
  })
})
