/** How much there is of each time, and a way to go there. */

import { plural } from '../../format/quantity.js'
import { type Bar, type DayCount, nameDay, toBars } from './days.js'
import { formatDay } from './route.js'

/** Bars by time, oldest first. A press on one, or a date in the field, lets the list begin there. */
export function Histogram({
  days,
  most,
  until,
  onUntil,
}: {
  days: readonly DayCount[] | undefined
  /** Bars that there is room for. */
  most: number
  /** The day the list begins with, if not the newest. */
  until: string | undefined
  onUntil: (day: string | undefined) => void
}) {
  const bars = toBars(days ?? [], most)
  const highest = Math.max(1, ...bars.map(({ records }) => records))
  return (
    <div className="histogram">
      <fieldset className="histogram-bars" aria-label="Records by time">
        {bars.map((bar) => (
          <button
            key={bar.from}
            type="button"
            // The date field beside it does the same without a hundred stops for the keyboard.
            tabIndex={-1}
            disabled={bar.records === 0}
            title={tell(bar)}
            aria-label={tell(bar)}
            aria-current={until === formatDay(bar.to - 1) ? 'true' : undefined}
            onClick={() => onUntil(formatDay(bar.to - 1))}
          >
            <span style={{ height: `${(100 * bar.records) / highest}%` }} />
          </button>
        ))}
      </fieldset>
      <div className="histogram-ends muted">
        <span>{bars[0] && formatDay(bars[0].from)}</span>
        <span>{bars.length > 1 && bars.at(-1) && formatDay((bars.at(-1)?.to ?? 1) - 1)}</span>
      </div>
    </div>
  )
}

function tell({ from, to, records }: Bar): string {
  const when = to - from === 1 ? nameDay(from) : `${formatDay(from)} to ${formatDay(to - 1)}`
  return `${plural(records, 'record')}, ${when}`
}
