import { describe, expect, test } from 'vitest'
import { bestMatches, matchScore } from './match.js'

describe('matchScore()', () => {
  test('asks for every letter, in order', () => {
    expect(matchScore('mno', 'Open Memory')).toBeUndefined()
    expect(matchScore('om', 'Open Memory')).toBeGreaterThan(0)
  })

  test('fits anything when nothing is typed', () => {
    expect(matchScore(' ', 'Open Memory')).toBe(0)
  })
})

describe('bestMatches()', () => {
  test('puts the openings of words first', () => {
    const names = ['Freedom', 'Open Memory', 'Open Mind']
    expect(bestMatches('om', names, String)).toEqual(['Open Memory', 'Open Mind', 'Freedom'])
  })

  test('keeps the order of equals', () => {
    expect(bestMatches('', ['b', 'a'], String)).toEqual(['b', 'a'])
  })
})
