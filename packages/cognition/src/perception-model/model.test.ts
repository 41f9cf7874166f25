import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readUtterances } from '../testing/internal/utterances.js'
import { perceiveLearned } from './model.js'
import { fitPerception, isJudged, perceptionReport } from './report.js'
import { fitCurve } from './train.js'
import { packedWeights } from './weights.js'

const utterances = readUtterances()

describe('fixtures/utterances', () => {
  test('holds at least 400 labelled requests, about half of them to judge', () => {
    expect(utterances.length).toBeGreaterThanOrEqual(400)
    expect(new Set(utterances.map(({ text }) => text)).size).toBe(utterances.length)
    expect(Math.abs(utterances.filter(isJudged).length / utterances.length - 0.5)).toBeLessThan(0.05)
  })

  test('has the checksums its README gives', () => {
    const folder = new URL('../../../../fixtures/utterances/', import.meta.url)
    const readme = readFileSync(new URL('README.md', folder), 'utf8')
    for (const name of ['source.txt', 'utterances.jsonl']) {
      const sum = createHash('sha256')
        .update(readFileSync(new URL(name, folder)))
        .digest('hex')
      expect(readme).toContain(`| \`${name}\` |`)
      expect(readme).toContain(sum)
    }
  })
})

describe('perceiveLearned()', () => {
  test('has the weights that training gives, bit for bit, and the report that they give', { timeout: 60_000 }, () => {
    expect(fitPerception(utterances).packed).toEqual(packedWeights)
    const published = readFileSync(new URL('../../../../docs/results/perception.md', import.meta.url), 'utf8')
    expect(perceptionReport(utterances)).toBe(published)
  })

  test('reads intent better than chance of the commonest on requests it was not fitted to', () => {
    const judged = utterances.filter(isJudged)
    const right = judged.filter(({ text, intent }) => perceiveLearned(text).intent === intent).length
    expect(right / judged.length).toBeGreaterThan(0.7)
  })

  test('gives probabilities for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { intents, ambiguity, risk } = perceiveLearned(text)
        expect(Object.values(intents).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
        for (const value of [ambiguity, risk]) expect(value >= 0 && value <= 1).toBe(true)
      }),
    )
  })
})

describe('fitCurve()', () => {
  test('finds the curve that outcomes were drawn from', () => {
    const pairs = Array.from({ length: 400 }, (_, index) => {
      const score = index / 200 - 1
      return [0, 1, 2, 3].map((place) => ({
        score,
        happened: (place + 0.5) / 4 < 1 / (1 + Math.exp(-(0.5 + 2 * score))),
      }))
    }).flat()
    const { offset, slope } = fitCurve(pairs)
    expect([offset, slope]).toEqual([expect.closeTo(0.5, 0), expect.closeTo(2, 0)])
  })
})
