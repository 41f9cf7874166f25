import { describe, expect, test } from 'vitest'
import { findClaim, findRelations, relationForms } from './relations.js'

describe('findClaim()', () => {
  test.each([
    ['The deploy key rotates on Fridays', 'deploy key', 'day', 'fridays'],
    ['Kelva Moran moved to Lisbon', 'kelva moran', 'residence', 'lisbon'],
    ['Kelva now lives in Oslo', 'kelva', 'residence', 'oslo'],
    ["Kelva's phone number is 555 1234", 'kelva', 'phone', '555 1234'],
    ['The favourite drink of Kelva is mate', 'kelva', 'favourite', 'mate'],
    ['Priya took over the Torban module', 'torban', 'owner', 'priya'],
    ['Priya owns the Torban module', 'torban', 'owner', 'priya'],
    ['The Torban module was handed to Kofi', 'torban', 'owner', 'kofi'],
    ['The Torban plan went up to 12 euros', 'torban', 'price', '12 euros'],
    ['My favourite colour is green', 'speaker', 'favourite', 'green'],
    ['The Torban meeting was moved to Tuesdays', 'torban', 'day', 'tuesdays'],
    ['Kelva was hired by Acme', 'kelva', 'employer', 'acme'],
    ['Anna works at Acme Harbour and leads the tide project', 'anna', 'employer', 'acme harbour'],
    ['Anna works for Marks and Spencer', 'anna', 'employer', 'marks and spencer'],
    ['Then Kelva moved to Lisbon, where she runs a bakery', 'kelva', 'residence', 'lisbon'],
  ])('reads %j', (content, subject, attribute, value) => {
    expect(findClaim(content)).toEqual({ subject, attribute, value })
  })

  test.each([
    'She lives in Oslo',
    'Ann likes tea',
    'Where does Ann live?',
    'Torban is a module',
    'If Ann lives in Oslo',
  ])('reads nothing from %j', (content) => expect(findClaim(content)).toBeUndefined())
})

describe('findRelations()', () => {
  test('knows at least sixty ways to tell a relation', () => {
    expect(relationForms).toBeGreaterThanOrEqual(60)
  })

  test('reads one relation a sentence', () => {
    expect(findRelations('Acme was founded by Ada Lovelace. It failed. Ada likes green tea.')).toMatchObject([
      { subject: 'Acme', attribute: 'created by', value: 'Ada Lovelace', valence: 0.3 },
      { subject: 'Ada', attribute: 'likes', value: 'green tea', valence: 0.6 },
    ])
  })
})
