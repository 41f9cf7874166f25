import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Data, dataFault, sameData } from './data.js'

const data = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => !JSON.stringify(value).includes('__proto__')) as fc.Arbitrary<Data>

describe('sameData()', () => {
  test('holds of a value and what JSON makes of it, and of no other', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        const copy = JSON.parse(JSON.stringify(a)) as Data
        expect(sameData(a, copy)).toBe(true)
        expect(sameData(a, b)).toBe(sameData(b, a))
        expect(sameData([a], a)).toBe(false)
      }),
    )
  })

  test('takes -0 for 0, and numbers within the tolerance for one another', () => {
    expect(sameData(-0, 0)).toBe(true)
    expect(sameData({ a: [0.1 + 0.2] }, { a: [0.3] })).toBe(false)
    expect(sameData({ a: [0.1 + 0.2] }, { a: [0.3] }, 1e-9)).toBe(true)
    expect(sameData(1e12, 1e12 + 1, 1e-9)).toBe(true)
    expect(sameData(0, 2e-9, 1e-9)).toBe(false)
  })

  test('does not ask for the order of fields, but for all of them', () => {
    expect(sameData({ a: 1, b: null }, { b: null, a: 1 })).toBe(true)
    expect(sameData({ a: 1, b: null }, { a: 1, c: null })).toBe(false)
    expect(sameData({}, [])).toBe(false)
  })
})

describe('dataFault()', () => {
  test('finds none in JSON', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(dataFault(value)).toBeUndefined()
      }),
    )
  })
})
