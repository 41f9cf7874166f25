import type { AnalyticsRow } from '@salp/gateway'
import { describe, expect, test } from 'vitest'
import { amountWriter, queryOf, spans, sumUp, toSlots } from './series.js'

const hour = 3_600_000
const now = Date.UTC(2026, 10, 21, 12, 34)
const [day, week] = spans

function row(slug: string, at: number, part: Partial<AnalyticsRow> = {}): AnalyticsRow {
  const counts = { hits: 1, challenges: 0, limited: 0, upstreamErrors: 0, payments: 0, refunds: 0 }
  return { slug, at, ...counts, revenue: [], ...part }
}

describe('queryOf()', () => {
  test('ends with the hour or day that runs', () => {
    expect(queryOf(day, now)).toEqual({ from: Date.UTC(2026, 10, 20, 13), until: now, per: 'hour' })
    expect(queryOf(week, now)).toEqual({ from: Date.UTC(2026, 10, 15), until: now, per: 'day' })
  })
})

describe('toSlots()', () => {
  test.each(spans)('makes one slot for each step of $id, also at the turn of an hour', (span) => {
    for (const at of [now, Date.UTC(2026, 10, 21)])
      expect(toSlots([], queryOf(span, at)).map(({ hits }) => hits)).toEqual(Array(span.slots).fill(0))
  })

  test('adds up endpoints, exactly, and keeps the slowest', () => {
    const at = Date.UTC(2026, 10, 21, 12)
    const big = String(2n ** 60n + 1n)
    const slots = toSlots(
      [
        row('a', at, { p50Ms: 5, p95Ms: 20, revenue: [{ asset: 'x', amount: big, refunded: '0' }] }),
        row('b', at, { hits: 2, p95Ms: 30, revenue: [{ asset: 'x', amount: big, refunded: '3' }] }),
        row('a', at - hour),
      ],
      queryOf(day, now),
    )
    expect(slots.at(-1)).toMatchObject({ at, hits: 3, p50Ms: 5, p95Ms: 30 })
    expect(slots.at(-1)?.revenue).toEqual(new Map([['x', { amount: 2n ** 61n + 2n, refunded: 3n }]]))
    expect(slots.at(-2)).toMatchObject({ at: at - hour, hits: 1, p50Ms: undefined })
  })
})

describe('sumUp()', () => {
  test('sums slots as it sums rows', () => {
    const rows = [1, 2, 3].map((hits) =>
      row('a', now, { hits, revenue: [{ asset: 'x', amount: '10', refunded: '1' }] }),
    )
    const slots = rows.map((one) => sumUp(now, [one]))
    expect(sumUp(now, slots)).toEqual(sumUp(now, rows))
  })
})

describe('amountWriter()', () => {
  const asset = `0x20C0${'0'.repeat(36)}`
  const tokens = [{ symbol: 'pathUSD', asset, decimals: 6, scheme: 'tempo-tip20' }]

  test('knows a token by its address, whatever stands around it and in any case', () => {
    const write = amountWriter(tokens)
    expect(write(`eip155:42431/${asset.toLowerCase()}`, 1_234_500_000n)).toBe('1,234.5 pathUSD')
  })

  test('calls base units so where it does not know the token', () => {
    expect(amountWriter([])('other', 1n)).toBe('1 base units of other')
  })
})
