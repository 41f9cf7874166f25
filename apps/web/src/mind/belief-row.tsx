/** What is believed of one tool: the estimate, and how far it may be off. */

import type { BeliefReport } from '@salp/cognition'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'

const percent = (share: number) => `${Math.round(share * 100)} %`

/** Draws the estimate with its interval, and tells it in words. */
export function BeliefRow({ belief: { tool, calls, reliability, latencyMs } }: { belief: BeliefReport }) {
  const { mean, low, high } = reliability
  const words = `works ${percent(mean)} of the time, between ${percent(low)} and ${percent(high)}; ${plural(calls, 'call')}`
  return (
    <li className="belief" title={words}>
      <span className="belief-tool">{tool}</span>
      <span className="belief-note">
        {plural(calls, 'call')}
        {latencyMs && ` · ${formatDuration(latencyMs.median)}`}
      </span>
      <span className="belief-track" aria-hidden="true">
        <span className="belief-interval" style={{ left: percentStyle(low), width: percentStyle(high - low) }} />
        <span className="belief-mean" style={{ left: percentStyle(mean) }} />
      </span>
      <span className="visually-hidden">{words}</span>
    </li>
  )
}

const percentStyle = (share: number) => `${share * 100}%`
