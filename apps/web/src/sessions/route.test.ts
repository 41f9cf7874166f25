import { describe, expect, test } from 'vitest'
import { parseSessionHash } from './route.js'

describe('parseSessionHash()', () => {
  test('reads the id', () => {
    expect(parseSessionHash('#/sessions/a%2Fb')).toBe('a/b')
  })

  test.each(['', '#/', '#/sessions/', '#/sessions/%', '#/sessions/a/b'])('finds none in "%s"', (hash) => {
    expect(parseSessionHash(hash)).toBeUndefined()
  })
})
