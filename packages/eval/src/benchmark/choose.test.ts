import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseProblems, partitionProblems, stuckProblems } from './choose.js'

const outcomes = (text: string, problem = 'p', solver = 's') =>
  [...text].map((mark) => ({ solver, problem, passed: mark === '+' }))

describe('stuckProblems()', () => {
  test('lists what failed five times in a row, for that solver, with no success since', () => {
    const all = [
      ...outcomes('-----', 'stuck'),
      ...outcomes('----', 'nearly'),
      ...outcomes('-----+', 'solved'),
      ...outcomes('+-----', 'again'),
      ...outcomes('-----', 'others', 'other'),
    ]
    expect([...stuckProblems(all, 's')].sort()).toEqual(['again', 'stuck'])
  })
})

describe('chooseProblems()', () => {
  const problems = Array.from({ length: 40 }, (_, index) => ({ id: `p${index}` }))

  test('gives as many as asked, in their order, the same for the same seed', () => {
    const choose = (seed: string) =>
      chooseProblems(problems, { count: 7, rng: createRng(seed), solver: 's', outcomes: [] })
    expect(choose('a')).toHaveLength(7)
    expect(choose('a')).toEqual(choose('a'))
    expect(choose('a')).not.toEqual(choose('b'))
    expect(problems.filter((problem) => choose('a').includes(problem))).toEqual(choose('a'))
    expect(chooseProblems(problems, { count: 99, rng: createRng('a'), solver: 's', outcomes: [] })).toEqual(problems)
  })

  test('tries what is stuck or long solved less often than what is open', () => {
    const known = [
      ...outcomes('-'.repeat(20), 'p0'),
      ...outcomes('+'.repeat(20), 'p1'),
      ...outcomes('+-'.repeat(10), 'p2'),
    ]
    const chosen = { p0: 0, p1: 0, p2: 0 }
    for (let seed = 0; seed < 300; seed++)
      for (const { id } of chooseProblems(problems, { count: 8, rng: createRng(seed), solver: 's', outcomes: known }))
        if (id === 'p0' || id === 'p1' || id === 'p2') chosen[id]++
    expect(chosen.p0).toBeLessThan(chosen.p1)
    expect(chosen.p1).toBeLessThan(chosen.p2 / 2)
  })
})

describe('partitionProblems()', () => {
  test('deals each problem to one agent, each tier evenly, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 7 }),
        fc.uniqueArray(fc.record({ id: fc.uuid(), tier: fc.nat(6) }), { selector: ({ id }) => id, maxLength: 60 }),
        (agents, problems) => {
          const dealt = partitionProblems(problems, agents)
          expect([...dealt.keys()].sort()).toEqual([...agents].sort())
          expect([...dealt.values()].flat().sort()).toEqual(problems.map(({ id }) => id).sort())
          expect(partitionProblems(problems.toReversed(), agents.toReversed())).toEqual(dealt)
          for (const tier of new Set(problems.map((problem) => problem.tier))) {
            const own = new Set(problems.filter((problem) => problem.tier === tier).map(({ id }) => id))
            const shares = [...dealt.values()].map((ids) => ids.filter((id) => own.has(id)).length)
            expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
          }
        },
      ),
    )
  })

  test('throws RangeError for no agents, or two of one name', () => {
    expect(() => partitionProblems([], [])).toThrow(RangeError)
    expect(() => partitionProblems([], ['a', 'a'])).toThrow(RangeError)
  })
})
