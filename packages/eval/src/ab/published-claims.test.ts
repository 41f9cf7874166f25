import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { publishedClaims } from './published-claims.js'

test('publishedClaims() is what stands in the docs, byte for byte', () => {
  const path = new URL('../../../../docs/results/published-claims.md', import.meta.url)
  expect(publishedClaims()).toBe(readFileSync(path, 'utf8'))
})
