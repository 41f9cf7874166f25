import { expect, test } from 'vitest'
import { explanations } from './explanations.js'

test('explanations say of every number what it is, how it comes about, its range and what it steers', () => {
  for (const [key, { name, what, formula, range, steers }] of Object.entries(explanations)) {
    expect([key, [name, what, formula, range, steers].every((text) => text.length > 3)]).toEqual([key, true])
  }
})
