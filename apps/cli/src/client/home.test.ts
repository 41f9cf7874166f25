import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryHome } from '../testing/temporary-home.js'
import { homePaths, readAnnouncement, readToken } from './home.js'

describe('homePaths()', () => {
  test('takes what was asked for, then SALP_HOME, then the folder of the user', () => {
    const environment = { SALP_HOME: '/elsewhere' }
    expect(
      [homePaths('x', environment), homePaths(undefined, environment), homePaths(undefined, { SALP_HOME: '' })].map(
        ({ path }) => path,
      ),
    ).toEqual([resolve('x'), resolve('/elsewhere'), join(homedir(), '.salp')])
  })
})

describe('readAnnouncement()', () => {
  test('reads where a node says that it runs', () => {
    using temporary = temporaryHome()
    expect(readAnnouncement(temporary.home)).toBeUndefined()
    temporary.announce('http://127.0.0.1:4023', { pid: 7 })
    expect(readAnnouncement(temporary.home)).toEqual({ url: 'http://127.0.0.1:4023', pid: 7, version: '1.2.3' })
    expect(readToken(temporary.home)).toBe('secret')
  })

  test('takes a file that makes no sense as none', () => {
    using temporary = temporaryHome()
    for (const text of ['', '{"url":', '[]', '{"url":"nowhere","pid":1,"version":"1"}']) {
      writeFileSync(temporary.home.node, text)
      expect(readAnnouncement(temporary.home)).toBeUndefined()
    }
  })
})
