import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from './config-file.js'

const schema = z.object({ port: z.number().default(1), name: z.string().default('a'), level: z.string().default('b') })

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp config '))
  file = join(folder, 'config.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const load = (environment = {}, flags = {}) => loadConfig(schema, { file, environment, prefix: 'SALP', flags })

describe('loadConfig()', () => {
  test('goes by defaults when there is no file', () => {
    expect(load().value).toEqual({ port: 1, name: 'a', level: 'b' })
  })

  test('puts the file over the defaults, the environment over the file, and flags over all', () => {
    writeFileSync(file, '\uFEFF{ "port": 2, "name": "file", "level": "file" }')
    const { value, entries } = load({ SALP_NAME: 'environment', SALP_LEVEL: 'environment' }, { level: 'flag' })
    expect(value).toEqual({ port: 2, name: 'environment', level: 'flag' })
    expect(entries.map(({ origin }) => origin)).toEqual([file, 'SALP_NAME', '--level'])
  })

  test.each([
    ['[1]', 'expected a JSON object'],
    ['null', 'expected a JSON object'],
    ['{ "port": 1,, }', 'is not JSON'],
    ['', 'is not JSON'],
  ])('refuses a file of %s', (text, problem) => {
    writeFileSync(file, text)
    expect(() => load()).toThrow(
      expect.objectContaining({ code: 'core/config', problems: [expect.stringContaining(`${file}: ${problem}`)] }),
    )
  })

  test('does not quote a broken file, since it may hold a key', () => {
    writeFileSync(file, '{ "name": sk-sesame-open }')
    expect(load).toThrow(expect.objectContaining({ message: expect.not.stringContaining('sesame') }))
  })

  test('refuses what is no file', () => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    expect(load).toThrow(expect.objectContaining({ problems: [`${file}: cannot be read (ENOTDIR)`] }))
  })
})
