import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCredentials } from './credentials.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-credentials-'))
})
afterEach(() => rm(folder, { recursive: true }))

const notes = { url: 'https://notes.test/mcp', tokens: { access_token: 'secret-one', token_type: 'Bearer' } }

test('openCredentials() keeps what was written for whoever opens the folder next, and for its owner alone', () => {
  const store = openCredentials(folder)
  expect(store.read('notes')).toBeUndefined()
  store.write('notes', notes)
  store.write('other', { url: 'https://other.test/' })
  store.write('other', undefined)
  expect(openCredentials(folder).read('notes')).toEqual(notes)
  expect(openCredentials(folder).read('other')).toBeUndefined()
  expect(readdirSync(folder)).toEqual(['mcp-credentials'])
  expect(statSync(join(folder, 'mcp-credentials')).mode & 0o777).toBe(0o600)
})

test('openCredentials() refuses a file that holds something else, in none of its words, and leaves it', () => {
  const store = openCredentials(folder)
  for (const text of ['secret-two', '{"notes":{"tokens":"secret-two"}}']) {
    writeFileSync(join(folder, 'mcp-credentials'), text)
    for (const call of [() => store.read('notes'), () => store.write('notes', notes)])
      expect(call).toThrow(
        expect.objectContaining({ code: 'node/mcp-credentials', message: expect.not.stringContaining('secret') }),
      )
  }
})
