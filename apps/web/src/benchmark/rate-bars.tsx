/** Rates as bars with their intervals. */

import type { RateView } from '../api/contracts.js'
import { intervalText, rateText } from './words.js'

/** A bar. */
export interface RateBar {
  readonly name: string
  readonly note: string
  readonly rate: RateView
}

/** Draws a bar a line, the interval as a thin line across its end. */
export function RateBars({ bars }: { bars: readonly RateBar[] }) {
  return (
    <dl className="rate-bars">
      {bars.map(({ name, note, rate }) => (
        <div key={name}>
          <dt>
            {name} <span className="muted">{note}</span>
          </dt>
          <dd>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect className="rate-place" width="100" height="10" />
              <rect className="rate-fill" width={100 * (rate.estimate ?? 0)} height="10" />
              <path className="rate-interval" d={`M${100 * rate.low} 5H${100 * rate.high}`} />
            </svg>
            <span className="number">
              <strong>{rateText(rate)}</strong> <span className="muted">{intervalText(rate)}</span>
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
