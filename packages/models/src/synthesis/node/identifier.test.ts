import { expect, test } from 'vitest'
import { isIdentifier } from './identifier.js'

test('isIdentifier() knows words that are taken, and what is no word', () => {
  expect(['a', '$x_1', 'values', 'of'].map(isIdentifier)).toEqual([true, true, true, true])
  expect(['', '1a', 'a b', 'await', 'yield', 'let', 'class', 'eval', 'a;b'].filter(isIdentifier)).toEqual([])
})
