import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constantProduction, constantsFor } from './constants.js'
import { saidIn } from './said.js'

describe('saidIn()', () => {
  test.each<[string, (number | string)[]]>([
    ['Add seven and 40', [40, 7]],
    ['Rows of asterisks, joined by a colon', ['*', ':']],
    ['Write a time as "HH:MM"', [':']],
    ['Greet with "Hello, NAME!"', ['Hello, ', '!']],
    ['Nothing to see', []],
  ])('reads %s', (statement, wanted) => {
    expect(new Set(saidIn(statement))).toEqual(new Set(wanted))
  })

  test('reads any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(saidIn(text).every((value) => value !== '' && !Number.isNaN(value))).toBe(true)
      }),
    )
  })
})

describe('constantsFor()', () => {
  const signature = { name: 'f', parameters: [{ name: 'p', type: 'number' }], returns: 'number' }
  const examples = [
    { args: [77], returns: 7 },
    { args: [12], returns: 77 },
  ]

  test('tells what the statement says from what only examples suggest', () => {
    const production = (statement?: string): (string | undefined)[] =>
      constantsFor({ signature, examples, statement })
        .filter(({ value }) => value === 77)
        .map(constantProduction)
    expect([production(), production('Use 77')]).toEqual([['number drawn'], ['number said']])
  })
})
