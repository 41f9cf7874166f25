import { SalpError } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MemoryInput, maxContentBytes, parseInput } from './record.js'
import { said } from './testing/internal/open.js'

const codeOf = (input: unknown): string => {
  try {
    parseInput(input as MemoryInput)
    return 'accepted'
  } catch (error) {
    return SalpError.is(error) ? error.code : String(error)
  }
}

describe('parseInput()', () => {
  test('trims, and replaces lone surrogates and NUL', () => {
    expect(parseInput(said(' key \ud800\0 ')).content).toBe('key \ufffd\ufffd')
  })

  test('refuses a record of a megabyte and says how large one may be', () => {
    expect(() => parseInput(said('x'.repeat(1_048_576)))).toThrow(
      'Cannot use the input: content has 1048576 bytes, the most is 65536. Remember a summary, or one fact at a time',
    )
    expect(codeOf(said('é'.repeat(maxContentBytes / 2)))).toBe('accepted')
    expect(codeOf(said(`é${'é'.repeat(maxContentBytes / 2)}`))).toBe('memory/too-large')
  })

  test.each([
    ['blank content', said(' \n')],
    ['no source', { content: 'x' }],
    ['an unknown author', { content: 'x', source: { author: 'nobody' } }],
    ['a field that does not exist', { ...said('x'), subject: 'y' }],
    ['an interval that ends before it starts', said('x', { validFrom: 2, validUntil: 1 })],
    ['confidence above one', said('x', { confidence: 1.1 })],
    ['a moment no calendar has', said('x', { expiresAt: 9e15 })],
    ['nothing', undefined],
  ])('refuses %s', (_, input) => expect(codeOf(input)).toBe('memory/input'))

  test('never tells the value it refuses', () => {
    expect(() => parseInput(said('x', { tags: ['secret'.repeat(100)] }))).toThrow(/^(?!.*secret).*tags\.0/)
  })

  test('throws nothing but MemoryInputError', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        (input) => void expect(codeOf(input)).toMatch(/^(?:accepted|memory\/(?:input|too-large))$/),
      ),
    )
  })
})
