import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPause } from './pause.js'

test('openPause() is a file that anyone may set, and take away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'salp pause '))
  const path = join(folder, 'pause')
  const { reason, begin, end } = openPause(path)
  expect(reason()).toBeUndefined()
  begin('Dinner')
  expect(reason()).toBe('Dinner')
  end()
  end()
  expect(reason()).toBeUndefined()
  writeFileSync(path, '')
  expect(reason()).toBe('a pause file is there')
  rmSync(folder, { recursive: true })
})
