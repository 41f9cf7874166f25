/** Whether forecasts come true as often as they say. */

import { Figure, Term } from './explained.js'
import { percent } from './percent.js'
import { calibrate, type ObservedCall } from './record.js'

/** Draws stated against true, with the scores beside. */
export function CalibrationView({ calls }: { calls: readonly ObservedCall[] }) {
  const found = calibrate(calls)
  if (!found) return <p className="muted">No call yet says whether a forecast came true.</p>
  const { bins, brier, logLoss, baseBrier, baseLogLoss } = found
  const most = Math.max(...bins.map(({ count }) => count))
  return (
    <div className="calibration">
      <svg
        viewBox="-12 -4 116 116"
        role="img"
        aria-label={`Forecasts against what came true, in ${bins.length} bins of ${found.calls} calls`}
      >
        <path className="calibration-frame" d="M0 0V100H100" />
        <path className="calibration-right" d="M0 100 100 0" />
        {bins.map(({ stated, came, count }) => (
          <circle
            key={stated}
            className="calibration-bin"
            cx={100 * stated}
            cy={100 - 100 * came}
            r={2 + 4 * Math.sqrt(count / most)}
          >
            <title>{`Forecast ${percent(stated)}, came true ${percent(came)} of ${count}`}</title>
          </circle>
        ))}
        <text x="50" y="110">
          forecast
        </text>
        <text transform="rotate(-90)" x="-50" y="-4">
          came true
        </text>
      </svg>
      <div>
        <dl className="figures">
          <Figure of="brier">{brier.toFixed(3)}</Figure>
          <Figure of="logLoss">{logLoss.toFixed(3)}</Figure>
        </dl>
        <p className="muted">
          {found.calls} calls. The share that worked, known only in hindsight, would have scored {baseBrier.toFixed(3)}{' '}
          and {baseLogLoss.toFixed(3)}. <Term of="calibration" />
        </p>
      </div>
    </div>
  )
}
