import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinTarget, mayBeMounted, parsePath, splitMounted } from './path.js'

const pathOf = (url: string): string => {
  const parsed = parsePath(url)
  return parsed.status === 'parsed' ? parsed.path : `refused: ${parsed.reason}`
}

describe('parsePath()', () => {
  test.for([
    ['https://a.example', '/'],
    ['https://a.example?x=/../', '/'],
    ['https://a.example/g/s/?q=1#f', '/g/s/'],
    ['/g/s', '/g/s'],
    ['/g/%73lug/%7Ea', '/g/slug/~a'],
    ['/g/s/a%2cb,c', '/g/s/a%2Cb,c'],
    ['/g/s/é', '/g/s/%C3%A9'],
    ['/g/s/%c3%a9', '/g/s/%C3%A9'],
    ['/g/s/a b"<>^`{|}', '/g/s/a%20b%22%3C%3E%5E%60%7B%7C%7D'],
    ['/g/s/100%25', '/g/s/100%25'],
    ['/g/s/...', '/g/s/...'],
    ['/g/s/a;v=1', '/g/s/a;v=1'],
  ] as const)('reads %s as %s', ([url, path]) => {
    expect(pathOf(url)).toBe(path)
  })

  test.for([
    ['//g/s', 'it has an empty segment'],
    ['/g//s', 'it has an empty segment'],
    ['/g/s//', 'it has an empty segment'],
    ['/g/./s', 'it has a dot segment'],
    ['/g/s/..', 'it has a dot segment'],
    ['/g/s/%2e%2E/x', 'it has a dot segment'],
    ['/g/s/.%2e', 'it has a dot segment'],
    ['/g/s/..;/admin', 'it has a dot segment'],
    ['/g/s/..%3Bx/admin', 'it has a dot segment'],
    ['/g/s/‥/admin', 'it has a dot segment'],
    ['/g/s/%E2%80%A5', 'it has a dot segment'],
    ['/g/s/a%2fb', 'it has a slash or a backslash within a segment'],
    ['/g/s/a%5Cb', 'it has a slash or a backslash within a segment'],
    ['/g\\s', 'it has a slash or a backslash within a segment'],
    ['/g/s/a／b', 'it has a slash or a backslash within a segment'],
    ['/g/s/%252e', 'it is escaped twice'],
    ['/g/s/%25%32%65', 'it is escaped twice'],
    ['/g/s/%', 'it has a broken escape'],
    ['/g/s/%zz', 'it has a broken escape'],
    ['/g/s/%u002f', 'it has a broken escape'],
    ['/g/s/%c0%af', 'it has a broken escape'],
    ['/g/s/%ed%a0%80', 'it has a broken escape'],
    ['/g/s/%00', 'it holds control characters'],
    ['/g/s/%0d%0aX', 'it holds control characters'],
    ['/g/s/%c2%85', 'it holds control characters'],
    ['/g/s/a\tb', 'it holds control characters'],
    ['/g/s?a=\n', 'its query holds control characters'],
    ['g/s', 'it has no leading slash'],
    ['*', 'it has no leading slash'],
  ] as const)('refuses %j: %s', ([url, reason]) => {
    expect(parsePath(url)).toEqual({ status: 'refused', reason })
  })

  test('refuses more than 8192 characters', () => {
    expect(parsePath(`/${'a'.repeat(8_191)}`).status).toBe('parsed')
    expect(parsePath(`/${'a'.repeat(8_192)}`).status).toBe('refused')
    expect(parsePath(`/a?${'a'.repeat(8_190)}`).status).toBe('refused')
  })

  test('keeps the query byte for byte', () => {
    expect(parsePath('/g/s?a=%2F..&b=%00&c=//?#f')).toEqual({
      status: 'parsed',
      path: '/g/s',
      query: '?a=%2F..&b=%00&c=//?',
    })
  })

  const segment = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.string({ unit: fc.constantFrom('a', 'Z', '.', '%', '2', 'e', 'f', '5', 'c', ';', '\\') }),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    { weight: 1, arbitrary: fc.constantFrom('..', '%2e%2e', '%2F', 'slug', '%73', '%C3%A9', '') },
  )
  const anyPath = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`)

  test('reads what it wrote the same again, and as the URL parser does', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const parsed = parsePath(path)
        if (parsed.status === 'refused') return
        expect(parsePath(parsed.path)).toEqual({ ...parsed, query: '' })
        expect(new URL(`https://a.example${parsed.path}`).pathname).toBe(parsed.path)
      }),
      { numRuns: 2_000 },
    )
  })

  test('gives nothing that a second decoding changes, or that climbs', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const parsed = parsePath(path)
        if (parsed.status === 'refused') return
        for (const part of parsed.path.slice(1).split('/')) {
          const once = decodeURIComponent(part)
          expect(once).not.toMatch(/[/\\]|%[0-9a-f]{2}|^\.{1,2}$/i)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('tells two resources apart exactly if their decoded segments or their reserved signs differ', () => {
    expect(pathOf('/a%2Cb')).not.toBe(pathOf('/a,b'))
    expect(pathOf('/%61')).toBe(pathOf('/a'))
    expect(pathOf('/A')).not.toBe(pathOf('/a'))
  })
})

