import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../language/values.js'
import { broken, settledSigns, signsOf } from './signs.js'

const anyJson: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.boolean(),
  fc.string({ maxLength: 5 }),
  fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 5 }),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }),
)

describe('signsOf()', () => {
  test('says what holds between arguments and result', () => {
    const signs = signsOf([[3, 1, 2], 'ab'], [1, 2, 3])
    expect(Object.fromEntries(signs)).toMatchObject({
      ...{ ascending: true, distinct: true, '0 length': true, '0 same': false, '0 elements': true, '0 first': false },
      '1 parts': false,
    })
    expect(signsOf([7], 14).get('0 multiple')).toBe(true)
    expect(signsOf([[4, 9]], 9).get('0 element')).toBe(true)
    expect(signsOf(['word'], 'or').get('0 contained')).toBe(true)
  })

  test('gives the same names for values of the same types', () => {
    const names = (args: readonly Json[], result: Json): string[] => [...signsOf(args, result).keys()]
    expect(names(['a', [1]], 2)).toEqual(names(['', []], 0))
    expect(names([[1], 'x'], ['y'])).toEqual(names([[], ''], []))
  })
})

describe('broken()', () => {
  test('is 0 for each of the examples that settled the signs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyJson, anyJson), { minLength: 1, maxLength: 4 }), (calls) => {
        const all = calls.map(([arg, result]) => signsOf([arg], result))
        const settled = settledSigns(all)
        for (const signs of all) expect(broken(settled, signs)).toBe(0)
      }),
    )
  })

  test('counts signs that a further call goes against', () => {
    const settled = settledSigns([signsOf([[3, 1]], [1, 3]), signsOf([[5, 2, 9]], [2, 5, 9])])
    expect(broken(settled, signsOf([[4, 8, 1]], [1, 4, 8]))).toBe(0)
    expect(broken(settled, signsOf([[4, 8, 1]], [8, 4]))).toBeGreaterThan(1)
    expect(broken(new Map(), signsOf([[1]], [1]))).toBe(0)
  })
})
