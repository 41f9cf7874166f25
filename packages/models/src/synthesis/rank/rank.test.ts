import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Expression } from '../language/expression.js'
import { type Marks, markNames, marksOf } from './marks.js'
import { learnRanker, mergeRankers, ranked, scoreOf, unlearnedRanker } from './ranker.js'

const list: Expression = { kind: 'input', type: 'number[]', index: 0 }
const call = (name: string, ...parts: readonly Expression[]): Expression => ({
  kind: 'call',
  type: 'number[]',
  name,
  arguments: parts,
})
const asked = {
  signature: { name: 'f', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
  statement: 'Sort the numbers',
  examples: [
    { args: [[1, 2, 3]], returns: [1, 2, 3] },
    { args: [[4, 9]], returns: [4, 9] },
  ],
}
const options = { fragments: new Map(), seed: 0 }
const mark = (marks: Marks | undefined, name: (typeof markNames)[number]): number | undefined =>
  marks?.[markNames.indexOf(name)]

describe('marksOf()', () => {
  const fitting = [
    { program: list, cost: 2 },
    { program: call('sort', list), cost: 3 },
    { program: call('sort', call('reverse', list)), cost: 3 + Math.log(3) },
  ]
  const [same, sorted, longer] = marksOf(fitting, asked, options)

  test('gives a number for each name', () => {
    for (const marks of [same, sorted, longer]) {
      expect(marks?.length).toBe(markNames.length)
      expect(marks?.every(Number.isFinite)).toBe(true)
    }
  })

  test('counts how much likelier all programs are that do the same', () => {
    expect(mark(same, 'agreement')).toBeCloseTo(0, 12)
    expect(mark(sorted, 'agreement')).toBeCloseTo(Math.log(4 / 3), 12)
    expect(mark(longer, 'agreement')).toBeCloseTo(Math.log(4), 12)
  })

  test('holds against a program that a word stands for nothing in it', () => {
    const name = 'words that nothing stands for'
    expect(mark(same, name)).toBeGreaterThan(mark(sorted, name) ?? 0)
  })
})

describe('learnRanker()', () => {
  const marks = (cost: number, size: number): Marks =>
    markNames.map((name) => (name === 'cost' ? cost : name === 'size' ? size : 0))
  // What is right is longer each time, and costs more.
  const rankings = [1, 2, 3, 4].map((more) => ({
    marks: [marks(5, 2), marks(5 + more / 10, 9)],
    right: [false, true],
  }))

  test('learns what tells right programs from wrong ones', () => {
    const ranker = learnRanker(rankings)
    expect(ranker.size).toBeLessThan(0)
    for (const { marks: both } of rankings) {
      const [wrong = 0, right = 0] = both.map((one) => scoreOf(ranker, one))
      expect(right).toBeLessThan(wrong)
    }
    expect(learnRanker(rankings)).toEqual(ranker)
  })

  test('learns nothing where nothing is to be told apart', () => {
    expect(learnRanker([{ marks: [marks(1, 1), marks(2, 2)], right: [true, true] }])).toEqual(unlearnedRanker)
  })

  test('gives finite weights whatever the marks', () => {
    const anyMarks = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: markNames.length,
      maxLength: markNames.length,
    })
    fc.assert(
      fc.property(anyMarks, anyMarks, (one, other) => {
        const ranker = learnRanker([{ marks: [one, other], right: [true, false] }], { steps: 20 })
        expect(Object.values(ranker).every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('scoreOf()', () => {
  test('rises with every mark whose weight is above 0', () => {
    fc.assert(
      fc.property(fc.constantFrom('cost', 'size'), fc.integer({ min: 1, max: 50 }), (name, more) => {
        const ranker = { ...unlearnedRanker, size: 3 }
        const base = markNames.map(() => 1)
        expect(scoreOf(ranker, base.with(markNames.indexOf(name), 1 + more))).toBeGreaterThan(scoreOf(ranker, base))
      }),
    )
  })
})

describe('mergeRankers()', () => {
  test('averages weights', () => {
    expect(mergeRankers([unlearnedRanker, { ...unlearnedRanker, size: 3 }])).toEqual({ ...unlearnedRanker, size: 1.5 })
    expect(mergeRankers([])).toBeUndefined()
  })
})

describe('ranked()', () => {
  test('puts the cheapest first as long as nothing was learnt', () => {
    const fitting = [7, 3, 5].map((cost) => ({ program: list, cost }))
    expect(ranked(unlearnedRanker, fitting, asked, options).map(({ cost }) => cost)).toEqual([3, 5, 7])
  })
})
