/** What became of requests, in slots of equal width for charts: those in which nothing happened included. */

import type { AnalyticsRow, GatewayView } from '@salp/gateway'
import type { AnalyticsQuery } from '../api/contracts.js'
import { shorten } from '../money/address.js'
import { formatUnits, toUnits } from '../money/amount.js'

const hourMs = 3_600_000

/** How far back charts go. */
export const spans = [
  { id: 'day', name: 'Last 24 hours', per: 'hour', slots: 24 },
  { id: 'week', name: 'Last 7 days', per: 'day', slots: 7 },
  { id: 'month', name: 'Last 30 days', per: 'day', slots: 30 },
] as const

/** One of {@link spans}. */
export type Span = (typeof spans)[number]

/** Money of one asset, in base units. */
export interface Takings {
  readonly amount: bigint
  readonly refunded: bigint
}

/** One hour or day of UTC. */
export interface Slot {
  /** Start of it, in ms since the epoch. */
  readonly at: number
  readonly hits: number
  readonly challenges: number
  readonly limited: number
  readonly upstreamErrors: number
  readonly payments: number
  readonly refunds: number
  /** Of the slowest endpoint, where it is about several: quantiles cannot be added. */
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  /** By asset, as the gateway names it. */
  readonly revenue: ReadonlyMap<string, Takings>
}

/** What to ask for, so that the last slot is the one that runs now. */
export function queryOf({ per, slots }: Span, now: number): AnalyticsQuery {
  const stepMs = per === 'hour' ? hourMs : 24 * hourMs
  const last = Math.floor(now / stepMs) * stepMs
  return { from: last - (slots - 1) * stepMs, until: now, per }
}

/** Puts rows into the slots that were asked for, summed over endpoints. */
export function toSlots(rows: readonly AnalyticsRow[], { from, until, per }: AnalyticsQuery): Slot[] {
  const stepMs = per === 'hour' ? hourMs : 24 * hourMs
  const byTime = Map.groupBy(rows, ({ at }) => at)
  return Array.from({ length: Math.floor((until - from) / stepMs) + 1 }, (_, index) => {
    const at = from + index * stepMs
    return sumUp(at, byTime.get(at) ?? [])
  })
}

/** Sums up slots or rows. @param at - What the sum is dated to, in ms since the epoch. */
export function sumUp(at: number, rows: readonly (AnalyticsRow | Slot)[]): Slot {
  const sum = (of: (row: AnalyticsRow | Slot) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const most = (of: (row: AnalyticsRow | Slot) => number | undefined): number | undefined => {
    const known = rows.map(of).filter((ms) => ms !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  }
  return {
    at,
    hits: sum(({ hits }) => hits),
    challenges: sum(({ challenges }) => challenges),
    limited: sum(({ limited }) => limited),
    upstreamErrors: sum(({ upstreamErrors }) => upstreamErrors),
    payments: sum(({ payments }) => payments),
    refunds: sum(({ refunds }) => refunds),
    p50Ms: most(({ p50Ms }) => p50Ms),
    p95Ms: most(({ p95Ms }) => p95Ms),
    revenue: rows.map(takingsOf).reduce(addTakings, new Map()),
  }
}

function takingsOf({ revenue }: AnalyticsRow | Slot): ReadonlyMap<string, Takings> {
  if ('size' in revenue) return revenue
  return new Map(
    revenue.map(({ asset, amount, refunded }) => [asset, { amount: BigInt(amount), refunded: BigInt(refunded) }]),
  )
}

function addTakings(
  before: ReadonlyMap<string, Takings>,
  more: ReadonlyMap<string, Takings>,
): ReadonlyMap<string, Takings> {
  const after = new Map(before)
  for (const [asset, { amount, refunded }] of more) {
    const known = after.get(asset) ?? { amount: 0n, refunded: 0n }
    after.set(asset, { amount: known.amount + amount, refunded: known.refunded + refunded })
  }
  return after
}

/** Writes base units of an asset for a reader. */
export type AmountWriter = (asset: string, base: bigint) => string

/** Creates a writer of the tokens that are taken, known by the address in an asset's name. Of others it writes base units, and says so. */
export function amountWriter(tokens: GatewayView['tokens']): AmountWriter {
  const known = new Map(tokens.map((token) => [token.asset.toLowerCase(), token]))
  return (asset, base) => {
    const token = known.get(/0x[0-9a-f]{40}/.exec(asset.toLowerCase())?.[0] ?? '')
    return token === undefined
      ? `${formatUnits(String(base))} base units of ${shorten(asset)}`
      : `${formatUnits(toUnits(base, token.decimals))} ${token.symbol}`
  }
}
