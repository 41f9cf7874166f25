import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findAliases, findNames, nameCandidates, nameKey } from './names.js'

const keys = (text: string): string[] => findNames(text).map(({ key }) => key)

describe('findNames()', () => {
  test.each([
    ['Kelva Moran met the Duke of Wellington', ['kelva moran', 'duke of wellington']],
    ["Kelva's film Dune was shot in Los Angeles", ['kelva', 'dune', 'los angeles']],
    ['When did J. R. Smith join?', ['j r smith']],
    ['It rained on Monday, 3 May 2020', []],
    ['Where does Ångström live', ['angstrom']],
  ])('finds in %j', (text, names) => expect(keys(text)).toEqual(names))

  test('gives non-empty keys for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void expect(keys(text)).not.toContain('')))
  })
})

describe('nameKey()', () => {
  test('takes off marks, case, article and possessive', () => expect(nameKey("The Café's")).toBe('cafe'))
})

describe('nameCandidates()', () => {
  test('gives runs that start with a capital, longest first', () => {
    expect(nameCandidates('who leads Acme of Rome').slice(0, 2)).toEqual(['acme of rome', 'acme of'])
  })

  test('gives every run of a question without capitals', () => {
    expect(nameCandidates('who is kelva moran')).toContain('kelva moran')
  })
})

describe('findAliases()', () => {
  test.each([
    ['The World Health Organization (WHO) met', [{ name: 'world health organization', alias: 'who' }]],
    ['Kelva Moran, also known as Red Kel, sang', [{ name: 'kelva moran', alias: 'red kel' }]],
    ['Mark King (American) sang', []],
  ])('finds in %j', (text, aliases) => expect(findAliases(text)).toEqual(aliases))
})
