/** What became of requests to endpoints: counted by the hour here, money summed from the ledger. */

import type { Clock, Logger, SqlDatabase } from '@salp/core'
import { boundOf, latencyQuantile } from './latency.js'

/** A request to an endpoint, when its answer starts. */
export interface Visit {
  readonly slug: string
  /** It was asked to pay: answered 402. */
  readonly challenged: boolean
  /** It came too often: answered 429. */
  readonly limited: boolean
  /** The upstream failed, or answered 500 or above. */
  readonly upstreamFailed: boolean
  /** Until the upstream began to answer, in ms; absent if it was not asked. */
  readonly upstreamMs?: number | undefined
}

/** Payments of one endpoint in one asset, at one time: one of them, or a sum. */
export interface PaymentTotal {
  readonly slug: string
  /** In ms since the epoch. */
  readonly at: number
  /** Names the asset, chain included; sums are kept apart by it. */
  readonly asset: string
  /** Payments that were settled. */
  readonly payments: number
  /** What they came to, in base units. */
  readonly amount: bigint
  readonly refunds: number
  /** What of it went back. */
  readonly refunded: bigint
}

/** What analytics asks of the application. */
export interface AnalyticsDeps {
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** The ledger. Money is never counted here, so that no count can disagree with it. */
  readonly payments: {
    /** Payments settled at `from` or later and before `until`, of all endpoints or of one. */
    totals(range: {
      readonly from: number
      readonly until: number
      readonly slug?: string | undefined
    }): Iterable<PaymentTotal>
  }
  readonly log: Pick<Logger, 'warn'>
}

/** A question about a range of time. */
export interface SummaryQuery {
  /** In ms since the epoch; hours are counted whole, so this is taken down to one, and `until` up. */
  readonly from: number
  readonly until: number
  /** One endpoint. @defaultValue all of them */
  readonly slug?: string | undefined
  /** Width of a row, in UTC. */
  readonly per: 'hour' | 'day' | 'range'
}

/** One endpoint in one stretch of time. */
export interface SummaryRow {
  readonly slug: string
  /** Start of the hour, the day or the range, in ms since the epoch. */
  readonly at: number
  readonly hits: number
  readonly challenges: number
  readonly limited: number
  readonly upstreamErrors: number
  /** Until upstreams began to answer, estimated from buckets; see `latencyQuantile`. */
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  /** In ms since the epoch. */
  readonly lastAt: number | undefined
  readonly payments: number
  readonly refunds: number
  /** Exact, by asset. */
  readonly revenue: readonly { readonly asset: string; readonly amount: bigint; readonly refunded: bigint }[]
}

/** Counts visits. */
export interface Analytics {
  /** Counts a visit, in memory. */
  record(visit: Visit): void
  /** Rows with anything in them, by time, then slug. Writes what is counted first. */
  summary(query: SummaryQuery): SummaryRow[]
  /** Begins to write once a second; a crash loses counts of that second, and no money. */
  start(): void
  /** Writes what is left, and stops. May be called twice. */
  close(): void
}

const hourMs = 3_600_000
const flushMs = 1_000

interface Count {
  readonly slug: string
  readonly hour: number
  hits: number
  challenges: number
  limited: number
  upstreamErrors: number
  lastAt: number
  readonly latency: Map<number, number>
}

