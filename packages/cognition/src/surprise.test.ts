import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Belief, foldBelief, type OutcomeClass, unseenBelief } from './belief.js'
import { foldSurprise, scoreSurprise, unsurprised } from './surprise.js'

const evidence = (outcome: OutcomeClass, latencyMs?: number) => ({ outcome, latencyMs, at: 0 })

/** A tool that succeeded `ok` times and failed `failed` times, without discount. */
const seen = (ok: number, failed: number): Belief => ({
  ...unseenBelief,
  counts: { ...unseenBelief.counts, ok, failed },
})

describe('scoreSurprise()', () => {
  test('is the negative log likelihood, weighted by the precision of the forecast', () => {
    // Beta(4, 1): chance of failure 0.2, variance 4/150, so the weight is 1 - 0.5 * (4/150) * 12 = 0.84.
    const { bits } = scoreSurprise(unseenBelief, evidence('failed'), unsurprised)
    expect(bits).toBeCloseTo(0.84 * Math.log2(5), 9)
  })

  test('makes the failure of a reliable tool a spike, that of a broken one none', () => {
    expect(scoreSurprise(seen(90, 0), evidence('failed'), { ...unsurprised, scaleBits: 2 }).spiked).toBe(true)
    expect(scoreSurprise(seen(0, 90), evidence('failed'), unsurprised).level).toBe(0)
    expect(scoreSurprise(seen(0, 90), evidence('ok'), unsurprised).level).toBeGreaterThan(0.5)
  })

  test('does not let a tool known to fail half the time surprise', () => {
    expect(scoreSurprise(seen(40, 43), evidence('failed'), unsurprised).level).toBeCloseTo(0, 1)
    expect(scoreSurprise(seen(40, 43), evidence('ok'), unsurprised).level).toBeCloseTo(0, 1)
  })

  test('adds the unlikelihood of the latency', () => {
    let belief = unseenBelief
    for (let call = 0; call < 50; call++) belief = foldBelief(belief, { outcome: 'ok', latencyMs: 100, at: 0 })
    const usual = scoreSurprise(belief, evidence('ok', 100), unsurprised)
    const late = scoreSurprise(belief, evidence('ok', 30_000), unsurprised)
    expect(usual.level).toBe(0)
    expect(late.spiked).toBe(true)
  })

  test('scores a denial 0', () => {
    expect(scoreSurprise(seen(90, 0), evidence('denied'), unsurprised).bits).toBe(0)
  })

  test('comes to its expectation on average when the forecast is right', () => {
    const belief = seen(71, 19)
    const rng = createRng('calibration')
    const works = 75 / 95
    let excess = 0
    for (let call = 0; call < 20_000; call++) {
      const { bits, expectedBits } = scoreSurprise(belief, evidence(rng() < works ? 'ok' : 'failed'), unsurprised)
      excess += (bits - expectedBits) / 20_000
    }
    expect(Math.abs(excess)).toBeLessThan(0.02)
  })

  test('is finite, with a level in [0, 1], for any belief and outcome', () => {
    const count = fc.double({ min: 0, max: 1e3, noNaN: true })
    fc.assert(
      fc.property(
        count,
        count,
        fc.constantFrom<OutcomeClass[]>('ok', 'failed', 'timeout', 'unavailable', 'invalid', 'denied'),
        fc.option(fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }), { nil: undefined }),
        (ok, failed, outcome, latencyMs) => {
          const { bits, expectedBits, level } = scoreSurprise(
            seen(ok, failed),
            evidence(outcome, latencyMs),
            unsurprised,
          )
          expect(bits).toBeGreaterThanOrEqual(0)
          expect(Number.isFinite(bits) && Number.isFinite(expectedBits)).toBe(true)
          expect(level).toBeGreaterThanOrEqual(0)
          expect(level).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})

describe('foldSurprise()', () => {
  test('brings the scale near the 90 % quantile of the excess', () => {
    const rng = createRng('quantile')
    let state = unsurprised
    let scales = 0
    for (let call = 0; call < 20_000; call++) {
      const bits = -2 * Math.log(1 - rng())
      state = foldSurprise(state, { bits, expectedBits: 0, level: 0.5, spiked: false })
      scales += state.scaleBits / 20_000
    }
    expect(scales).toBeCloseTo(-2 * Math.log(0.1), 0)
  })

  test('keeps the scale within [1.5, 6] and the means within [0, 1]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))),
        (scores) => {
          let state = unsurprised
          for (const [bits, level] of scores)
            state = foldSurprise(state, { bits, expectedBits: 1, level, spiked: false })
          expect(state.scaleBits).toBeGreaterThanOrEqual(1.5)
          expect(state.scaleBits).toBeLessThanOrEqual(6)
          expect(state.mean).toBeGreaterThanOrEqual(0)
          expect(state.mean).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})
