import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, suggest } from './suggest.js'

describe('suggest()', () => {
  test('names the nearest, or nothing', () => {
    expect(suggest('server.prot', ['server.port', 'server.host'])).toBe(' Did you mean "server.port"?')
    expect(suggest('zebra', ['server.port'])).toBe('')
  })
})

describe('editDistance()', () => {
  test('counts changes', () => {
    expect([editDistance('kitten', 'sitting'), editDistance('', 'abc'), editDistance('same', 'same')]).toEqual([
      3, 3, 0,
    ])
  })

  test('is the same both ways, and at most the longer word', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})
