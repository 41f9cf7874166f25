import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { caseFaults } from '../cases/case.js'
import { loadCases } from './load-cases.js'

const folder = mkdtempSync(join(tmpdir(), 'salp-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('loadCases()', () => {
  test('loads the seed cases, which are as they have to be', async () => {
    const cases = await loadCases(fileURLToPath(new URL('../../../../fixtures/cases', import.meta.url)))
    expect(caseFaults(cases, { cases: 80, imbalance: 1 })).toEqual([])
    expect(cases.some(({ sessions }) => sessions.length > 1)).toBe(true)
    expect(cases.some(({ sessions }) => sessions.some((turns) => turns.length > 1))).toBe(true)
  })

  test('tells file and line of what is broken', async () => {
    const text = JSON.stringify(
      [
        {
          id: 'tu-a',
          category: 'understanding',
          title: 'a',
          sessions: [[{ input: 'x', properties: [{ type: 'contain' }] }]],
        },
      ],
      undefined,
      2,
    )
    writeFileSync(join(folder, 'one.json'), text)
    await expect(loadCases(folder)).rejects.toThrow('Cannot use the case one.json:12: 0.sessions.0.0.properties.0.type')
    writeFileSync(join(folder, 'one.json'), '[\n{,')
    await expect(loadCases(folder)).rejects.toThrow('Cannot use the case one.json:2: , where a key is needed')
  })
})
