import { expect, test } from 'vitest'
import { ratePerSecond, trustIn, valueNats } from './words.js'

test('valueNats() grows with what there is to say', () => {
  const sizes = [false, 0, 1, 100, 'salp', ['salp', 'salp']].map(valueNats)
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
})

test('trustIn() doubts what is as long as a list of the results', () => {
  const results = ['hello-world', 'salp', 'a-b-c']
  expect([14.8, 60, 200].map((cost) => trustIn(cost, results).trust)).toEqual(['good', 'fair', 'poor'])
  expect(trustIn(11.8, [2, 0, 0, 1]).trust).toBe('poor')
})

test('ratePerSecond() is silent until there is something to measure', () => {
  expect([ratePerSecond(9, 10), ratePerSecond(90_000, 100), ratePerSecond(2_400_000, 2_000)]).toEqual([
    ...['–', '900 k', '1.2 M'],
  ])
})
