import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuery, toMatch } from './query.js'
import { openMemory } from './testing/internal/open.js'

const asked = (text: string): string[] => parseQuery(text).map(({ word }) => word)

describe('parseQuery()', () => {
  test('keeps what is looked for', () => {
    expect(asked('Do you remember when the deploy key rotates?')).toEqual(['deploy', 'key', 'rotates'])
  })

  test('keeps words of asking where nothing else is asked', () =>
    expect(asked('What do you remember?')).toEqual(['remember']))

  test('keeps each stem once', () => expect(asked('rotate, rotates, rotating')).toEqual(['rotate']))

  test('finds nothing to look for in words of grammar', () => expect(asked('who are you?')).toEqual([]))

  test('knows names and identifiers', () => {
    expect(parseQuery('Does Ana call getUserName?').map(({ word, name, parts }) => [word, name, parts])).toEqual([
      ['ana', true, []],
      ['call', false, []],
      ['getusername', true, ['get', 'user', 'name']],
    ])
  })

  test('pairs unspaced letters, and looks for one alone as the start of a pair', () => {
    expect(asked('数据库')).toEqual(['数据', '据库'])
    expect(parseQuery('钥')).toMatchObject([{ word: '钥', prefix: true }])
  })
})

describe('toMatch()', () => {
  test('quotes every word and scopes to a namespace', () => {
    expect(toMatch(parseQuery('getUser AND NEAR(key)'), 'n3')).toMatchInlineSnapshot(
      `"scope : "n3" AND ("getuser" OR ("get" AND "user") OR "near" OR "key")"`,
    )
  })

  test('makes a query SQLite accepts of any text', () => {
    const { db } = openMemory()
    const match = db.prepare('SELECT rowid FROM memory_text WHERE memory_text MATCH ?')
    const operators = fc.constantFrom(
      '"',
      "'",
      '*',
      '(',
      ')',
      'NEAR',
      'AND',
      'OR',
      'NOT',
      '^',
      ':',
      '-',
      '+',
      '{',
      '\0',
      '\ud800',
      '钥',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(operators, fc.string())).map((parts) => parts.join(' ')),
    )
    fc.assert(
      fc.property(text, (query) => {
        const terms = parseQuery(query)
        if (terms.length > 0) match.all(toMatch(terms, 'n1'))
      }),
      { numRuns: 1_000 },
    )
  })
})
