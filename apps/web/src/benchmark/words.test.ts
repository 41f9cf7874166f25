import { expect, test } from 'vitest'
import { lettersOf, rateText, setWords, solverWords } from './words.js'

test('solverWords() tells how the synthesizer searched, and leaves other names as they are', () => {
  expect(
    [
      'synthesizer-untrained, budget 200000, seed 0, answers 1',
      'synthesizer 0a1b2c3d, budget 20, seed 3, answers 2',
      'a model',
    ].map(solverWords),
  ).toEqual([
    { who: 'Unlearned', how: '200,000 candidates, seed 0' },
    { who: 'Learnt 0a1b2c3d', how: '20 candidates, seed 3, 2 answers' },
    { who: 'a model', how: '' },
  ])
})

test('lettersOf() has a letter for each problem of the plan', () => {
  const outcome = { tier: 0, reason: '', solveMs: 0, candidates: 0 }
  const outcomes = [
    { ...outcome, problem: 'b', status: 'judged', verdict: 'pass' },
    { ...outcome, problem: 'c', status: 'unavailable' },
    { ...outcome, problem: 'd', status: 'judged' },
  ] as const
  expect(lettersOf(['a', 'b', 'c', 'd'], outcomes)).toBe('.puf')
})

test('setWords() names the tiers', () => {
  const rate = { estimate: null, low: 0, high: 1 }
  const tier = (number: number) => ({ tier: number, problems: 1, unavailable: 0, passAt1: rate })
  const words = (recorded: number, ...tiers: number[]) =>
    setWords({ planned: 9, recorded, report: { k: 1, all: tier(0), tiers: tiers.map(tier) } })
  expect([words(3, 0), words(9, 0), words(9, 0, 1, 4)]).toEqual([
    '9 problems',
    'Tier 0, 9 problems',
    'Tiers 0, 1 and 4, 9 problems',
  ])
  expect(rateText(rate)).toBe('–')
})
