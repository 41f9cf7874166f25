import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { calibrationBins, calibrationError, fitTemperature } from './calibration.js'
import { fitRidge } from './ridge.js'
import { bootstrapMean } from './statistics.js'

describe('bootstrapMean()', () => {
  test('holds the true mean about nineteen times in twenty', () => {
    const rng = createRng('coverage')
    let held = 0
    for (let trial = 0; trial < 200; trial++) {
      const values = Array.from({ length: 40 }, () => [rng() + rng()])
      const { low, high } = bootstrapMean(values, rng.fork(`${trial}`), { rounds: 300 })
      if (low <= 1 && 1 <= high) held++
    }
    expect(held / 200).toBeGreaterThan(0.88)
    expect(held / 200).toBeLessThanOrEqual(0.99)
  })

  test('is wider where values of a group are alike', () => {
    const rng = createRng('groups')
    const values = Array.from({ length: 20 }, () => Array<number>(10).fill(rng()))
    const width = (groups: readonly (readonly number[])[]): number => {
      const { low, high } = bootstrapMean(groups, createRng(1))
      return high - low
    }
    expect(width(values)).toBeGreaterThan(2 * width(values.flat().map((value) => [value])))
  })

  test('refuses nothing', () => {
    expect(() => bootstrapMean([[]], createRng(1))).toThrow(RangeError)
  })
})

describe('fitTemperature()', () => {
  const rng = createRng('temperature')
  const scored = Array.from({ length: 4_000 }, () => {
    const truth = (rng() - 0.5) * 4
    return { logit: 3 * truth, happened: rng() < 1 / (1 + Math.exp(-truth)) }
  })

  test('finds by what confident scores were stretched, and so calibrates them', () => {
    const temperature = fitTemperature(scored)
    expect(temperature).toBeCloseTo(3, 0)
    const [before, after] = [
      calibrationError(calibrationBins(scored)),
      calibrationError(calibrationBins(scored, { temperature })),
    ]
    expect(before).toBeGreaterThan(0.1)
    expect(after).toBeLessThan(0.03)
  })

  test('is 1 without anything to go by, and stays in its range', () => {
    expect(fitTemperature([])).toBe(1)
    expect(fitTemperature([{ logit: 5, happened: false }])).toBeCloseTo(20, 0)
  })
})

describe('calibrationBins()', () => {
  test('counts what was said and what happened', () => {
    const bins = calibrationBins([
      { logit: 0, happened: true },
      { logit: 0, happened: false },
      { logit: 100, happened: true },
    ])
    expect(bins).toEqual([
      { said: 0.5, happened: 0.5, count: 2 },
      { said: 1, happened: 1, count: 1 },
    ])
    expect(calibrationError(bins)).toBe(0)
  })
})

describe('fitRidge()', () => {
  const rng = createRng('line')
  const rows = Array.from({ length: 300 }, () => {
    const x = [rng() - 0.5, rng() * 10, rng()]
    return { x, y: 3 * (x[0] ?? 0) - 0.5 * (x[1] ?? 0) + 7, weight: 1 }
  })

  test('finds a line that is there', () => {
    const line = fitRidge(rows, { ridge: 1e-9 })
    for (const { x, y } of rows) expect(line(x)).toBeCloseTo(y, 5)
  })

  test('counts rows by their weight, and bears features that never change', () => {
    const line = fitRidge(
      [
        { x: [0], y: 1, weight: 3 },
        { x: [0], y: 5, weight: 1 },
      ],
      { ridge: 1e-9 },
    )
    expect(line([0])).toBeCloseTo(2, 6)
    expect(line([9])).toBeCloseTo(2, 6)
  })

  test('refuses no rows', () => {
    expect(() => fitRidge([])).toThrow(RangeError)
  })
})
