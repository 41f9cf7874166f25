/** One call: what was expected of it, what came, and what the substrate made of it. */

import type { ReactNode } from 'react'
import { formatDuration, formatMoment } from '../../format/time.js'
import { sessionHash } from '../../sessions/route.js'
import { outcomeWords } from './call-chart.js'
import { Term } from './explained.js'
import { percent } from './percent.js'
import { bitsOf, type ObservedCall } from './record.js'

/** Outcomes of calls that were not made. */
const unrun: ReadonlySet<string> = new Set(['denied', 'invalid', 'cancelled'])

/** Shows the call. */
export function CallDetail({ call }: { call: ObservedCall }) {
  const { at, sessionId, data } = call
  const { tool, forecast, expectedBits, level, belief, modulators, timeoutMs, latencyMs, waitedMs } = data
  return (
    <div className="mind-detail">
      <h2>
        <code>{tool}</code>
      </h2>
      <p className="muted mind-when">
        {outcomeWords(data)} · {formatMoment(at)}
      </p>
      <dl className="facts">
        <Fact name={<Term of="forecast" />}>
          {percent(forecast)}, before its outcome was known{data.answered === undefined && '; not scored'}
        </Fact>
        <Fact name={<Term of="surprise" />}>
          {bitsOf(call).toFixed(2)} bits
          {expectedBits > 0 && `, ${expectedBits.toFixed(2)} expected, level ${level.toFixed(2)}`}
        </Fact>
        <Fact name={<Term of="latency" />}>
          {latencyMs === undefined || unrun.has(data.outcome) ? 'did not run' : formatDuration(latencyMs)}
          {timeoutMs !== undefined && `, at most ${formatDuration(timeoutMs)}`}
          {waitedMs >= 1 && `; waited ${formatDuration(waitedMs)} before`}
        </Fact>
        <Fact name={<Term of="verification" />}>{data.checked ? 'its result was checked' : 'not checked'}</Fact>
        <Fact name="Place">
          {data.rank} among the calls of its reply{data.tier === undefined ? '' : `, asked for by a ${data.tier} model`}
        </Fact>
        <Fact name="Kind of work">{data.situation}</Fact>
      </dl>
      <h3>After it</h3>
      <dl className="facts">
        <Fact name="Regime">{data.regime}</Fact>
        <Fact name={<Term of="doubt" />}>{data.doubt.toFixed(2)}</Fact>
        {belief && (
          <Fact name={<Term of="reliability" />}>
            {percent(belief.mean)}, between {percent(belief.low)} and {percent(belief.high)}, from {belief.calls}
          </Fact>
        )}
        <Fact name={<Term of="dopamine" />}>{modulators.dopamine.toFixed(2)}</Fact>
        <Fact name={<Term of="noradrenaline" />}>{modulators.noradrenaline.toFixed(2)}</Fact>
        <Fact name={<Term of="serotonin" />}>{modulators.serotonin.toFixed(2)}</Fact>
      </dl>
      <a className="button" href={sessionHash(sessionId)}>
        Open its conversation
      </a>
    </div>
  )
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
