/** How it sells: charts over a stretch of time, for one endpoint or for all. */

import type { AnalyticsRow } from '@salp/gateway'
import type { AnalyticsQuery } from '../api/contracts.js'
import { formatCount, plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import { ratio } from '../money/amount.js'
import { BarChart } from './bar-chart.js'
import { type AmountWriter, type Slot, sumUp, toSlots } from './series.js'

/** Charts, and the same as a table. `slug` narrows them to one endpoint. */
export function Traffic({
  rows,
  query,
  slug,
  write,
}: {
  rows: readonly AnalyticsRow[]
  /** What the rows answer. */
  query: AnalyticsQuery
  slug: string | undefined
  write: AmountWriter
}) {
  const slots = toSlots(slug === undefined ? rows : rows.filter((row) => row.slug === slug), query)
  const sum = sumUp(query.from, slots)
  const name = (at: number) => nameSlot(at, query.per)
  if (sum.hits === 0 && sum.payments === 0) return <p className="money-empty">Nobody called in this time.</p>

  const count = (of: (slot: Slot) => number, one: string, many?: string) => {
    const most = Math.max(1, ...slots.map(of))
    return slots.map((slot) => ({
      at: slot.at,
      to: of(slot) / most,
      words: `${plural(of(slot), one, many)}, ${name(slot.at)}`,
    }))
  }
  const slowest = Math.max(1, ...slots.map(({ p95Ms = 0 }) => p95Ms))
  return (
    <>
      <div className="bar-charts">
        {[...sum.revenue].map(([asset, { amount, refunded }]) => (
          <BarChart
            key={asset}
            name="Earned"
            total={write(asset, amount)}
            note={refunded > 0n ? `${write(asset, refunded)} of it went back` : undefined}
            bars={takings(slots, asset, write, name)}
          />
        ))}
        <BarChart name="Calls" total={formatCount(sum.hits)} bars={count(({ hits }) => hits, 'call')} />
        <BarChart
          name="Asked to pay"
          total={formatCount(sum.challenges)}
          note="Came without a payment, answered 402"
          bars={count(({ challenges }) => challenges, 'request asked to pay', 'requests asked to pay')}
        />
        <BarChart
          name="Time to answer"
          total={sum.p95Ms === undefined ? 'unknown' : `up to ${formatDuration(sum.p95Ms)}`}
          note={`From the median to 95 % of answers${slug === undefined ? ', of the slowest endpoint' : ''}`}
          bars={slots.map(({ at, p50Ms, p95Ms }) => ({
            at,
            from: (p50Ms ?? 0) / slowest,
            to: (p95Ms ?? 0) / slowest,
            words:
              p50Ms === undefined || p95Ms === undefined
                ? `No answer, ${name(at)}`
                : `Half within ${formatDuration(p50Ms)}, 95 % within ${formatDuration(p95Ms)}, ${name(at)}`,
          }))}
        />
        <BarChart
          bad
          name="Errors of the service"
          total={formatCount(sum.upstreamErrors)}
          note={sum.limited > 0 ? `${plural(sum.limited, 'call')} came too often, and got no further` : undefined}
          bars={count(({ upstreamErrors }) => upstreamErrors, 'error')}
        />
        <BarChart
          bad
          name="Refunds"
          total={formatCount(sum.refunds)}
          bars={count(({ refunds }) => refunds, 'refund')}
        />
      </div>
      <p className="bar-chart-ends muted" aria-hidden="true">
        <span>{name(slots[0]?.at ?? query.from)}</span>
        <span>{name(slots.at(-1)?.at ?? query.until)}</span>
      </p>
      <Figures slots={slots} name={name} write={write} />
    </>
  )
}

/** Bars of what came in, of one asset. */
function takings(slots: readonly Slot[], asset: string, write: AmountWriter, name: (at: number) => string) {
  const of = ({ revenue }: Slot): bigint => revenue.get(asset)?.amount ?? 0n
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigint
  const most = slots.map(of).reduce((a, b) => (a > b ? a : b), 0n)
  return slots.map((slot) => ({
    at: slot.at,
    to: ratio(of(slot), most),
    words: `${write(asset, of(slot))}, ${name(slot.at)}`,
  }))
}

function Figures({
  slots,
  name,
  write,
}: {
  slots: readonly Slot[]
  name: (at: number) => string
  write: AmountWriter
}) {
  const busy = slots.filter(({ hits, payments }) => hits > 0 || payments > 0)
  return (
    <details className="figures-table">
      <summary>The same as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <div className="scroll-x" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {[
                'When',
                'Calls',
                'Asked to pay',
                'Paid',
                'Earned',
                'Refunds',
                'Errors',
                'Too often',
                'Median',
                '95 %',
              ].map((heading) => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {busy.toReversed().map((slot) => (
              <tr key={slot.at}>
                <th scope="row">{name(slot.at)}</th>
                <td>{slot.hits}</td>
                <td>{slot.challenges}</td>
                <td>{slot.payments}</td>
                <td>{[...slot.revenue].map(([asset, { amount }]) => write(asset, amount)).join(', ')}</td>
                <td>{slot.refunds}</td>
                <td>{slot.upstreamErrors}</td>
                <td>{slot.limited}</td>
                <td>{slot.p50Ms !== undefined && formatDuration(slot.p50Ms)}</td>
                <td>{slot.p95Ms !== undefined && formatDuration(slot.p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/** An hour in the reader's zone, or a day of UTC. */
function nameSlot(at: number, per: AnalyticsQuery['per']): string {
  return per === 'hour'
    ? new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false })
    : new Date(at).toLocaleDateString([], { timeZone: 'UTC', month: 'short', day: 'numeric' })
}