describe('splitMounted()', () => {
  test('gives slug and rest under the mount, and nothing elsewhere', () => {
    const split = (path: string) => splitMounted(path, '/g')
    expect(split('/g/s')).toEqual({ slug: 's', rest: '' })
    expect(split('/g/s/')).toEqual({ slug: 's', rest: '/' })
    expect(split('/g/s/a/b')).toEqual({ slug: 's', rest: '/a/b' })
    expect(split('/g')).toEqual({ slug: '', rest: '' })
    expect(split('/g/')).toEqual({ slug: '', rest: '' })
    expect(split('/gs/a')).toBeUndefined()
    expect(split('/G/s')).toBeUndefined()
  })
})

describe('mayBeMounted()', () => {
  test('knows a path under the mount through escapes, slashes and case', () => {
    const may = (url: string) => mayBeMounted(url, '/g')
    for (const url of ['//g/s', '/%67/s', '/x/..//G/s', '/%2567%252fs', '\\g\\s', 'http://h//g'])
      expect(may(url), url).toBe(true)
    for (const url of ['/api//x', '/gg/s', '/%zz']) expect(may(url), url).toBe(false)
  })
})

describe('joinTarget()', () => {
  test('appends to the path of the target and keeps the query', () => {
    const join = (target: string, rest: string, query = '') => joinTarget(new URL(target), rest, query).href
    expect(join('https://a.example', '')).toBe('https://a.example/')
    expect(join('https://a.example/v1', '', '?q=1')).toBe('https://a.example/v1?q=1')
    expect(join('https://a.example/v1/', '/x/', '?a=//..')).toBe('https://a.example/v1/x/?a=//..')
  })

  test('stays under the target for every path that parses', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), (url, tail) => {
        const parsed = parsePath(`${url.replace(/[?#].*$/, '')}/${tail}`)
        if (parsed.status === 'refused') return
        const joined = joinTarget(new URL('https://t.example/base'), parsed.path, parsed.query)
        expect([joined.origin, joined.pathname]).toEqual(['https://t.example', `/base${parsed.path}`])
      }),
    )
  })

  test('throws RangeError for a rest that is not normal', () => {
    for (const rest of ['/../x', '/a/%2e%2e/b', '/a?b', '/a#b', '\\b']) {
      expect(() => joinTarget(new URL('https://a.example/base'), rest, ''), rest).toThrow(RangeError)
    }
    expect(() => joinTarget(new URL('https://a.example'), '//evil.example', '')).toThrow(RangeError)
  })
})
