/** The run that goes on: how far it is, what is tried, and how to stop it. */

import type { BenchmarkJob } from '../api/contracts.js'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { Section } from '../design/page.js'
import { OutcomeGrid } from './outcome-grid.js'
import { benchmarkHash } from './route.js'
import { leftText, solverWords } from './words.js'

/** Shows it. */
export function LiveRun({ job, connected }: { job: BenchmarkJob; connected: boolean }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const { run, solver, state, outcomes, current, leftMs } = job
  const planned = useResource((options) => api.benchmarkRun(run, options), run)
  const count = (letter: string): number => outcomes.split(letter).length - 1
  const tried = outcomes.length - count('.')
  const { who, how } = solverWords(solver)
  return (
    <Section
      name={`Run ${run}`}
      aside={
        <button
          type="button"
          className="button button-danger button-small"
          disabled={!connected || state === 'stopping'}
          onClick={() => attempt('stop the run', api.stopBenchmark)}
        >
          <Icon name="stop" size={15} /> {state === 'stopping' ? 'Stopping' : 'Stop'}
        </button>
      }
    >
      <p>
        {who} <span className="muted">{how}</span>
      </p>
      <div className="run-progress">
        <progress aria-label="Problems tried" max={outcomes.length} value={tried} />
        <p className="number">
          {tried} of {outcomes.length} problems, <strong>{count('p')} solved</strong>
          {leftMs !== undefined && tried < outcomes.length && (
            <span className="muted"> · about {leftText(leftMs)} left</span>
          )}
        </p>
      </div>
      <p className="run-current muted number" aria-live="off">
        {current === undefined ? (
          'Getting ready'
        ) : (
          <>
            Trying <a href={benchmarkHash({ view: 'problem', id: current.problem })}>{current.problem}</a>
            {current.candidates > 0 && `, ${current.candidates.toLocaleString('en')} candidates`}
          </>
        )}
      </p>
      {planned.value?.id === run && (
        <OutcomeGrid plan={planned.value.plan} letters={outcomes} current={current?.problem} />
      )}
    </Section>
  )
}
