import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuery } from './query.js'
import { coverage, fade, freshnessHalfLifeMs, matchTerms, quality, termWeight } from './relevance.js'
import { stem } from './stem.js'
import { fold } from './words.js'

const plain = { name: false }

describe('termWeight()', () => {
  test('falls with frequency, and hardly in a small store', () => {
    expect(termWeight(plain, 1, 100_000)).toBeGreaterThan(termWeight(plain, 1_000, 100_000) * 3)
    expect(termWeight(plain, 0, 2) / termWeight(plain, 2, 2)).toBeLessThan(1.3)
  })

  test('counts a name twice', () => expect(termWeight({ name: true }, 5, 50)).toBe(2 * termWeight(plain, 5, 50)))
})

describe('matchTerms()', () => {
  test('matches by stem, by identifier parts and by the start of a pair', () => {
    expect(matchTerms(parseQuery('rotation getUserName Fridays'), 'get the user name; rotates')).toEqual([
      true,
      true,
      false,
    ])
    expect(matchTerms(parseQuery('钥'), '密钥 密钥 钥')).toEqual([true])
  })

  test('matches whatever has the same stem', () => {
    const word = fc.string({ unit: fc.constantFrom(...'aeiysdgntl'), minLength: 1, maxLength: 6 })
    const ending = fc.constantFrom('', 's', 'ies', 'ing', 'ed', 'y', 'ational', 'é')
    fc.assert(
      fc.property(word, ending, word, ending, (one, end, other, otherEnd) => {
        const [asked, text] = [`${one}${end}`, `${other}${otherEnd}`]
        const term = { word: asked, stem: stem(fold(asked)), parts: [], prefix: false, name: false }
        expect(matchTerms([term], text)).toEqual([term.stem === stem(fold(text))])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('coverage()', () => {
  test('is the share of weight that was matched', () => expect(coverage([3, 1], [true, false])).toBe(0.75))

  test('asks for no more than the eight heaviest terms', () => {
    expect(coverage(Array(20).fill(1), [...Array(8).fill(true), ...Array(12).fill(false)])).toBe(1)
  })

  test('is 0 when nothing was asked', () => expect(coverage([], [])).toBe(0))
})

describe('fade()', () => {
  test('halves with each half-life', () => expect(fade(2 * freshnessHalfLifeMs)).toBe(0.25))

  test('is closed-form: fading in two steps is fading once', () => {
    const age = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(fc.property(age, age, (a, b) => void expect(fade(a) * fade(b)).toBeCloseTo(fade(a + b), 12)))
  })

  test('takes a record from the future for a new one', () => expect(fade(-1)).toBe(1))
})

describe('quality()', () => {
  const sure = { freshness: 1, confidence: 1 }

  test('is 1 for the newest, surest and verified', () => expect(quality(sure, 'verified')).toBe(1))

  test('never falls below 0.85', () => expect(quality({ freshness: 0, confidence: 0 }, 'inferred')).toBe(0.85))
})
