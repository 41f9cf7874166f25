import { recordingLogger, stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noon, openTables } from '../testing/internal/open-registry.js'
import { createAnalytics, type PaymentTotal, type Visit } from './analytics.js'
import { boundOf, latencyBounds, latencyQuantile } from './latency.js'

const hour = 3_600_000
const visit = { slug: 'a', challenged: false, limited: false, upstreamFailed: false } satisfies Visit

function open(ledger: readonly PaymentTotal[] = []) {
  const db = openTables()
  const clock = stoppedClock(noon)
  const log = recordingLogger()
  const payments = {
    totals: ({ from, until, slug }: { from: number; until: number; slug?: string | undefined }) =>
      ledger.filter((one) => one.at >= from && one.at < until && (slug === undefined || one.slug === slug)),
  }
  const analytics = createAnalytics({ db, clock, payments, log })
  const written = () => db.prepare<{ n: number }>('SELECT coalesce(sum(hits), 0) AS n FROM gateway_traffic').get()?.n
  return { db, clock, log, analytics, written, payments }
}
const all = { from: 0, until: noon + 100 * hour, per: 'range' } as const

describe('summary()', () => {
  test('adds up what was recorded, by the hour, the day and in all', async () => {
    const { analytics, clock } = open()
    analytics.record({ ...visit, challenged: true })
    analytics.record({ ...visit, upstreamMs: 4 })
    await clock.advance(hour)
    analytics.record({ ...visit, upstreamFailed: true, upstreamMs: 30_000 })
    analytics.record({ ...visit, slug: 'b', limited: true })
    await clock.advance(12 * hour)
    analytics.record({ ...visit, upstreamMs: 4 })
    const row = { challenges: 0, limited: 0, upstreamErrors: 0, payments: 0, refunds: 0, revenue: [] }
    expect(analytics.summary({ from: noon, until: noon + 2 * hour, per: 'hour' })).toEqual([
      { ...row, slug: 'a', at: noon, hits: 2, challenges: 1, p50Ms: 3.5, p95Ms: 4.85, lastAt: noon },
      {
        ...row,
        slug: 'a',
        at: noon + hour,
        hits: 1,
        upstreamErrors: 1,
        p50Ms: 35_000,
        p95Ms: 48_500,
        lastAt: noon + hour,
      },
      {
        ...row,
        slug: 'b',
        at: noon + hour,
        hits: 1,
        limited: 1,
        p50Ms: undefined,
        p95Ms: undefined,
        lastAt: noon + hour,
      },
    ])
    const counts = (query: Parameters<typeof analytics.summary>[0]) =>
      analytics.summary(query).map(({ slug, at, hits }) => [slug, at, hits])
    const midnight = noon - 12 * hour
    expect(counts({ ...all, per: 'day' })).toEqual([
      ['a', midnight, 3],
      ['b', midnight, 1],
      ['a', midnight + 24 * hour, 1],
    ])
    expect(counts({ ...all, slug: 'a' })).toEqual([['a', 0, 4]])
    expect(counts({ ...all, from: noon + hour + 1, until: noon + hour + 2 })).toEqual([
      ['a', noon + hour, 1],
      ['b', noon + hour, 1],
    ])
  })

  test('takes money from the ledger alone, exactly', () => {
    const big = 2n ** 200n
    const paid = { slug: 'a', payments: 1, refunds: 0, refunded: 0n }
    const { analytics } = open([
      { ...paid, at: noon, asset: 'usd', amount: big },
      { ...paid, at: noon + 1, asset: 'usd', amount: 1n },
      { ...paid, at: noon + 2, asset: 'eur', amount: 5n, refunds: 1, refunded: 5n },
      { ...paid, at: noon + hour, asset: 'usd', amount: 7n, payments: 7 },
    ])
    const rows = analytics.summary({ ...all, per: 'hour' })
    expect(rows.map(({ at, payments, refunds, revenue }) => [at, payments, refunds, revenue])).toEqual([
      [
        noon,
        3,
        1,
        [
          { asset: 'eur', amount: 5n, refunded: 5n },
          { asset: 'usd', amount: big + 1n, refunded: 0n },
        ],
      ],
      [noon + hour, 7, 0, [{ asset: 'usd', amount: 7n, refunded: 0n }]],
    ])
    expect(rows[0]?.hits).toBe(0)
  })

  test('counts for two that share a database', () => {
    const { analytics, db, clock, log, payments } = open()
    const other = createAnalytics({ db, clock, log, payments })
    for (const one of [analytics, other, analytics]) one.record({ ...visit, upstreamMs: 1 })
    other.close()
    expect(analytics.summary(all).map(({ hits, p50Ms }) => [hits, p50Ms])).toEqual([[3, 0.5]])
  })
})

describe('start()', () => {
  test('writes once a second, and close() writes the rest and stops', async () => {
    const { analytics, clock, written } = open()
    analytics.start()
    analytics.start()
    analytics.record(visit)
    await clock.advance(999)
    expect(written()).toBe(0)
    await clock.advance(1)
    expect(written()).toBe(1)
    analytics.record(visit)
    analytics.close()
    analytics.close()
    expect(written()).toBe(2)
    analytics.record(visit)
    await clock.advance(5_000)
    expect(written()).toBe(2)
  })

  test('keeps what it cannot write, says so, and writes it later', async () => {
    const { analytics, clock, written, db, log } = open()
    analytics.start()
    analytics.record(visit)
    db.exec('PRAGMA query_only = ON')
    await clock.advance(1_000)
    expect(log.lines.map(({ message }) => message)).toEqual(['Cannot write the counts of endpoints'])
    db.exec('PRAGMA query_only = OFF')
    await clock.advance(1_000)
    expect(written()).toBe(1)
    analytics.close()
  })
})

describe('latencyQuantile()', () => {
  test('is within the bucket of the true quantile', () => {
    const durations = fc.array(fc.double({ min: 0, max: 99_999, noNaN: true }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 1), (values, quantile) => {
        const counts = new Map<number, number>()
        for (const value of values) counts.set(boundOf(value), (counts.get(boundOf(value)) ?? 0) + 1)
        const sorted = values.toSorted((a, b) => a - b)
        const bound = boundOf(sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0)
        const lower = latencyBounds[latencyBounds.indexOf(bound) - 1] ?? 0
        const estimate = latencyQuantile(counts, quantile) ?? Number.NaN
        expect(estimate).toBeGreaterThanOrEqual(lower)
        expect(estimate).toBeLessThanOrEqual(bound)
      }),
    )
  })

  test('knows nothing of none, and the least of the longest', () => {
    expect(latencyQuantile(new Map(), 0.5)).toBeUndefined()
    expect(latencyQuantile(new Map([[boundOf(1e9), 3]]), 0.5)).toBe(100_000)
  })
})
