import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensurePnpm } from '../bootstrap/toolchain.mjs'
import { shapeProblems } from './published-shape.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp shape '))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes a package with one entry, `dist/index.js`, and checks it. */
async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const manifest = {
    name: 'a',
    version: '1.0.0',
    type: 'module',
    files: ['dist', 'src', 'notes'],
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  }
  for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return shapeProblems(folder, { root, pnpm: await ensurePnpm(root, () => undefined) })
}

const good = { 'dist/index.js': 'export const one = 1\n', 'dist/index.d.ts': 'export declare const one: 1\n' }

describe('shapeProblems()', { timeout: 60_000 }, () => {
  test('finds nothing wrong with a plain package', async () => {
    expect(await problems(good)).toEqual([])
  })

  test('names files that are not to be published', async () => {
    expect(await problems({ ...good, 'src/index.test.ts': '', 'notes/diary.txt': '' })).toEqual([
      'publishes notes/diary.txt',
      'publishes src/index.test.ts',
    ])
  })

  test('hands on what publint finds', async () => {
    expect(await problems({ 'dist/index.js': good['dist/index.js'] })).toEqual([
      expect.stringContaining('./dist/index.d.ts but the file does not exist'),
    ])
  })

  test('hands on what attw finds', async () => {
    expect(await problems({ ...good, 'dist/index.d.ts': "export { one } from './one'\n" })).toEqual([
      expect.stringContaining('Internal resolution error'),
    ])
  })
})
