import { createRng, type Rng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logFactorial } from './exact.js'
import { sequentialTest } from './sequential.js'

/** Differences of pairs: 1 and −1 with these chances, else 0. */
const pairs = (rng: Rng, count: number, [first, second]: readonly [number, number]): number[] =>
  Array.from({ length: count }, () => {
    const drawn = rng()
    return drawn < first ? 1 : drawn < first + second ? -1 : 0
  })

describe('sequentialTest()', () => {
  test('finds a difference where there is none in at most 5 % of studies, looked at after every pair', () => {
    const rng = createRng('no difference')
    for (const discordant of [0.05, 0.3, 1]) {
      let found = 0
      for (let study = 0; study < 400; study++)
        if (sequentialTest(pairs(rng, 300, [discordant / 2, discordant / 2])).crossedAt !== undefined) found++
      // Two standard errors above 5 % of 400; the bound is for ever, so that 300 pairs stay below it.
      expect(found).toBeLessThanOrEqual(28)
    }
  })

  test('where a fixed test that is looked at after every pair finds one in far more', () => {
    const rng = createRng('no difference')
    let found = 0
    for (let study = 0; study < 400; study++) {
      let [sum, count] = [0, 0]
      const stopped = pairs(rng, 300, [0.5, 0.5]).some((value) => {
        sum += value
        return ++count >= 10 && Math.abs(sum) / Math.sqrt(count) > 1.96
      })
      if (stopped) found++
    }
    expect(found).toBeGreaterThan(100)
  })

  test('keeps that for averages over seeds, and for a mean of 0 that is skewed', () => {
    const rng = createRng('skewed')
    let found = 0
    for (let study = 0; study < 400; study++) {
      // Seldom 1, often a quarter below 0: the mean is 0, the signs are not even.
      const values = Array.from({ length: 200 }, () => (rng() < 0.2 ? 1 : -0.25))
      if (sequentialTest(values).crossedAt !== undefined) found++
    }
    expect(found).toBeLessThanOrEqual(28)
  })

  test('finds a difference that is there, soon where it is large', () => {
    const rng = createRng('a difference')
    const stops = (chances: readonly [number, number]): number[] =>
      Array.from({ length: 60 }, () => sequentialTest(pairs(rng, 400, chances)).crossedAt ?? 401).sort((a, b) => a - b)
    const [large, small] = [stops([0.5, 0.05]), stops([0.3, 0.1])]
    expect(large[54]).toBeLessThan(60)
    expect(small[48]).toBeLessThan(300)
    expect(large[30]).toBeLessThan(small[30] ?? 0)
  })

  test('bounds the mean at all times together in at least 95 % of studies', () => {
    const rng = createRng('bounds')
    let missed = 0
    for (let study = 0; study < 120; study++) {
      const values = pairs(rng, 240, [0.35, 0.15])
      const looks = [10, 20, 40, 60, 90, 120, 160, 200, 240]
      const holds = looks.every((look) => {
        const { low, high } = sequentialTest(values.slice(0, look)).mean
        return low <= 0.2 && high >= 0.2
      })
      if (!holds) missed++
    }
    expect(missed).toBeLessThanOrEqual(10)
  })

  test('is the Bayes factor of a uniform prior for pairs that differ, whatever their order and ties', () => {
    for (const [first, second] of [
      [0, 0],
      [1, 0],
      [6, 2],
      [15, 15],
      [3, 20],
    ] as const) {
      const values = [...Array(first).fill(1), 0, ...Array(second).fill(-1), 0]
      // 2ⁿ B(a + 1, b + 1), the integral over all shares.
      const log = first + second
      const exact = Math.exp(
        log * Math.LN2 + logFactorial(first) + logFactorial(second) - logFactorial(first + second + 1),
      )
      expect(sequentialTest(values).e / exact).toBeCloseTo(1, 2)
      expect(sequentialTest(values.toReversed()).e).toBeCloseTo(sequentialTest(values).e, 9)
    }
  })

  test('has bounds that hold the estimate, leave 0 out only where p is small, and mirror', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
        const { mean, p, e, crossedAt } = sequentialTest(values)
        expect(mean.low).toBeGreaterThanOrEqual(-1)
        expect(mean.high).toBeLessThanOrEqual(1)
        expect(mean.low).toBeLessThanOrEqual(mean.estimate)
        expect(mean.high).toBeGreaterThanOrEqual(mean.estimate)
        if (mean.low > 0 || mean.high < 0) expect(p).toBeLessThanOrEqual(0.05)
        expect(p).toBeLessThanOrEqual(Math.min(1, 1 / e) + 1e-12)
        expect(crossedAt === undefined).toBe(p > 0.05)
        const mirrored = sequentialTest(values.map((value) => -value))
        expect(mirrored.e).toBeCloseTo(e, 9)
        expect(mirrored.mean.low).toBeCloseTo(-mean.high, 9)
      }),
      { numRuns: 60 },
    )
  })

  test('knows nothing of no observations, and refuses what it has no bound for', () => {
    expect(sequentialTest([])).toMatchObject({ e: 1, p: 1, crossedAt: undefined, mean: { low: -1, high: 1 } })
    expect(() => sequentialTest([1.1])).toThrow(RangeError)
    expect(() => sequentialTest([Number.NaN])).toThrow(RangeError)
    expect(() => sequentialTest([1], { alpha: 0 })).toThrow(RangeError)
  })
})
