/** Plots of a training: how the loss fell, and whether probabilities come true. */

import type { NetView } from '@salp/agent'
import { pathOf, rangeOf, thin } from './curve.js'

type Training = NonNullable<NetView['training']>

/** Loss of the batches, and on held-out examples. */
export function LossCurves({ losses, heldOut }: { losses: Training['losses']; heldOut: Training['report']['curve'] }) {
  const training = thin(
    losses.map(({ step, loss }) => ({ step, value: loss })),
    120,
  )
  const judged = heldOut.map((point) => ({ step: point.step, value: point.heldOut }))
  // Sums over batches and means over steps are of different size: each has its own scale, and the shape is what counts.
  const last = Math.max(losses.at(-1)?.step ?? 0, judged.at(-1)?.step ?? 0)
  const curves = [
    { name: 'batches', points: training, kind: 'curve-training' },
    { name: 'held-out', points: judged, kind: 'curve-judged' },
  ].map((curve) => ({ ...curve, range: rangeOf(curve.points.map(({ value }) => value)) }))
  const label = curves
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => `${name} from ${points[0]?.value.toFixed(3)} to ${points.at(-1)?.value.toFixed(3)}`)
    .join(', ')
  return (
    <figure className="net-plot">
      <svg viewBox="-2 -2 104 64" role="img" aria-label={`Loss over ${last} steps: ${label}`}>
        <path className="plot-frame" d="M0 0V60H100" />
        {curves.map(({ name, points, kind, range }) => (
          <path key={name} className={kind} d={pathOf(points, range, last)} />
        ))}
      </svg>
      <figcaption className="muted">
        <span className="curve-training-key">loss of batches</span> and{' '}
        <span className="curve-judged-key">on held-out examples</span> over {last} steps, each on its own scale
      </figcaption>
    </figure>
  )
}

/** Stated probability against what happened. */
export function CalibrationPlot({ calibration }: { calibration: NonNullable<Training['report']['calibration']> }) {
  const { bins, error } = calibration
  const most = Math.max(1, ...bins.map(({ count }) => count))
  return (
    <figure className="net-plot">
      <svg
        viewBox="-2 -2 104 104"
        role="img"
        aria-label={`Said against happened, off by ${error.toFixed(3)} on average`}
      >
        <path className="plot-frame" d="M0 0V100H100" />
        <path className="plot-right" d="M0 100 100 0" />
        {bins
          .filter(({ count }) => count > 0)
          .map(({ said, happened, count }) => (
            <circle
              key={said}
              className="plot-bin"
              cx={100 * said}
              cy={100 - 100 * happened}
              r={2 + 4 * Math.sqrt(count / most)}
            >
              <title>{`Said ${(100 * said).toFixed(0)} %, happened ${(100 * happened).toFixed(0)} % of ${count}`}</title>
            </circle>
          ))}
      </svg>
      <figcaption className="muted">
        what it said against what happened, off by {error.toFixed(3)} on average
      </figcaption>
    </figure>
  )
}
