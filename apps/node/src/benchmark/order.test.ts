import { expect, test } from 'vitest'
import { parseSolverName, solverName } from './order.js'

test.each([
  { lesson: undefined, budget: 200_000, seed: 0, attempts: 1 },
  { lesson: '0a1b2c3d', budget: 1, seed: 42, attempts: 10 },
])('parseSolverName() reads what solverName() wrote: %j', (settings) => {
  expect(parseSolverName(solverName(settings))).toEqual(settings)
})

test('parseSolverName() reads no other name', () => {
  expect(parseSolverName('a model, budget 3, seed 0, answers 1')).toBeUndefined()
})
