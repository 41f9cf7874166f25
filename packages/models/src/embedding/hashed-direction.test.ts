import { expect, test } from 'vitest'
import { hashedDirection } from './hashed-direction.js'

test('hashedDirection() is the same everywhere', () => {
  expect(Array.from(hashedDirection('salp', 4), (value) => value.toFixed(4))).toMatchInlineSnapshot(`
    [
      "0.5501",
      "-0.6469",
      "-0.4848",
      "-0.2093",
    ]
  `)
})

test('hashedDirection() puts words at about right angles', () => {
  const words = Array.from({ length: 40 }, (_, index) => hashedDirection(`word ${index}`, 256))
  for (const [index, word] of words.entries()) {
    for (const other of words.slice(index + 1)) {
      expect(Math.abs(word.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0))).toBeLessThan(0.3)
    }
  }
})
