import { expect, test } from 'vitest'
import { parseSearchName, searchName } from './search-name.js'

test.each([
  { lesson: undefined, budget: 200_000, seed: 0, attempts: 1 },
  { lesson: '0a1b2c3d', budget: 1, seed: 42, attempts: 10 },
])('parseSearchName() reads what searchName() wrote: %j', (settings) => {
  expect(parseSearchName(searchName(settings))).toEqual(settings)
})

test('parseSearchName() reads no other name', () => {
  expect(parseSearchName('a model, budget 3, seed 0, answers 1')).toBeUndefined()
})
