import { describe, expect, test } from 'vitest'
import { nowHash, parseNowHash } from './route.js'

describe('parseNowHash()', () => {
  test('reads the request that is asked about, and the button to stand on', () => {
    expect(parseNowHash(nowHash)).toEqual({})
    expect(parseNowHash('#/now?ask=a%20b&choice=deny')).toEqual({ ask: 'a b', choice: 'deny' })
  })

  test('takes no other choice, and no other page', () => {
    expect(parseNowHash('#/now?ask=a&choice=run')).toEqual({ ask: 'a' })
    expect(parseNowHash('#/nowhere')).toBeUndefined()
  })
})
