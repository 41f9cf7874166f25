import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Belief,
  classifyOutcome,
  estimateRate,
  expectedFreeEnergy,
  fadeBelief,
  foldBelief,
  type OutcomeClass,
  rateMean,
  reliability,
  timeLimitMs,
  unseenBelief,
  validity,
} from './belief.js'

const dayMs = 86_400_000

/** A belief after these outcomes at one moment, each after `latencyMs`. */
function after(outcomes: readonly OutcomeClass[], latencyMs = 100, from: Belief = unseenBelief): Belief {
  return outcomes.reduce((belief, outcome) => foldBelief(belief, { outcome, latencyMs, at: 1_000 }), from)
}

const times = (count: number, outcome: OutcomeClass): OutcomeClass[] => Array.from({ length: count }, () => outcome)

describe('classifyOutcome()', () => {
  test('tells whose fault an error is', () => {
    expect(classifyOutcome('error', 'unknown-tool')).toBe('invalid')
    expect(classifyOutcome('error', 'denied')).toBe('denied')
    expect(classifyOutcome('error', 'unavailable')).toBe('unavailable')
    expect(classifyOutcome('error', 'toString')).toBe('failed')
    expect(classifyOutcome('error')).toBe('failed')
    expect(classifyOutcome('error', 'cancelled')).toBeUndefined()
    expect(classifyOutcome('timeout', 'invalid')).toBe('timeout')
  })
})

describe('foldBelief()', () => {
  test('holds neither the model nor a person against the tool', () => {
    const blamed = after([...times(20, 'invalid'), ...times(20, 'denied')])
    expect(reliability(blamed)).toEqual(reliability(unseenBelief))
    expect(rateMean(validity(blamed))).toBeLessThan(0.65)
  })

  test('forgets by calls: after many the evidence stays below 93 calls', () => {
    const { counts } = after(times(5_000, 'ok'))
    expect(counts.ok).toBeGreaterThan(90)
    expect(counts.ok).toBeLessThan(93)
  })

  test('follows a tool that breaks within a half-life', () => {
    const broken = after(times(64, 'failed'), 100, after(times(500, 'ok')))
    expect(rateMean(reliability(broken))).toBeLessThan(0.55)
  })

  test('learns latency from successes and time-outs only', () => {
    expect(after(times(9, 'failed'), 60_000).latency.weight).toBe(0)
    expect(after(['timeout'], 60_000).latency.weight).toBe(1)
  })
})

describe('fadeBelief()', () => {
  test('halves the evidence in 14 days', () => {
    const belief = after(times(10, 'ok'))
    expect(fadeBelief(belief, 1_000 + 14 * dayMs).counts.ok).toBeCloseTo(belief.counts.ok / 2, 9)
  })

  test('fades nothing when the clock was set back', () => {
    const belief = after(times(10, 'ok'))
    expect(fadeBelief(belief, -5 * dayMs)).toBe(belief)
  })
})

describe('estimateRate()', () => {
  test('gives the mean within its 95 % interval', () => {
    expect(estimateRate({ successes: 4, failures: 1 })).toEqual({
      mean: 0.8,
      low: expect.closeTo(0.3976, 4),
      high: expect.closeTo(0.9937, 4),
    })
  })
})

describe('expectedFreeEnergy()', () => {
  test('prefers what works, and what is fast', () => {
    const [good, bad] = [after(times(30, 'ok')), after(times(30, 'failed'))]
    expect(expectedFreeEnergy(good, 0)).toBeLessThan(expectedFreeEnergy(bad, 0))
    expect(expectedFreeEnergy(good, 0)).toBeLessThan(expectedFreeEnergy(after(times(30, 'ok'), 20_000), 0))
  })

  test('prefers the unknown to the equally good known once information counts', () => {
    const known: Belief = { ...unseenBelief, counts: { ...unseenBelief.counts, ok: 40, failed: 10 } }
    expect(expectedFreeEnergy(unseenBelief, 0)).toBeCloseTo(expectedFreeEnergy(known, 0), 9)
    expect(expectedFreeEnergy(unseenBelief, 1)).toBeLessThan(expectedFreeEnergy(known, 1))
  })
})

describe('timeLimitMs()', () => {
  test('is the given limit for an unknown tool, scaled by patience', () => {
    expect(timeLimitMs(unseenBelief, 30_000, 1)).toBe(30_000)
    expect(timeLimitMs(unseenBelief, 30_000, 1.2)).toBe(36_000)
  })

  test('grows for a slow tool and shrinks for a quick one', () => {
    expect(timeLimitMs(after(times(50, 'ok'), 20_000), 30_000, 1)).toBeGreaterThan(40_000)
    expect(timeLimitMs(after(times(50, 'ok'), 5), 30_000, 1)).toBe(15_000)
  })

  test('grows with each time-out', () => {
    const once = after([...times(20, 'ok'), 'timeout'], 1_000)
    const twice = after(['timeout'], 30_000, once)
    expect(timeLimitMs(twice, 30_000, 1)).toBeGreaterThan(timeLimitMs(once, 30_000, 1))
  })

  test('stays from half to three times the given limit, whatever was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 100 }),
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (latencies, baseMs, factor) => {
          const belief = latencies.reduce((known, latencyMs) => after(['ok'], latencyMs, known), unseenBelief)
          const limit = timeLimitMs(belief, baseMs, factor)
          expect(limit).toBeGreaterThanOrEqual(Math.floor(baseMs / 2))
          expect(limit).toBeLessThanOrEqual(Math.ceil(3 * baseMs))
        },
      ),
    )
  })

  test.each([0, -1, Number.NaN, Infinity])('throws RangeError for %d ms', (baseMs) => {
    expect(() => timeLimitMs(unseenBelief, baseMs, 1)).toThrow(RangeError)
  })
})
