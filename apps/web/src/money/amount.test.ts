import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUnits, ratio, shareOf, toUnits } from './amount.js'

describe('formatUnits()', () => {
  test.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['1234567.000005', '1,234,567.000005'],
  ])('tells %s as %s', (units, text) => {
    expect(formatUnits(units)).toBe(text)
  })
})

describe('toUnits()', () => {
  test.each([
    [0n, 6, '0'],
    [1n, 6, '0.000001'],
    [10_000n, 6, '0.01'],
    [1_500_000n, 6, '1.5'],
    [2n ** 70n, 0, '1180591620717411303424'],
  ])('tells %s base units of %i decimals as %s', (base, decimals, units) => {
    expect(toUnits(base, decimals)).toBe(units)
  })
})

describe('shareOf()', () => {
  test.each([
    ['2.5', '10', 0.25],
    ['0.000001', '0.000002', 0.5],
    ['11', '10', 1],
    ['0', '10', 0],
    ['0', '0', 0],
    ['9007199254740993', '9007199254740993.0', 1],
  ])('%s of %s is %d', (part, whole, share) => {
    expect(shareOf(part, whole)).toBe(share)
  })
})

describe('ratio()', () => {
  test('keeps to [0, 1] whatever it is given', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (part, whole) => {
        const share = ratio(part, whole)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
    )
  })
})
