import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blockedChance,
  cheapestTier,
  isHopeless,
  isWorthAsking,
  isWorthChecking,
  stuckChance,
  usualPrices,
} from './economy.js'

describe('isWorthChecking()', () => {
  test('weighs what a false result ruins against the price of a check', () => {
    expect(isWorthChecking(0.02, 0.8, usualPrices)).toBe(false)
    expect(isWorthChecking(0.05, 0.8, usualPrices)).toBe(true)
    expect(isWorthChecking(0.05, 0.8, { ...usualPrices, check: 2 })).toBe(false)
  })
})

describe('blockedChance()', () => {
  test("is Bayes' rule: the prior without failures, near 1 after unlikely ones, and it never falls as they mount", () => {
    expect(blockedChance(1)).toBeCloseTo(0.01, 12)
    expect(blockedChance(0.2 ** 6)).toBeGreaterThan(0.99)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        expect(blockedChance(a * b)).toBeGreaterThanOrEqual(blockedChance(a) - 1e-12)
      }),
    )
  })
})

describe('stuckChance()', () => {
  test('is 0 while there is a way, and high when all ways fail or none may exist', () => {
    expect(stuckChance(0.01, 0.8)).toBe(0)
    expect(stuckChance(0.01, 0.1)).toBeCloseTo(0.901, 9)
    expect(stuckChance(0.6, 0.9)).toBeCloseTo(0.64, 9)
    expect(isWorthAsking(0, usualPrices)).toBe(false)
    expect(isWorthAsking(0.9, usualPrices)).toBe(true)
    expect(isWorthAsking(0.9, { ...usualPrices, ask: 30 })).toBe(false)
  })
})

describe('isHopeless()', () => {
  test('gives up once an attempt costs more than it is expected to bring, later with patience', () => {
    const attempt = { works: 0.5, price: 2, patience: 1 }
    expect(isHopeless(0.5, attempt, usualPrices)).toBe(false)
    expect(isHopeless(0.92, attempt, usualPrices)).toBe(true)
    expect(isHopeless(0.92, { ...attempt, patience: 2 }, usualPrices)).toBe(false)
  })
})

describe('cheapestTier()', () => {
  test('pays for a better model only where its calls are that much more often valid', () => {
    expect(cheapestTier({ fast: 0.8, standard: 0.9, capable: 0.95 }, 1, usualPrices)).toBe('fast')
    expect(cheapestTier({ fast: 0.2, standard: 0.85, capable: 0.95 }, 1, usualPrices)).toBe('standard')
    expect(cheapestTier({ fast: 0.05, standard: 0.1, capable: 0.9 }, 1, usualPrices)).toBe('capable')
  })
})
