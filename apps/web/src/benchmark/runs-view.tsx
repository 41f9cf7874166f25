/** All runs: the one that goes on, a new one, and what was measured. */

import { useState } from 'react'
import type { BenchmarkLive, BenchmarkView, RunSummary } from '../api/contracts.js'
import { type Resource, useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { HistoryChart } from './history-chart.js'
import { LiveRun } from './live-run.js'
import { benchmarkHash } from './route.js'
import { RunForm } from './run-form.js'
import { cutOffWords, intervalText, rateText, setWords, solverWords } from './words.js'

/** Shows them. */
export function RunsView({
  view,
  live,
  connected,
}: {
  view: Resource<BenchmarkView>
  live: BenchmarkLive | undefined
  connected: boolean
}) {
  const { api } = useStudio()
  const job = live?.job
  const runs = useResource(api.benchmarkRuns, `${connected} ${job?.run} ${live?.last?.run}`)
  return (
    <>
      {job !== undefined && <LiveRun job={job} connected={connected} />}
      {/* It stays, so that what was chosen last is there for the next run. */}
      <div hidden={job !== undefined}>
        <Section name="A new run">
          {live?.last?.how === 'failed' && (
            <p className="field-error" role="alert">
              Run {live.last.run} broke off: {live.last.why}
            </p>
          )}
          <NewRun view={view} connected={connected} />
        </Section>
      </div>
      {runs.error !== undefined && !runs.value && <PanelProblem error={runs.error} onRetry={runs.reload} />}
      {runs.value && <Measured runs={runs.value.runs} running={job?.run} busy={job !== undefined || !connected} />}
    </>
  )
}

function NewRun({ view, connected }: { view: Resource<BenchmarkView>; connected: boolean }) {
  if (!view.value)
    return view.error === undefined ? (
      <p className="muted">Reading the problems</p>
    ) : (
      <PanelProblem error={view.error} onRetry={view.reload} />
    )
  const { problems, lesson } = view.value
  if (problems === undefined)
    return (
      <p>
        There are no problems here: they come with a clone of the repository, not with the installed program. The
        setting <code>benchmark.problems</code> names a folder of them, <code>fixtures/problems</code> of a clone.
      </p>
    )
  if ('broken' in problems)
    return (
      <p className="field-error" role="alert">
        {problems.broken}
      </p>
    )
  if (problems.tiers.length === 0) return <p>The folder of problems is empty: it holds no “tier-0” or further tiers.</p>
  return <RunForm key={lesson} tiers={problems.tiers} lesson={lesson} connected={connected} />
}

function Measured({
  runs,
  running,
  busy,
}: {
  runs: readonly RunSummary[]
  running: string | undefined
  busy: boolean
}) {
  const sets = Map.groupBy(runs, ({ set }) => set)
  const [chosen, setChosen] = useState<string>()
  // The newest over which there is something to compare.
  const first = runs.find((run) => (sets.get(run.set)?.length ?? 0) > 1) ?? runs[0]
  const set = chosen !== undefined && sets.has(chosen) ? chosen : first?.set
  if (runs.length === 0)
    return (
      <Section name="What was measured">
        <p className="muted">
          Nothing yet. Runs of <code>salp bench</code> are listed here too.
        </p>
      </Section>
    )
  const shown = (sets.get(set ?? '') ?? []).filter(({ recorded }) => recorded > 0)
  return (
    <Section
      name="What was measured"
      aside={
        sets.size > 1 && (
          <select
            className="set-choice"
            aria-label="Problems that the chart is about"
            value={set}
            onChange={(event) => setChosen(event.target.value)}
          >
            {[...sets].map(([id, own]) => (
              <option key={id} value={id}>
                {nameOfSet(own)}
              </option>
            ))}
          </select>
        )
      }
    >
      {shown.length > 0 && <HistoryChart runs={shown.toReversed()} />}
      <RunList runs={runs} running={running} busy={busy} />
    </Section>
  )
}

/** The run that tried most of a set tells best what it is. */
function nameOfSet(runs: readonly RunSummary[]): string {
  const [most] = runs.toSorted((a, b) => b.recorded - a.recorded)
  return `${most === undefined ? '' : setWords(most)}: ${plural(runs.length, 'run')}`
}

function RunList({ runs, running, busy }: { runs: readonly RunSummary[]; running: string | undefined; busy: boolean }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [picked, setPicked] = useState<readonly string[]>([])
  // The older one first, however they were picked.
  const [later, earlier] = runs.filter(({ id }) => picked.includes(id))
  const toggle = (id: string) =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id].slice(-2))
  return (
    <>
      <ul className="runs" aria-label="Runs">
        {runs.map((run) => {
          const { id, solver, begunAt, endedAt, lastAt, report } = run
          const { who, how } = solverWords(solver)
          const { passAt1 } = report.all
          const cutOff = endedAt === undefined && id !== running
          return (
            <li key={id}>
              <input
                type="checkbox"
                aria-label={`Compare run ${id}`}
                checked={picked.includes(id)}
                onChange={() => toggle(id)}
              />
              <div className="run-text">
                <p>
                  <a href={benchmarkHash({ view: 'run', id })}>Run {id}</a> <span>{who}</span>{' '}
                  <span className="muted">{how}</span>
                </p>
                <p className="muted">
                  <time title={formatMoment(begunAt)}>{formatAgo(begunAt, Date.now())}</time> · {setWords(run)}
                  {id === running && ' · goes on'}
                  {cutOff && (
                    <span className="run-cut">
                      {' '}
                      · {cutOffWords(run)}
                      {lastAt !== undefined && `, last result ${formatAgo(lastAt, Date.now())}`}
                    </span>
                  )}
                </p>
              </div>
              <p className="run-rate number">
                <strong>{rateText(passAt1)}</strong>
                {passAt1.estimate !== null && <span className="muted">{intervalText(passAt1)}</span>}
              </p>
              {cutOff && (
                <button
                  type="button"
                  className="button button-small"
                  aria-label={`Go on with run ${id}`}
                  disabled={busy}
                  onClick={() => attempt(`go on with run ${id}`, () => api.resumeBenchmark(id))}
                >
                  Go on
                </button>
              )}
            </li>
          )
        })}
      </ul>
      <p className="compare-start">
        {later !== undefined && earlier !== undefined ? (
          <a
            className="button button-small"
            href={benchmarkHash({ view: 'compare', earlier: earlier.id, later: later.id })}
          >
            Compare run {earlier.id} with run {later.id}
          </a>
        ) : (
          runs.length > 1 && <span className="muted">Choose two runs to compare them.</span>
        )}
      </p>
    </>
  )
}
