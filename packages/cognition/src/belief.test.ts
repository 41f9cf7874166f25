import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Belief,
  classifyOutcome,
  estimateRate,
  expectedFreeEnergy,
  fadeBelief,
  foldBelief,
  forecastAnswer,
  lieChance,
  type OutcomeClass,
  rateMean,
  reliability,
  revise,
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

  test('follows a tool that breaks: at once in its forecast, by and by in its counts', () => {
    const trusted = after(times(500, 'ok'))
    expect(forecastAnswer(after(times(3, 'failed'), 100, trusted), 1_000)).toBeLessThan(0.1)
    expect(rateMean(reliability(after(times(64, 'failed'), 100, trusted)))).toBeLessThan(0.75)
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

describe('forecastAnswer()', () => {
  test('forgives an outage within minutes', () => {
    const down = after(times(4, 'unavailable'), 100, after(times(100, 'ok')))
    expect(forecastAnswer(down, 1_000)).toBeLessThan(0.1)
    expect(forecastAnswer(down, 1_000 + 20 * 60_000)).toBeGreaterThan(0.85)
  })
})

describe('lieChance()', () => {
  test('learns of one tool from itself, and of a new one from all', () => {
    const liar = after([...times(6, 'ok'), ...times(6, 'refuted')])
    expect(lieChance(liar, { held: 0, refuted: 0 })).toBeGreaterThan(0.4)
    expect(lieChance(unseenBelief, { held: 0, refuted: 0 })).toBeCloseTo(0.02, 6)
    expect(lieChance(unseenBelief, { held: 10, refuted: 10 })).toBeGreaterThan(0.2)
  })
})

describe('revise()', () => {
  test('moves blame from successes to refuted ones, and keeps their sum', () => {
    const { counts, held } = revise(after(times(5, 'ok')), { falseChance: 0.4 })
    const before = after(times(5, 'ok')).counts
    expect(counts.ok + counts.refuted).toBeCloseTo(before.ok, 9)
    expect([counts.refuted, held]).toEqual([0.4, 0.6])
  })
})

describe('expectedFreeEnergy()', () => {
  const terms = { works: 0.8, price: 1, curiosity: 0 }

  test('is the surprisal of success plus the logarithm of the price, in bits', () => {
    expect(expectedFreeEnergy(unseenBelief, { works: 0.25, price: 2, curiosity: 0 })).toBeCloseTo(3, 9)
  })

  test('orders as the expected price of a success does', () => {
    const energy = (works: number, price: number) => expectedFreeEnergy(unseenBelief, { works, price, curiosity: 0 })
    expect(energy(0.9, 3) - energy(0.3, 1)).toBeCloseTo(0, 9)
  })

  test('prefers the unknown to the equally good known once information counts', () => {
    const known: Belief = { ...unseenBelief, counts: { ...unseenBelief.counts, ok: 40, failed: 10 } }
    expect(expectedFreeEnergy(unseenBelief, terms)).toBeCloseTo(expectedFreeEnergy(known, terms), 9)
    const curious = { ...terms, curiosity: 1 }
    expect(expectedFreeEnergy(unseenBelief, curious)).toBeLessThan(expectedFreeEnergy(known, curious))
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
