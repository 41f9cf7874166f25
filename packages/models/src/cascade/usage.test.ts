import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addUsage, availableAt, lastMinute, rollUsage, type SlotUsage, unused } from './usage.js'

const noon = Date.UTC(2026, 10, 21, 12)
const midnight = Date.UTC(2026, 10, 22)
const used = (...at: readonly number[]): SlotUsage =>
  at.reduce((usage, now) => addUsage(usage, { requests: 1, inputTokens: 10, outputTokens: 5 }, now), unused)

describe('availableAt()', () => {
  test('is now without limits', () => {
    expect(availableAt(used(noon), {}, noon)).toBe(noon)
  })

  test('waits until the oldest request of a full minute is a minute old', () => {
    expect(availableAt(used(noon - 50_000, noon - 10_000), { requestsPerMinute: 2 }, noon)).toBe(noon + 10_000)
  })

  test('waits until tokens have left the minute', () => {
    expect(availableAt(used(noon - 50_000, noon - 10_000), { tokensPerMinute: 20 }, noon)).toBe(noon + 10_000)
  })

  test('waits for midnight, UTC, when the day is used up', () => {
    expect(availableAt(used(noon), { requestsPerDay: 1 }, noon)).toBe(midnight)
    expect(availableAt(used(noon), { tokensPerDay: 15 }, noon)).toBe(midnight)
    expect(availableAt(rollUsage(used(noon), midnight), { requestsPerDay: 1 }, midnight)).toBe(midnight)
  })

  test('lets no more requests through in any minute than the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (gaps, limit) => {
          let now = noon
          let usage = unused
          const made: number[] = []
          for (const gap of gaps) {
            now += gap
            usage = rollUsage(usage, now)
            if (availableAt(usage, { requestsPerMinute: limit }, now) > now) continue
            usage = addUsage(usage, { requests: 1 }, now)
            made.push(now)
          }
          for (const start of made)
            expect(made.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(limit)
        },
      ),
      { seed: 5 },
    )
  })
})

describe('rollUsage()', () => {
  test('forgets the last minute and the last day, and keeps the total', () => {
    const usage = rollUsage(used(noon), midnight)
    expect(lastMinute(usage)).toEqual({ requests: 0, tokens: 0 })
    expect([usage.today.requests, usage.total.requests]).toEqual([0, 1])
  })
})
