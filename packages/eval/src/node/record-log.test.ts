import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openRecordLog } from './record-log.js'

const folder = mkdtempSync(join(tmpdir(), 'salp-record-'))
afterEach(() => rmSync(folder, { recursive: true }))

describe('openRecordLog()', () => {
  test('cuts off a line that was not written whole, and appends after the others', async () => {
    const path = join(folder, 'study.jsonl')
    writeFileSync(path, '{"é":1}\n{"b":')
    const log = await openRecordLog(path)
    expect(await log.read()).toBe('{"é":1}\n')
    await log.append('{"c":3}')
    await log.close()
    expect(readFileSync(path, 'utf8')).toBe('{"é":1}\n{"c":3}\n')
  })
})
