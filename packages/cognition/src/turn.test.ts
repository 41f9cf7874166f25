import { describe, expect, test } from 'vitest'
import type { OutcomeClass } from './belief.js'
import { perceive } from './perception.js'
import { allowedCalls, countCall, decideStop, startTurn, type Turn, useOf } from './turn.js'

const start = { turnId: 't', sessionId: 's', perception: perceive('list the files'), toolBudget: 10 }
const fresh = startTurn(start, 0)
const stopOf = (turn: Turn, { nowMs = 0, toolShare = 1, serotonin = 1 } = {}) =>
  decideStop(turn, useOf(turn, nowMs), toolShare, serotonin)

describe('startTurn()', () => {
  test.each([
    { toolBudget: 0 },
    { toolBudget: Infinity },
    { tokenBudget: Number.NaN },
    { wallClockMs: -1 },
    { costBudgetUsd: 0 },
  ])('throws RangeError for %o', (budget) => expect(() => startTurn({ ...start, ...budget }, 0)).toThrow(RangeError))
})

describe('countCall()', () => {
  test('counts failures, denials, and how unlikely they were', () => {
    const call = (turn: Turn, outcome: OutcomeClass) =>
      countCall(turn, { tool: 'a', outcome, checked: false, forecast: 0.5 })
    expect(call(call(fresh, 'invalid'), 'denied')).toMatchObject({ calls: 2, failures: 1, denials: 1, likelihood: 1 })
    expect(call(call(fresh, 'failed'), 'failed')).toMatchObject({ failures: 2, likelihood: 0.25 })
    expect(call(call(fresh, 'denied'), 'ok')).toMatchObject({ calls: 2, failures: 0, denials: 0, trusted: ['a'] })
  })
})

describe('allowedCalls()', () => {
  test('shares out what was left when the regime began, and at least one call', () => {
    expect(allowedCalls({ ...fresh, callsAtRegime: 4 }, 1)).toBe(10)
    expect(allowedCalls({ ...fresh, callsAtRegime: 4 }, 0.5)).toBe(7)
    expect(allowedCalls({ ...fresh, callsAtRegime: 9 }, 0.5)).toBe(10)
  })
})

describe('decideStop()', () => {
  test('is nothing while there is budget and hope', () => {
    expect(stopOf({ ...fresh, calls: 9, failures: 11 })).toBeUndefined()
  })

  test.each([
    [{ calls: 10 }, 'calls', 'The turn used its 10 tool calls'],
    [{ limits: { calls: 10, tokens: 500 }, tokens: 500 }, 'tokens', 'The turn used its 500 tokens'],
    [{ limits: { calls: 10, costUsd: 0.5 }, costUsd: 0.7 }, 'cost', 'The turn used its 0.5 US dollars'],
    [{ failures: 12 }, 'failures', 'The last 12 calls failed in a row'],
    [{ denials: 3 }, 'denials', 'The last 3 calls were denied'],
  ])('stops for %o', (change, cause, reason) => {
    expect(stopOf({ ...fresh, ...change })).toEqual({ cause, reason })
  })

  test('does not count time spent waiting for a person', () => {
    const turn = { ...fresh, limits: { calls: 10, timeMs: 60_000 } }
    expect(stopOf(turn, { nowMs: 60_000 })).toEqual({ cause: 'time', reason: 'The turn used its 60 seconds' })
    expect(stopOf({ ...turn, waitedMs: 59_000 }, { nowMs: 118_000 })).toBeUndefined()
  })

  test('stops sooner in a wary regime and without patience', () => {
    expect(stopOf({ ...fresh, calls: 5 }, { toolShare: 0.5 })?.cause).toBe('calls')
    expect(stopOf({ ...fresh, failures: 6 }, { serotonin: 0.1 })?.cause).toBe('failures')
  })
})
