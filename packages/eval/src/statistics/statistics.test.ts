import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cohenKappa, cohenKappaCi, fleissKappa } from './agreement.js'
import { benjaminiHochberg, stoppingBounds } from './correction.js'
import { normalCdf, normalQuantile } from './normal.js'
import { leastDifference, pairedPower, pairsNeeded, trialsPerArm } from './power.js'

describe('normalCdf()', () => {
  test('gives the values of tables', () => {
    expect(normalCdf(0)).toBe(0.5)
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14)
    expect(normalCdf(-3)).toBeCloseTo(0.0013498980316300946, 15)
    expect(normalCdf(-8) / 6.22096057427178e-16).toBeCloseTo(1, 9)
    expect(normalCdf(8)).toBeCloseTo(1, 14)
  })
})

describe('normalQuantile()', () => {
  test('undoes normalCdf()', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12)
      }),
    )
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(() => normalQuantile(1.1)).toThrow(RangeError)
  })
})

describe('cohenKappa()', () => {
  const pairs = (counts: Readonly<Record<string, number>>): [string, string][] =>
    Object.entries(counts).flatMap(([key, count]) =>
      Array.from({ length: count }, (): [string, string] => [key[0] ?? '', key[1] ?? '']),
    )

  test('gives the textbook value: 20, 5, 10 and 15 of 50 give 0.4', () => {
    const { items, share, kappa } = cohenKappa(pairs({ yy: 20, yn: 5, ny: 10, nn: 15 }))
    expect([items, share]).toEqual([50, 0.7])
    expect(kappa).toBeCloseTo(0.4, 12)
  })

  test('is 1 for judges that agree, and not defined where nobody ever differs', () => {
    expect(cohenKappa(pairs({ yy: 3, nn: 2 })).kappa).toBe(1)
    expect(cohenKappa(pairs({ yy: 3 })).kappa).toBeNaN()
  })

  test('has an interval around it', () => {
    const { estimate, low, high } = cohenKappaCi(pairs({ yy: 20, yn: 5, ny: 10, nn: 15 }), { rng: createRng('kappa') })
    expect(estimate).toBeCloseTo(0.4, 12)
    // The large-sample interval is 0.15 to 0.65.
    expect(low).toBeGreaterThan(0.08)
    expect(low).toBeLessThan(0.2)
    expect(high).toBeGreaterThan(0.58)
    expect(high).toBeLessThan(0.7)
  })
})

describe('fleissKappa()', () => {
  test('gives the published value of ten items, fourteen judges and five labels', () => {
    const ratings = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ]
    expect(fleissKappa(ratings)).toBeCloseTo(0.20993, 5)
    expect(() =>
      fleissKappa([
        [2, 0],
        [1, 0],
      ]),
    ).toThrow(RangeError)
  })
})

describe('benjaminiHochberg()', () => {
  test('rejects the first four of the fifteen in the paper', () => {
    const paper = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ]
    const adjusted = benjaminiHochberg(paper)
    expect(adjusted.map((p) => p <= 0.05)).toEqual(paper.map((_, index) => index < 4))
    expect(adjusted[3]).toBeCloseTo((0.0095 * 15) / 4, 12)
  })

  test('never makes a value less, nor changes their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), { maxLength: 20 }), (pValues) => {
        const adjusted = benjaminiHochberg(pValues)
        for (const [index, p] of pValues.entries()) {
          expect(adjusted[index]).toBeGreaterThanOrEqual(p * (1 - 1e-12))
          expect(adjusted[index]).toBeLessThanOrEqual(1)
          for (const [other, q] of pValues.entries())
            if (p < q) expect(adjusted[index]).toBeLessThanOrEqual((adjusted[other] ?? 0) + 1e-12)
        }
      }),
    )
  })
})

describe('stoppingBounds()', () => {
  test('gives the published bounds for five even looks', () => {
    const bounds = stoppingBounds([0.2, 0.4, 0.6, 0.8, 1])
    for (const [index, expected] of [4.8769, 3.3569, 2.6803, 2.2898, 2.031].entries())
      expect(bounds[index]).toBeCloseTo(expected, 3)
  })

  test('is the plain bound for one look', () => {
    expect(stoppingBounds([1])[0]).toBeCloseTo(1.959964, 5)
    expect(() => stoppingBounds([0.5])).toThrow(RangeError)
    expect(() => stoppingBounds([0.5, 0.5, 1])).toThrow(RangeError)
  })

  test('keeps the error at 5 % where nothing differs', () => {
    const rng = createRng('looks')
    const looks = [0.25, 0.5, 1]
    const bounds = stoppingBounds(looks)
    const gaussian = (): number => normalQuantile(rng())
    let stopped = 0
    for (let study = 0; study < 4_000; study++) {
      let [score, share] = [0, 0]
      const crossed = looks.some((look, index) => {
        score += gaussian() * Math.sqrt(look - share)
        share = look
        return Math.abs(score) / Math.sqrt(look) > (bounds[index] ?? 0)
      })
      if (crossed) stopped++
    }
    // Four standard errors.
    expect(Math.abs(stopped / 4_000 - 0.05)).toBeLessThan(0.0138)
  })
})

describe('trialsPerArm()', () => {
  test('gives what R gives for its own example: 0.5 against 0.75 at 90 %', () => {
    expect(trialsPerArm(0.5, 0.75, { power: 0.9 })).toBeCloseTo(76.7, 1)
  })
})

describe('pairsNeeded()', () => {
  test('gives pairs of which pairedPower() says that they suffice', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.3, noNaN: true }),
        fc.double({ min: 0.31, max: 0.9, noNaN: true }),
        (difference, discordant) => {
          const pairs = pairsNeeded(difference, discordant, { power: 0.85 })
          expect(pairedPower(pairs, { difference, discordant })).toBeCloseTo(0.85, 9)
        },
      ),
    )
  })
})

describe('leastDifference()', () => {
  test('gives the first percent that so many pairs show, and none where they show none', () => {
    const found = leastDifference(200, 0.25)
    expect(found).toBe(0.1)
    expect(pairsNeeded(0.1, 0.25)).toBeLessThanOrEqual(200)
    expect(pairsNeeded(0.09, 0.25)).toBeGreaterThan(200)
    expect(leastDifference(4, 0.25)).toBeUndefined()
  })
})
