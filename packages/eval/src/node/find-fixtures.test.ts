import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findFixtures } from './find-fixtures.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp fixtures '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('findFixtures() gives those of the clone that the program lies in, and nothing where it was installed', () => {
  const program = join(folder, 'apps', 'node', 'dist', 'main.js')
  expect(findFixtures('problems', program)).toBeUndefined()
  const problems = join(folder, 'fixtures', 'problems')
  mkdirSync(problems, { recursive: true })
  expect(findFixtures('problems', program)).toBe(problems)
  expect(findFixtures('cases', program)).toBeUndefined()
})
