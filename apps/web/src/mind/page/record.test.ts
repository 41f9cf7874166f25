import type { AgentEvent } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { bitsOf, calibrate, joinRecord, type ObservedCall, regimeSpans } from './record.js'

const call = (sequence: number, data: Partial<ObservedCall['data']> = {}): ObservedCall => ({
  ...{ name: 'call:observed', sequence, at: sequence, sessionId: 's', turnId: 't' },
  data: {
    ...{ callId: `c${sequence}`, tool: 'look', rank: 1, outcome: 'ok', checked: false, waitedMs: 0, situation: 'code' },
    ...{ forecast: 0.75, answered: true, bits: 0, expectedBits: 0, level: 0, spiked: false, regime: 'balanced' },
    ...{ doubt: 0.2, modulators: { dopamine: 1, noradrenaline: 1, serotonin: 1 } },
    ...data,
  },
})

describe('joinRecord()', () => {
  test('counts an event that was loaded and told once, and sorts kinds apart', () => {
    const undone: AgentEvent = {
      ...{ name: 'batch:undone', sequence: 4, at: 4, sessionId: 's', turnId: 't' },
      data: { calls: [], reason: 'a call failed' },
    }
    const { calls, batches, regimes } = joinRecord([call(1), call(2)], [call(2), call(3), undone])
    expect([calls.map(({ sequence }) => sequence), batches, regimes]).toEqual([[1, 2, 3], [undone], []])
  })
})

describe('bitsOf()', () => {
  test('is what the substrate made of it, else what the forecast makes of it', () => {
    expect(bitsOf(call(1, { bits: 1.5 }))).toBe(1.5)
    expect(bitsOf(call(1))).toBeCloseTo(0.415, 3)
    expect(bitsOf(call(1, { answered: false }))).toBe(2)
    expect(bitsOf({ ...call(1), data: { ...call(1).data, answered: undefined } })).toBe(0)
  })
})

describe('regimeSpans()', () => {
  test('joins neighbours', () => {
    const spans = regimeSpans([call(1), call(2), call(3, { regime: 'explore' }), call(4)])
    expect(spans.map(({ regime, calls, from }) => [regime, calls, from])).toEqual([
      ['balanced', 2, 1],
      ['explore', 1, 3],
      ['balanced', 1, 4],
    ])
  })
})

describe('calibrate()', () => {
  test('scores the calls that say something of their tool, against the base rate', () => {
    const calls = [call(1), call(2, { answered: false }), call(3, { answered: undefined, outcome: 'invalid' })]
    expect(calibrate(calls)).toMatchObject({
      calls: 2,
      brier: 0.3125,
      baseBrier: 0.25,
      bins: [{ stated: 0.75, came: 0.5, count: 2 }],
    })
  })

  test('is nothing without any', () => {
    expect(calibrate([])).toBeUndefined()
  })
})
