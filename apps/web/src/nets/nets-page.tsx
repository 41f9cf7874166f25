/** The nets that the agent trains on its experience: what is in use, how good it is, and the way back. */

import type { NetView } from '@salp/agent'
import { type CSSProperties, useState } from 'react'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { Page } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { CalibrationPlot, LossCurves } from './plots.js'

type Training = NonNullable<NetView['training']>

/** Shows every net. */
export function NetsPage() {
  const { api } = useStudio()
  const nets = useResource(api.nets, '', 1_000)
  return (
    <Page>
      <div className="page-sections">
        <p className="muted">
          Small nets that learn from what this agent goes through. New weights are adopted only if they win on examples
          they never saw; <code>salp models train</code> trains them.
        </p>
        {nets.error !== undefined && !nets.value && <PanelProblem error={nets.error} onRetry={nets.reload} />}
        {nets.value?.nets.length === 0 && (
          <p className="nets-empty">
            No net was trained yet. <code>salp models train --all --minutes 10 --simulated</code> trains all of them on
            made-up experience, and says so on their cards.
          </p>
        )}
        {nets.value?.nets.map((net) => (
          <NetCard key={net.name} net={net} onChanged={nets.reload} />
        ))}
      </div>
    </Page>
  )
}

function NetCard({ net, onChanged }: { net: NetView; onChanged: () => void }) {
  const { name, current, adopted, training } = net
  const used = adopted.find(({ number }) => number === current)
  return (
    <section className="net-card" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <p className="muted">
          {used === undefined ? (
            'Nothing is in use'
          ) : (
            <>
              Version {current} of {adopted.length}, adopted{' '}
              <time title={formatMoment(used.at)}>{formatAgo(used.at, Date.now())}</time>
            </>
          )}
        </p>
        {current > 0 && <RollBack net={net} onChanged={onChanged} />}
      </header>
      {training === undefined ? (
        <p className="muted">How it was trained is not on record here.</p>
      ) : (
        <LastTraining training={training} />
      )}
      {adopted.length > 0 && (
        <details>
          <summary>Versions</summary>
          <ol className="net-versions">
            {adopted.toReversed().map(({ number, at, gain }) => (
              <li key={number} aria-current={number === current ? 'true' : undefined}>
                <span>Version {number}</span>
                <span className="muted">{formatMoment(at)}</span>
                <span>better by {figure(gain)}</span>
                {number === current && <strong>in use</strong>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  )
}

/** Asks twice, since the agent acts on other weights at once. */
function RollBack({ net: { name, current, adopted }, onChanged }: { net: NetView; onChanged: () => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [sure, setSure] = useState(false)
  const before = adopted.filter(({ number }) => number < current).at(-1)
  const target = before === undefined ? 'none' : `version ${before.number}`
  if (!sure)
    return (
      <button type="button" className="button-quiet button-small" onClick={() => setSure(true)}>
        <Icon name="back" size={15} /> Roll back
      </button>
    )
  return (
    <span className="net-sure">
      <button
        type="button"
        className="button button-small"
        onClick={async () => {
          if (await attempt(`roll back ${name}`, () => api.rollBackNet(name))) onChanged()
          setSure(false)
        }}
      >
        Go back to {target}
      </button>
      <button type="button" className="button-quiet button-small" onClick={() => setSure(false)}>
        Keep
      </button>
    </span>
  )
}

function LastTraining({ training }: { training: Training }) {
  const { outcome, metric, gain, at, seconds, report, losses } = training
  const { error, baseline, examples, origins, calibration, confusion } = report
  const simulated = origins.simulated ?? 0
  return (
    <>
      <p>
        Trained {formatAgo(at, Date.now())} in {seconds} s:{' '}
        <strong className={outcome === 'adopted' ? 'good' : undefined}>
          {outcome === 'adopted' ? 'adopted' : 'refused, what was in use stayed'}
        </strong>
        , gain {figure(gain)}.
      </p>
      <dl className="net-figures">
        <dt>{metric}</dt>
        <dd>{figure(error)}</dd>
        <dt>{baseline.name}</dt>
        <dd>{figure(baseline.error)}</dd>
      </dl>
      <p className="muted">
        95 % intervals on {examples.test} examples it never saw; {examples.train} to learn from
        {simulated > 0 && `, ${simulated} of all made up`}.
      </p>
      <div className="net-plots">
        <LossCurves losses={losses} heldOut={report.curve} />
        {calibration && <CalibrationPlot calibration={calibration} />}
      </div>
      {confusion && <Confusion confusion={confusion} />}
    </>
  )
}

function Confusion({ confusion: { names, counts } }: { confusion: NonNullable<Training['report']['confusion']> }) {
  const most = Math.max(1, ...counts.flat())
  return (
    <details>
      <summary>What was held for what</summary>
      <div className="net-confusion">
        <table>
          <caption className="muted">Rows: what it was. Columns: what the net said.</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Class</span>
              </th>
              {names.map((name) => (
                <th key={name} scope="col">
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {names.map((other, column) => {
                  const count = counts[row]?.[column] ?? 0
                  return (
                    <td
                      key={other}
                      style={{ '--share': count / most } as CSSProperties}
                      className={row === column ? 'right' : undefined}
                    >
                      {count || ''}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function figure({ mean, low, high }: { mean: number; low: number; high: number }): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
}
