/** One run: its rates by tier, and every problem. */

import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatDuration, formatMoment } from '../format/time.js'
import { OutcomeGrid } from './outcome-grid.js'
import { RateBars } from './rate-bars.js'
import { benchmarkHash } from './route.js'
import { cutOffWords, letterOf, lettersOf, solverWords, verdictWords } from './words.js'

/** Shows it; `revision` loads it anew. */
export function RunDetail({ id, revision }: { id: string; revision: string }) {
  const { api } = useStudio()
  const run = useResource((options) => api.benchmarkRun(id, options), `${id} ${revision}`, 1_000)
  if (!run.value) return run.error === undefined ? null : <PanelProblem error={run.error} onRetry={run.reload} />
  const { solver, begunAt, endedAt, report, plan, outcomes } = run.value
  const { who, how } = solverWords(solver)
  const { all, tiers } = report
  const bars = [
    ...tiers.map((tier) => ({ name: `Tier ${tier.tier}`, tier })),
    ...(tiers.length > 1 ? [{ name: 'All', tier: all }] : []),
  ]
  return (
    <>
      <Section name={`Run ${id}`} aside={<span className="muted">{formatMoment(begunAt)}</span>}>
        <p>
          {who} <span className="muted">{how}</span>
          {endedAt === undefined && <span className="run-cut"> · {cutOffWords(run.value)}</span>}
        </p>
        <RateBars
          bars={bars.map(({ name, tier }) => ({
            name,
            note: plural(tier.problems - tier.unavailable, 'problem'),
            rate: tier.passAt1,
          }))}
        />
        {all.unavailable > 0 && (
          <p className="muted">{plural(all.unavailable, 'problem')} could not be tried, and are in no rate.</p>
        )}
        <OutcomeGrid plan={plan} letters={lettersOf(plan, outcomes)} />
      </Section>
      <Section name="Problems">
        <ul className="outcomes">
          {outcomes.map((outcome) => {
            const { problem, tier, verdict, status, reason, solveMs, candidates } = outcome
            return (
              <li key={problem}>
                <span className={`cell cell-${letterOf(outcome)}`} aria-hidden="true" />
                <a href={benchmarkHash({ view: 'problem', id: problem })}>{problem}</a>
                <span className="muted">tier {tier}</span>
                <span>{status === 'unavailable' ? `Not tried: ${reason}` : verdictWords(verdict)}</span>
                <span className="muted number">
                  {formatDuration(solveMs)}
                  {candidates > 0 && `, ${candidates.toLocaleString('en')} candidates`}
                </span>
              </li>
            )
          })}
        </ul>
      </Section>
    </>
  )
}
