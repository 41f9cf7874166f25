import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSecretPath, isSteeringPath, normalizePath, placeOf } from './paths.js'

describe('isSecretPath()', () => {
  test.each([
    '.env',
    'a/.env.local',
    '.ENV',
    '~/.ssh/id_rsa',
    '.ssh/config',
    'id_ed25519',
    'server.pem',
    'tls.key',
    '.npmrc',
    '.aws/credentials',
    'credentials.json',
    '/etc/shadow',
    '/proc/1/environ',
    '.bash_history',
    'keystore/a',
    'secrets.yaml',
    'C:\\Users\\a\\.ssh\\x',
  ])('holds for %s', (path) => expect(isSecretPath(path)).toBe(true))
  test.each([
    '.env.example',
    '.env.sample',
    'src/env.ts',
    'keys.ts',
    'id_rsa.pub',
    '.ssh/id_rsa.pub',
    'README.md',
    'secretary.md',
    'package.json',
    'monkey',
    '',
    '/',
  ])('does not hold for %s', (path) => expect(isSecretPath(path)).toBe(false))
})

describe('isSteeringPath()', () => {
  test.each([
    '.git/hooks/x',
    '.github/workflows/ci.yml',
    '.husky/pre-commit',
    'a/../.git/config',
    '.envrc',
    '.vscode/tasks.json',
  ])('holds for %s', (path) => expect(isSteeringPath(path)).toBe(true))
  test.each(['.gitignore', '.github/ISSUE_TEMPLATE.md', 'src/git/x', 'a.git'])('does not hold for %s', (path) =>
    expect(isSteeringPath(path)).toBe(false),
  )
})

describe('placeOf()', () => {
  test.each([
    ['a', 'inside'],
    ['.', 'inside'],
    ['/home/me/project/a', 'inside'],
    ['/home/me/project', 'inside'],
    ['/home/me/project-other', 'outside'],
    ['..', 'outside'],
    ['a/../../b', 'outside'],
    ['~', 'outside'],
    ['/', 'outside'],
    ['/tmp/x', 'temporary'],
    ['/tmp/../etc', 'outside'],
    ['/dev/null', 'null'],
    ['/dev/sda', 'device'],
    ['/dev/../dev/sda', 'device'],
  ])('of %s is %s', (path, place) => expect(placeOf(path, { root: '/home/me/project' })).toBe(place))

  test('knows the working folder', () => {
    expect(placeOf('../a', { root: '/home/me/project', folder: 'src' })).toBe('inside')
    expect(placeOf('../../a', { root: '/home/me/project', folder: 'src' })).toBe('outside')
  })
})

describe('normalizePath()', () => {
  test('changes nothing the second time', () => {
    const path = fc.array(fc.constantFrom('a', 'b', '.', '..', '', '/')).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(path, (given) => {
        expect(normalizePath(normalizePath(given))).toBe(normalizePath(given))
      }),
    )
  })
})
