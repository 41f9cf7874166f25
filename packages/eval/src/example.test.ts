import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** The example keeps its database where it is started. */
let folder: string
const home = process.cwd()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp example '))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true })
})

test('examples/measure-a-solver.ts does what the README says, and is what stands there', {
  timeout: 30_000,
}, async () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(/```ts\n([\s\S]*?)```/.exec(read('../README.md'))?.[1]).toBe(read('../examples/measure-a-solver.ts'))
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await import('../examples/measure-a-solver.js')
  const lines = log.mock.calls
  log.mockRestore()
  expect(lines).toEqual([[['test-failure', 'pass']], [0, 1]])
})
