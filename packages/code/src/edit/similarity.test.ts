import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distance, numbersIn, plainMarks } from './similarity.js'

/** The definition, by a whole table. */
function slowDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, row) => [row, ...Array.from({ length: b.length }, () => 0)])
  for (let column = 0; column <= b.length; column++) (table[0] ?? [])[column] = column
  const cell = (row: number, column: number): number => table[row]?.[column] ?? 0
  for (let row = 1; row <= a.length; row++)
    for (let column = 1; column <= b.length; column++)
      (table[row] ?? [])[column] = Math.min(
        cell(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1),
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
      )
  return cell(a.length, b.length)
}

describe('distance()', () => {
  test('is what the whole table says, as far as its bound', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 14 })
    fc.assert(
      fc.property(text, text, fc.nat(16), (a, b, most) => {
        expect(distance(a, b, most)).toBe(Math.min(slowDistance(a, b), most + 1))
      }),
      { numRuns: 3_000 },
    )
  })
})

test('plainMarks() writes quotes, dashes, dots and blanks as a keyboard does', () => {
  expect(plainMarks('“a”\u00a0– ‘b’… \u200bc')).toBe(`"a" - 'b'... c`)
})

test('numbersIn() gives the numbers in order', () => expect(numbersIn('a1 b 20 c-3')).toBe('1 20 3'))
