import { wilson } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialProbability, binomialTest, fisherTest, logFactorial, mcnemarTest, rateDifference } from './exact.js'

describe('logFactorial()', () => {
  test('gives known values, by table and by series', () => {
    expect(logFactorial(0)).toBe(0)
    expect(logFactorial(20)).toBeCloseTo(42.335616460753485, 12)
    expect(logFactorial(2_000)).toBeCloseTo(13_206.524350513806, 8)
  })
})

describe('binomialProbability()', () => {
  test('sums to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, rate) => {
        let sum = 0
        for (let k = 0; k <= n; k++) sum += binomialProbability(k, n, rate)
        expect(sum).toBeCloseTo(1, 9)
      }),
    )
  })
})

describe('binomialTest()', () => {
  test('gives what R gives for its own example, Mendel’s peas', () => {
    expect(binomialTest(682, 925, 0.75)).toBeCloseTo(0.3825, 4)
  })

  test('knows nothing of no trials', () => {
    expect(binomialTest(0, 0)).toBe(1)
  })
})

describe('mcnemarTest()', () => {
  test('counts the tails of a coin thrown once a disagreement', () => {
    expect(mcnemarTest(10, 2)).toBeCloseTo((2 * (1 + 12 + 66)) / 4_096, 12)
    expect(mcnemarTest(3, 3)).toBe(1)
  })
})

describe('fisherTest()', () => {
  test('gives the values in the literature: tea with milk, and Agresti’s table as R has it', () => {
    expect(fisherTest({ successes: 3, trials: 4 }, { successes: 1, trials: 4 })).toBeCloseTo(34 / 70, 12)
    expect(fisherTest({ successes: 1, trials: 10 }, { successes: 11, trials: 14 })).toBeCloseTo(0.002759, 6)
  })

  test('does not ask which came first', () => {
    const count = fc
      .integer({ min: 1, max: 60 })
      .chain((trials) => fc.record({ successes: fc.nat(trials), trials: fc.constant(trials) }))
    fc.assert(
      fc.property(count, count, (a, b) => {
        const p = fisherTest(a, b)
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(fisherTest(b, a)).toBeCloseTo(p, 12)
      }),
    )
  })
})

describe('rateDifference()', () => {
  test('gives Newcombe’s own example: 56 of 70 against 48 of 80', () => {
    const { estimate, low, high } = rateDifference(wilson(56, 70), wilson(48, 80))
    expect([estimate, low, high].map((value) => value.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339'])
  })
})
