import { describe, expect, test } from 'vitest'
import { readExamples } from './read-examples.js'

const typesOf = (...values: readonly unknown[]): string => {
  const text = JSON.stringify(values.map((value) => ({ args: [], returns: value })))
  return readExamples(text, { file: 'x.json' }).signature.returns
}

describe('readExamples()', () => {
  test('infers a type from the values of all examples together', () => {
    expect(typesOf(1, -2)).toBe('number')
    expect(typesOf([], ['a'])).toBe('string[]')
    expect(typesOf([[], [1]], [])).toBe('number[][]')
  })

  test('infers a pair where arrays have two items that are not alike', () => {
    expect(typesOf(['a', 1], ['b', 2])).toBe('[string, number]')
    expect(typesOf([['a', true]], [])).toBe('[string, boolean][]')
    expect(typesOf([1, 2], [3, 4])).toBe('number[]')
  })

  test('names parameters by letters, and the function as asked', () => {
    const text = '[{ "args": [1, "x"], "returns": true }]'
    expect(readExamples(text, { file: 'x.json', name: 'g' })).toEqual({
      signature: {
        name: 'g',
        parameters: [
          { name: 'a', type: 'number' },
          { name: 'b', type: 'string' },
        ],
        returns: 'boolean',
      },
      examples: [{ args: [1, 'x'], returns: true }],
    })
  })
})
