import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHistory, parseHistory } from './history.js'

test('parseHistory() reads back what formatHistory() wrote', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 50 }), (lines) => {
      expect(parseHistory(formatHistory(lines))).toEqual(lines)
    }),
  )
})

test('parseHistory() passes over lines that are none', () => {
  expect(parseHistory('"old"\n{broken\n3\n\n"new"\n')).toEqual(['new', 'old'])
})

test('formatHistory() keeps the newest 500', () => {
  const lines = Array.from({ length: 600 }, (_, index) => `line ${index}`)
  expect(parseHistory(formatHistory(lines))).toEqual(lines.slice(0, 500))
})
