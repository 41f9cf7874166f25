import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitRatings, solveProbability } from './elo.js'

describe('solveProbability()', () => {
  test('is a half at equal ratings, and ten in eleven 400 above', () => {
    expect(solveProbability(1_500, 1_500)).toBe(0.5)
    expect(solveProbability(1_900, 1_500)).toBeCloseTo(10 / 11, 12)
  })
})

describe('fitRatings()', () => {
  test('finds the ratings that outcomes were drawn from', () => {
    const rng = createRng('ratings')
    const solvers = new Map([
      ['weak', 1_300],
      ['even', 1_500],
      ['strong', 1_700],
    ])
    const problems = new Map(Array.from({ length: 40 }, (_, index) => [`p${index}`, 1_200 + 15 * index]))
    const outcomes = Array.from({ length: 30 }, () =>
      [...solvers].flatMap(([solver, own]) =>
        [...problems].map(([problem, its]) => ({ solver, problem, passed: rng() < solveProbability(own, its) })),
      ),
    ).flat()
    const found = fitRatings(outcomes)
    for (const [solver, true_] of solvers) {
      const { rating, error } = found.solvers.get(solver) ?? { rating: 0, error: 0 }
      expect(error).toBeGreaterThan(3)
      expect(error).toBeLessThan(30)
      expect(Math.abs(rating - true_)).toBeLessThan(60)
    }
    const gap = (found.solvers.get('strong')?.rating ?? 0) - (found.solvers.get('weak')?.rating ?? 0)
    expect(gap).toBeGreaterThan(350)
    expect(gap).toBeLessThan(450)
  })

  test('does not ask in which order outcomes came, and keeps all of them finite', () => {
    const outcome = fc.record({
      solver: fc.constantFrom('a', 'b'),
      problem: fc.constantFrom('p', 'q', 'r'),
      passed: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
        const [once, again] = [fitRatings(outcomes), fitRatings(outcomes.toReversed())]
        for (const [name, { rating, error }] of [...once.solvers, ...once.problems]) {
          expect(Number.isFinite(rating) && error > 0).toBe(true)
          const other = again.solvers.get(name) ?? again.problems.get(name)
          expect(other?.rating).toBeCloseTo(rating, 3)
        }
      }),
    )
  })

  test('puts one win of a newcomer not far above the start', () => {
    const { solvers, problems } = fitRatings([{ solver: 'new', problem: 'only', passed: true }])
    const own = solvers.get('new')?.rating ?? 0
    expect(own).toBeGreaterThan(1_500)
    expect(own).toBeLessThan(1_700)
    expect(problems.get('only')?.rating).toBeCloseTo(3_000 - own, 6)
  })
})
