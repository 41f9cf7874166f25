import { expect, test } from 'vitest'
import type { ProblemSummary } from '../api/contracts.js'
import { filterProblems, type ProblemFilter } from './filter.js'

const base = { tier: 0, split: 'test', tags: [], tried: 0, passed: 0, stuck: false } as const
const problems: ProblemSummary[] = [
  { ...base, id: 'add-lists', title: 'Add lists', tags: ['list'] },
  { ...base, id: 'is-even', title: 'Is even', tried: 2, passed: 1 },
  { ...base, id: 'lru-cache', title: 'LRU cache', tier: 3, tried: 5, stuck: true },
]
const everything: ProblemFilter = { text: '', tier: undefined, state: 'all' }

test.each([
  [{}, ['add-lists', 'is-even', 'lru-cache']],
  [{ text: 'LIST add' }, ['add-lists']],
  [{ tier: 3 }, ['lru-cache']],
  [{ state: 'solved' }, ['is-even']],
  [{ state: 'failed' }, ['lru-cache']],
  [{ state: 'stuck' }, ['lru-cache']],
  [{ state: 'untried' }, ['add-lists']],
  [{ tier: 3, state: 'untried' }, []],
] as const)('filterProblems() shows for %j', (change, ids) => {
  expect(filterProblems(problems, { ...everything, ...change }).map(({ id }) => id)).toEqual(ids)
})
