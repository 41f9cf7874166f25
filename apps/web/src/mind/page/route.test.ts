import { describe, expect, test } from 'vitest'
import { mindHash, parseMindHash } from './route.js'

describe('parseMindHash()', () => {
  test('reads back what mindHash() writes', () => {
    for (const route of [{}, { callId: 'call 1/&' }]) expect(parseMindHash(mindHash(route))).toEqual(route)
  })

  test('leaves other pages alone', () => {
    expect(['#/memory', '#/mindful', '', '#/mind/x'].map(parseMindHash)).toEqual(Array(4).fill(undefined))
  })
})
