import { expect, test } from 'vitest'
import * as ai from './ai/index.js'
import * as gym from './gym/index.js'
import * as root from './index.js'
import * as learned from './learned.js'

test('the entries export these values', () => {
  expect([root, ai, gym, learned].map((entry) => Object.keys(entry).sort())).toMatchInlineSnapshot()
})
