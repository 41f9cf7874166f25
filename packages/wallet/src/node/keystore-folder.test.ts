import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scrypt, scryptSync } from 'ethers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openKeystoreFolder } from './keystore-folder.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'salp-keystore-'))
})
afterEach(() => rmSync(home, { recursive: true }))

test('openKeystoreFolder() makes nothing until it is written to', async () => {
  const folder = openKeystoreFolder(join(home, 'keystore'))
  expect([await folder.names(), await folder.read('main')]).toEqual([[], undefined])
  expect(readdirSync(home)).toEqual([])
})

test('write() takes a free name, replaces only when told, and leaves nothing beside', async () => {
  const folder = openKeystoreFolder(join(home, 'keystore'))
  expect(await folder.write('main', 'one', { replace: false })).toBe(true)
  expect(await folder.write('main', 'two', { replace: false })).toBe(false)
  expect(await folder.read('main')).toBe('one')
  expect(await folder.write('main', 'three', { replace: true })).toBe(true)
  expect(readFileSync(join(home, 'keystore', 'main.json'), 'utf8')).toBe('three')
  expect(readdirSync(join(home, 'keystore'))).toEqual(['main.json'])
})

test.skipIf(process.platform === 'win32')('write() makes a folder and files for their owner alone', async () => {
  const path = join(home, 'keystore')
  await openKeystoreFolder(path).write('main', '{}', { replace: false })
  expect([path, join(path, 'main.json')].map((file) => statSync(file).mode & 0o777)).toEqual([0o700, 0o600])
})

test('write() of many at once to one name has one winner', async () => {
  const folder = openKeystoreFolder(home)
  const won = await Promise.all(Array.from({ length: 20 }, (_, n) => folder.write('main', `${n}`, { replace: false })))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await folder.read('main')).toBe(String(won.indexOf(true)))
})

test('names() passes over what a crash left behind', async () => {
  writeFileSync(join(home, '.main-0000'), 'half')
  writeFileSync(join(home, 'note.txt'), '')
  const folder = openKeystoreFolder(home)
  await folder.write('main', '{}', { replace: false })
  expect(await folder.names()).toEqual(['main'])
})

test('read() refuses names that leave the folder', async () => {
  const folder = openKeystoreFolder(home)
  for (const name of ['../main', '', '.', 'a/b', 'A', 'a\0', 'x'.repeat(65)]) {
    await expect(folder.read(name), name).rejects.toThrow(RangeError)
  }
})

test('openKeystoreFolder() makes the keys that ethers makes', async () => {
  openKeystoreFolder(home)
  const [password, salt] = [new TextEncoder().encode('correct horse'), Uint8Array.from({ length: 32 }, (_, at) => at)]
  expect(await scrypt(password, salt, 1024, 8, 1, 32)).toBe(scryptSync(password, salt, 1024, 8, 1, 32))
})
