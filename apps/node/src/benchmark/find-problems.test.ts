import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProblems } from './find-problems.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp problems '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('findProblems() gives those of the clone that the program lies in, and nothing where it was installed', () => {
  const program = join(folder, 'apps', 'node', 'dist', 'main.js')
  expect(findProblems(undefined, { program })).toBeUndefined()
  const problems = join(folder, 'fixtures', 'problems')
  mkdirSync(problems, { recursive: true })
  expect(findProblems(undefined, { program })).toBe(problems)
  expect(findProblems(join(folder, 'none'), { program })).toBeUndefined()
})
