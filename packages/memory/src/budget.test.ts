import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimateTokens, fitBudget } from './budget.js'

describe('estimateTokens()', () => {
  test('counts a quarter per ASCII character and one per other', () => {
    expect([estimateTokens(''), estimateTokens('deploy key'), estimateTokens('数据 db')]).toEqual([0, 3, 3])
  })
})

describe('fitBudget()', () => {
  test('leaves out what does not fit and goes on', () => {
    expect(fitBudget([5, 3, 4, 1], (size) => size, 7)).toEqual([5, 1])
  })

  test('never exceeds the budget, and leaves nothing out that would still fit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(200), (sizes, budget) => {
        const taken = fitBudget(sizes, (size) => size, budget)
        const used = taken.reduce((total, size) => total + size, 0)
        expect(used).toBeLessThanOrEqual(budget)
        if (taken.length < sizes.length) expect(used + Math.max(...sizes)).toBeGreaterThan(budget)
      }),
    )
  })
})
