import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pickProblems } from './pick-problems.js'
import { type Problem, starterOf } from './problem.js'

const signature = { name: 'f', parameters: [], returns: 'number' }
const all = Array.from(
  { length: 40 },
  (_, at): Problem => ({
    ...{ id: `p${at}`, tier: at % 3, title: '', tags: [], statement: '', signature, examples: [], tests: [] },
    ...{ split: at % 2 === 0 ? 'train' : 'test', starter: starterOf(signature), reference: undefined, mutants: [] },
  }),
)

describe('pickProblems()', () => {
  test('gives those of the tiers and the half, in their order', () => {
    const picked = pickProblems(all, { tiers: [0, 2], half: 'test', seed: 0 })
    expect(picked).toEqual(all.filter(({ tier, split }) => tier !== 1 && split === 'test'))
  })

  test('draws by the seed, and draws no other if it may draw more', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(30), fc.nat(30), (seed, limit, more) => {
        const few = pickProblems(all, { tiers: [0, 1], half: 'all', limit, seed })
        const many = pickProblems(all, { tiers: [0, 1], half: 'all', limit: limit + more, seed })
        expect(few).toHaveLength(Math.min(limit, 27))
        expect(many).toEqual(expect.arrayContaining(few))
        expect(few).toEqual(all.filter((problem) => few.includes(problem)))
      }),
    )
  })
})
