import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { betaCdf, betaDivergence, betaInformationGain, betaQuantile, binaryEntropy, digamma } from './beta.js'

const shape = fc.double({ min: 1, max: 200, noNaN: true })

/** Mean of `of(θ)` over Beta(a, b), by the midpoint rule on its unnormalised density. */
function meanOver(a: number, b: number, of: (rate: number) => number): number {
  let sum = 0
  let mass = 0
  for (let step = 0.5; step < 20_000; step++) {
    const rate = step / 20_000
    const density = Math.exp((a - 1) * Math.log(rate) + (b - 1) * Math.log(1 - rate))
    sum += density * of(rate)
    mass += density
  }
  return sum / mass
}

describe('digamma()', () => {
  test('gives the values of Abramowitz and Stegun, table 6.1', () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649, 9)
    expect(digamma(0.5)).toBeCloseTo(-1.963510026, 9)
    expect(digamma(10)).toBeCloseTo(2.2517525891, 9)
  })
})

describe('betaCdf()', () => {
  test('is the upper tail of the binomial for whole shapes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (a, b, x) => {
          const n = a + b - 1
          let term = (1 - x) ** n
          let below = 0
          for (let k = 0; k < a; k++) {
            below += term
            term *= ((n - k) / (k + 1)) * (x / (1 - x))
          }
          expect(betaCdf(x, a, b)).toBeCloseTo(1 - below, 8)
        },
      ),
    )
  })
})

describe('betaQuantile()', () => {
  test('inverts the closed form of Beta(4, 1)', () => {
    expect(betaQuantile(0.025, 4, 1)).toBeCloseTo(0.025 ** 0.25, 5)
    expect(betaQuantile(0.975, 4, 1)).toBeCloseTo(0.975 ** 0.25, 5)
  })

  test('inverts betaCdf()', () => {
    fc.assert(
      fc.property(shape, shape, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, b, probability) => {
        expect(betaCdf(betaQuantile(probability, a, b), a, b)).toBeCloseTo(probability, 2)
      }),
    )
  })
})

describe('betaInformationGain()', () => {
  test('equals entropy less expected entropy, integrated', () => {
    for (const [a, b] of [
      [1, 1],
      [4, 1],
      [2.5, 7],
      [40, 3],
    ] as const) {
      const expected = binaryEntropy(a / (a + b)) - meanOver(a, b, binaryEntropy)
      expect(betaInformationGain(a, b)).toBeCloseTo(expected, 5)
    }
  })

  test('falls as evidence of the same rate grows', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(betaInformationGain(2 * a, 2 * b)).toBeLessThan(betaInformationGain(a, b))
      }),
    )
  })
})

describe('betaDivergence()', () => {
  test('is 0 from a distribution to itself and positive otherwise', () => {
    expect(betaDivergence(3, 2, 3, 2)).toBeCloseTo(0, 9)
    expect(betaDivergence(4, 1, 1, 1)).toBeCloseTo(
      meanOver(4, 1, (rate) => Math.log2(4 * rate ** 3)),
      4,
    )
  })
})
