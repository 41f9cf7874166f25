import { describe, expect, test } from 'vitest'
import { grantedHostSchema, grantsUrl, hostsNotGranted, httpHostSchema, namesHost } from './http-hosts.js'

describe('httpHostSchema', () => {
  test.each(['a.test', 'a', '127.0.0.1', 'xn--bcher-kva.test:8443'])('takes %s', (entry) =>
    expect(httpHostSchema.safeParse(entry).success).toBe(true),
  )

  test.each([
    '',
    '*.test',
    'A.test',
    'https://a.test',
    'http://a.test',
    'a.test/',
    'a.test:',
    'a.test:0',
    'a b',
    '[::1]',
  ])('refuses "%s"', (entry) => expect(httpHostSchema.safeParse(entry).success).toBe(false))
})

test('grantedHostSchema takes http:// before it, and no other scheme', () => {
  const taken = ['a.test', 'http://a.test:8080', 'https://a.test', '*'].map(
    (e) => grantedHostSchema.safeParse(e).success,
  )
  expect(taken).toEqual([true, true, false, false])
})

describe('namesHost()', () => {
  test.each([
    ['a.test', 'https://a.test/x', true],
    ['a.test', 'https://A.TEST:443/x', true],
    ['a.test', 'http://a.test/', true],
    ['a.test:443', 'https://a.test/', true],
    ['a.test:8080', 'http://a.test:8080/', true],
    ['a.test', 'https://a.test:8443/', false],
    ['a.test:80', 'https://a.test/', false],
    ['a.test', 'https://b.a.test/', false],
    ['a.test', 'https://a.test.evil.test/', false],
    ['a.test', 'https://a.test./', false],
    ['a.test', 'https://evil.test/a.test', false],
    ['a.test', 'https://a.test@evil.test/', false],
  ])('of %s for %s is %s', (entry, url, is) => expect(namesHost(entry, new URL(url))).toBe(is))
})

test.each([
  ['a.test', 'https://a.test/', true],
  ['a.test', 'http://a.test/', false],
  ['http://a.test', 'http://a.test/', true],
  ['http://a.test', 'https://a.test/', false],
])('grantsUrl() of %s for %s is %s', (granted, url, is) => expect(grantsUrl(granted, new URL(url))).toBe(is))

test('hostsNotGranted() finds what no entry of the operator is for', () => {
  const granted = ['a.test', 'http://b.test:8080']
  expect(hostsNotGranted(['a.test', 'b.test:8080', 'b.test', 'a.test:443'], granted)).toEqual(['b.test', 'a.test:443'])
})
