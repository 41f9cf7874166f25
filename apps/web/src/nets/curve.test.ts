import { describe, expect, test } from 'vitest'
import { pathOf, rangeOf, thin } from './curve.js'

describe('thin()', () => {
  test('averages neighbours down to a count, in order', () => {
    const points = Array.from({ length: 10 }, (_, step) => ({ step, value: step * 2 }))
    expect(thin(points, 5)).toEqual([0.5, 2.5, 4.5, 6.5, 8.5].map((step) => ({ step, value: step * 2 })))
    expect(thin(points, 100)).toEqual(points)
    expect(thin([], 5)).toEqual([])
  })
})

describe('rangeOf()', () => {
  test('leaves single outliers out, and is never empty', () => {
    expect(rangeOf([...Array.from({ length: 200 }, (_, index) => index / 100), 1e6]).high).toBeLessThan(3)
    expect(rangeOf([2, 2])).toEqual({ low: 1.5, high: 2.5 })
    expect(rangeOf([Number.NaN])).toEqual({ low: -0.5, high: 0.5 })
  })
})

describe('pathOf()', () => {
  test('starts at the left, keeps to the frame, and passes over what is no number', () => {
    const points = [
      { step: 0, value: 9 },
      { step: 5, value: Number.NaN },
      { step: 10, value: 1 },
    ]
    expect(pathOf(points, { low: 1, high: 3 }, 10)).toBe('M0.00 0.00L100.00 60.00')
  })
})
