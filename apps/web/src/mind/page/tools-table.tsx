/** What is believed of each tool. */

import type { BeliefReport } from '@salp/cognition'
import { formatAgo, formatDuration } from '../../format/time.js'
import { Term } from './explained.js'
import { percent } from './percent.js'

/** Lists tools, the last used first. */
export function ToolsTable({ beliefs, at, on }: { beliefs: readonly BeliefReport[]; at: number; on: boolean }) {
  if (!on) return <p className="muted">Beliefs are switched off: every tool is as unknown as a new one.</p>
  if (beliefs.length === 0)
    return <p className="muted">No tool was used yet. How often each works is learnt from use.</p>
  return (
    <div className="scroll-x">
      <table className="tools">
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col" className="tools-wide">
              <Term of="reliability" />
            </th>
            <th scope="col">
              <Term of="latency" />
            </th>
            <th scope="col">
              <Term of="information" />
            </th>
            <th scope="col">Used</th>
          </tr>
        </thead>
        <tbody>
          {beliefs.map((belief) => (
            <ToolRow key={belief.tool} belief={belief} now={at} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ToolRow({ belief, now }: { belief: BeliefReport; now: number }) {
  const { tool, calls, reliability, validity, latencyMs, informationBits, at } = belief
  const { mean, low, high } = reliability
  return (
    <tr>
      <th scope="row">
        <code>{tool}</code>
      </th>
      <td>
        <div className="tools-works">
          <span className="number">{percent(mean)}</span>
          <span className="belief-track" aria-hidden="true">
            <span className="belief-interval" style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
            <span className="belief-mean" style={{ left: `${100 * mean}%` }} />
          </span>
          <span className="muted tools-note">
            {percent(low)} to {percent(high)}
            {validity.mean < 0.8 && `; called correctly ${percent(validity.mean)}`}
          </span>
        </div>
      </td>
      <td className="number">
        {latencyMs ? (
          <>
            {formatDuration(latencyMs.median)}
            <span className="muted tools-note">
              {formatDuration(latencyMs.low)} to {formatDuration(latencyMs.high)}
            </span>
          </>
        ) : (
          '–'
        )}
      </td>
      <td className="number">{informationBits.toFixed(3)}</td>
      <td className="number">
        {calls}×<span className="muted tools-note">{formatAgo(at, now)}</span>
      </td>
    </tr>
  )
}
