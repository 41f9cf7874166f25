import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { toolContext } from '../../testing/tool-context.js'
import type { Tool } from '../../tool.js'
import { createCodeTools } from './code-tools.js'
import { createWorkspace } from './workspace.js'

const environment = { PATH: process.env.PATH }
/** Threads and processes, on a machine that may do other things. */
const slow = { timeout: 30_000 }

async function setUp(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder(files)
  const workspace = await createWorkspace(folder.path)
  const tools = new Map(createCodeTools({ workspace, environment }).map((tool) => [tool.name, tool]))
  const get = (name: string): Tool => {
    const tool = tools.get(name)
    if (tool === undefined) throw new RangeError(name)
    return tool
  }
  return {
    path: folder.path,
    run: (name: string, input: unknown) => get(name).run(get(name).input.parse(input), toolContext()),
    assess: async (name: string, input: unknown) => get(name).assess?.(get(name).input.parse(input)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const project = {
  'src/money.ts': 'export function round(value: number): number {\n  return Math.round(value)\n}\n',
  'src/cart.ts':
    "import { round } from './money.js'\n\nexport class Cart {\n  total(): number {\n    return round(1)\n  }\n}\n",
  'keystore/leak.ts': 'export const leak = 1\n',
  'src/bundle.js': `var a=1;${'f(a);'.repeat(5_000)}`,
}

describe('repository_map', slow, () => {
  test('shows what matters, and says what it left out', async () => {
    await using code = await setUp(project)
    expect(await code.run('repository_map', { focus: ['./src/cart.ts'] })).toBe(
      '[3 definitions of 2 files, of 2 source files; left out: 1 minified]\nsrc/money.ts:\n    1 function round(value: number): number\n\nsrc/cart.ts:\n    3 class Cart\n    4   total(): number',
    )
  })

  test('outlines one file, and refuses what is none', async () => {
    await using code = await setUp(project)
    expect(await code.run('repository_map', { path: 'src/cart.ts' })).toBe(
      'src/cart.ts:\n    3 class Cart\n    4   total(): number',
    )
    await expect(code.run('repository_map', { path: 'src/bundle.js' })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Cannot outline "src/bundle.js": it is minified',
    })
    await expect(code.run('repository_map', { path: '../x.ts' })).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('find_symbol', slow, () => {
  test('finds definitions, and lines that mention them', async () => {
    await using code = await setUp(project)
    expect(await code.run('find_symbol', { name: 'rond', references: true })).toBe(
      "src/money.ts:1-3 function: function round(value: number): number\n\nLines that mention round:\nsrc/cart.ts:1: import { round } from './money.js'\nsrc/cart.ts:5: return round(1)\nsrc/money.ts:1: export function round(value: number): number {\nsrc/money.ts:2: return Math.round(value)",
    )
    expect(await code.run('find_symbol', 'Cart.total')).toBe('src/cart.ts:4-6 method: total(): number')
    expect(await code.run('find_symbol', 'leak')).toBe('Nothing is called like "leak"')
  })
})

describe('run_tests', slow, () => {
  const passing = "const { test } = require('node:test')\ntest('adds', () => {})\n"
  const failing = "const { test } = require('node:test')\ntest('carries', () => { throw new Error('it does not') })\n"

  test('gives counts, and failures with their place', async () => {
    await using code = await setUp({
      'package.json': '{"scripts":{"test":"node --test"}}',
      'a.test.js': passing,
      'b.test.js': failing,
    })
    expect(await code.run('run_tests', {})).toEqual({
      ...{ runner: 'node', exitCode: 1, passed: 1, failed: 1, skipped: 0 },
      failures: [{ name: 'carries', file: 'b.test.js', line: 2, message: 'it does not' }],
    })
    expect(await code.run('run_tests', { path: 'a.test.js' })).toMatchObject({ exitCode: 0, passed: 1, failed: 0 })
    expect(await code.assess('run_tests', {})).toEqual({
      risk: { level: 'medium', reasons: ['runs code of the project with node'] },
      grant: 'run_tests: node',
    })
  })

  test('says what broke and what was mended since the last run', async () => {
    await using code = await setUp({ 'package.json': '{"scripts":{"test":"node --test"}}', 'a.test.js': failing })
    expect(await code.run('run_tests', {})).not.toHaveProperty('sinceLastRun')
    await writeFile(join(code.path, 'a.test.js'), failing.replace('carries', 'borrows'))
    expect(await code.run('run_tests', {})).toMatchObject({
      sinceLastRun: { broken: ['borrows'], mended: ['carries'] },
    })
  })

  test('says what was printed where there are no results', async () => {
    await using code = await setUp({ 'package.json': '{"scripts":{"test":"echo nothing to see; exit 3"}}' })
    await expect(code.run('run_tests', {})).rejects.toMatchObject({
      message: 'Cannot read the results of npm: it ended with code 3',
      hint: expect.stringContaining('nothing to see'),
    })
  })

  test('refuses a folder without tests', async () => {
    await using code = await setUp({ 'a.txt': '' })
    await expect(code.run('run_tests', {})).rejects.toMatchObject({ kind: 'invalid' })
    expect(await code.assess('run_tests', { folder: '..' })).toHaveProperty('refuse')
  })
})