/** Creates analytics in a database that `registrySteps` brought up to date; processes may share it. */
export function createAnalytics({ db, clock, payments, log }: AnalyticsDeps): Analytics {
  const addTraffic = db.prepare(`
INSERT INTO gateway_traffic (slug, hour, hits, challenges, limited, upstream_errors, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, challenges = challenges + excluded.challenges,
  limited = limited + excluded.limited, upstream_errors = upstream_errors + excluded.upstream_errors,
  last_at = max(last_at, excluded.last_at)`)
  const addLatency = db.prepare(`
INSERT INTO gateway_latency (slug, hour, up_to_ms, answers) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET answers = answers + excluded.answers`)
  const traffic = db.prepare<
    Omit<Count, 'latency' | 'upstreamErrors' | 'lastAt'> & { upstream_errors: number; last_at: number }
  >('SELECT * FROM gateway_traffic WHERE hour >= ? AND hour < ? AND slug = coalesce(?, slug)')
  const latency = db.prepare<{ slug: string; hour: number; up_to_ms: number; answers: number }>(
    'SELECT * FROM gateway_latency WHERE hour >= ? AND hour < ? AND slug = coalesce(?, slug)',
  )
  let waiting = new Map<string, Count>()
  let running: AbortController | undefined

  const countOf = (slug: string, hour: number): Count => {
    const key = `${hour} ${slug}`
    const count = waiting.get(key) ?? {
      slug,
      hour,
      hits: 0,
      challenges: 0,
      limited: 0,
      upstreamErrors: 0,
      lastAt: 0,
      latency: new Map<number, number>(),
    }
    waiting.set(key, count)
    return count
  }
  const flush = (): void => {
    if (waiting.size === 0) return
    db.transaction(() => {
      for (const { slug, hour, latency, ...count } of waiting.values()) {
        addTraffic.run(slug, hour, count.hits, count.challenges, count.limited, count.upstreamErrors, count.lastAt)
        for (const [bound, answers] of latency) addLatency.run(slug, hour, bound, answers)
      }
    })
    waiting = new Map()
  }
  const flushOrWarn = (): void => {
    try {
      flush()
    } catch (error) {
      // They stay, one count an endpoint and hour, for the next time.
      log.warn('Cannot write the counts of endpoints', { error })
    }
  }
  const flushEach = async (signal: AbortSignal): Promise<void> => {
    try {
      for (;;) {
        await clock.sleep(flushMs, { signal })
        flushOrWarn()
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  return {
    record({ slug, challenged, limited, upstreamFailed, upstreamMs }) {
      const now = clock.now()
      const count = countOf(slug, Math.floor(now / hourMs))
      count.hits++
      count.challenges += Number(challenged)
      count.limited += Number(limited)
      count.upstreamErrors += Number(upstreamFailed)
      count.lastAt = Math.max(count.lastAt, now)
      if (upstreamMs === undefined) return
      const bound = boundOf(upstreamMs)
      count.latency.set(bound, (count.latency.get(bound) ?? 0) + 1)
    },
    summary({ from, until, slug, per }) {
      flush()
      const range = [Math.floor(from / hourMs), Math.ceil(until / hourMs)] as const
      const stepMs = { hour: hourMs, day: 24 * hourMs, range: 0 }[per]
      const start = (at: number): number => (stepMs === 0 ? range[0] * hourMs : Math.floor(at / stepMs) * stepMs)
      const rows = new Map<string, Sum>()
      const sumOf = (name: string, at: number): Sum => {
        const key = `${start(at)} ${name}`
        const sum = rows.get(key) ?? emptySum(name, start(at))
        rows.set(key, sum)
        return sum
      }
      for (const row of traffic.all(...range, slug ?? null)) {
        const sum = sumOf(row.slug, row.hour * hourMs)
        sum.hits += row.hits
        sum.challenges += row.challenges
        sum.limited += row.limited
        sum.upstreamErrors += row.upstream_errors
        sum.lastAt = Math.max(sum.lastAt ?? 0, row.last_at)
      }
      for (const row of latency.all(...range, slug ?? null)) {
        const { latency } = sumOf(row.slug, row.hour * hourMs)
        latency.set(row.up_to_ms, (latency.get(row.up_to_ms) ?? 0) + row.answers)
      }
      for (const total of payments.totals({ from: range[0] * hourMs, until: range[1] * hourMs, slug })) {
        const sum = sumOf(total.slug, total.at)
        sum.payments += total.payments
        sum.refunds += total.refunds
        const { amount = 0n, refunded = 0n } = sum.revenue.get(total.asset) ?? {}
        sum.revenue.set(total.asset, { amount: amount + total.amount, refunded: refunded + total.refunded })
      }
      return [...rows.values()].map(toRow).sort((a, b) => a.at - b.at || (a.slug < b.slug ? -1 : 1))
    },
    start() {
      if (running !== undefined) return
      running = new AbortController()
      void flushEach(running.signal)
    },
    close() {
      running?.abort()
      running = undefined
      flushOrWarn()
    },
  }
}

interface Sum extends Omit<Count, 'hour' | 'lastAt'> {
  readonly at: number
  lastAt: number | undefined
  payments: number
  refunds: number
  readonly revenue: Map<string, { readonly amount: bigint; readonly refunded: bigint }>
}

function emptySum(slug: string, at: number): Sum {
  const counts = { hits: 0, challenges: 0, limited: 0, upstreamErrors: 0, payments: 0, refunds: 0 }
  return { slug, at, ...counts, lastAt: undefined, latency: new Map(), revenue: new Map() }
}

function toRow({ latency, revenue, ...sum }: Sum): SummaryRow {
  return {
    ...sum,
    p50Ms: latencyQuantile(latency, 0.5),
    p95Ms: latencyQuantile(latency, 0.95),
    revenue: [...revenue].sort(([a], [b]) => (a < b ? -1 : 1)).map(([asset, sums]) => ({ asset, ...sums })),
  }
}
