import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRng } from './rng.js'
import {
  bootstrapCi,
  brierScore,
  calibrationError,
  holm,
  logLoss,
  mean,
  reliabilityDiagram,
  signFlipTest,
  wilson,
} from './statistics.js'

const round = (value: number): number => Number(value.toFixed(4))

describe('wilson()', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published interval of %d in %d', (successes, trials, low, high) => {
    const interval = wilson(successes, trials)
    expect([round(interval.low), round(interval.high)]).toEqual([low, high])
  })

  test('knows nothing of no trials', () => {
    expect(wilson(0, 0)).toEqual({ estimate: Number.NaN, low: 0, high: 1 })
  })

  test('throws RangeError for counts that cannot be', () => {
    for (const [successes, trials] of [[2, 1] as const, [-1, 3] as const, [Number.NaN, 3] as const])
      expect(() => wilson(successes, trials)).toThrow(RangeError)
  })

  test('holds the rate within [0, 1]', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (successes, failures) => {
        const { low, high } = wilson(successes, successes + failures)
        expect(low >= 0 && high <= 1 && low <= high).toBe(true)
      }),
    )
  })
})

describe('bootstrapCi()', () => {
  test('covers the mean of a die about 95 times in 100', () => {
    const rng = createRng('coverage')
    let covered = 0
    for (let trial = 0; trial < 200; trial++) {
      const throws = Array.from({ length: 60 }, () => 1 + Math.floor(6 * rng()))
      const { low, high } = bootstrapCi(throws, { rng, draws: 400 })
      if (low <= 3.5 && high >= 3.5) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(180)
    expect(covered).toBeLessThanOrEqual(199)
  })

  test('gives the same for the same seed, and a point for equal values', () => {
    const draw = () => bootstrapCi([1, 4, 9], { rng: createRng(1) })
    expect(draw()).toEqual(draw())
    expect(bootstrapCi([2, 2], { rng: createRng(1) })).toEqual({ estimate: 2, low: 2, high: 2 })
  })

  test('throws RangeError for no values', () => {
    expect(() => bootstrapCi([], { rng: createRng(1) })).toThrow(RangeError)
  })
})

describe('signFlipTest()', () => {
  test('finds a steady difference, and none where signs balance', () => {
    const steady = Array.from({ length: 30 }, (_, index) => 1 + (index % 3))
    expect(signFlipTest(steady, { rng: createRng(1) })).toBeCloseTo(1 / 2_001, 9)
    expect(signFlipTest([1, -1, 2, -2], { rng: createRng(1) })).toBe(1)
  })
})

describe('holm()', () => {
  test('multiplies the least by their number, and never descends', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map(round)).toEqual([0.03, 0.06, 0.06, 0.02])
  })
})

describe('scores of forecasts', () => {
  const forecasts = [
    { probability: 0.9, happened: true },
    { probability: 0.9, happened: false },
    { probability: 0.2, happened: false },
  ]

  test('are those of the formulas', () => {
    expect(brierScore(forecasts)).toBeCloseTo((0.01 + 0.81 + 0.04) / 3, 12)
    expect(logLoss(forecasts)).toBeCloseTo(-(Math.log(0.9) + Math.log(0.1) + Math.log(0.8)) / 3, 12)
    expect(calibrationError(forecasts)).toBeCloseTo((2 * 0.4 + 0.2) / 3, 12)
    expect(reliabilityDiagram(forecasts)).toEqual([
      { stated: 0.2, came: 0, count: 1 },
      { stated: 0.9, came: 0.5, count: 2 },
    ])
  })

  test('bound what certainty costs', () => {
    expect(logLoss([{ probability: 0, happened: true }])).toBeCloseTo(-Math.log(1e-6), 9)
  })
})

test('mean() of nothing is NaN', () => {
  expect(mean([])).toBeNaN()
})
