/** The problems, with how hard each proved to be. */

import { useState } from 'react'
import type { ProblemSummary, SolverRating } from '../api/contracts.js'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { filterProblems, type ProblemFilter, problemStates } from './filter.js'
import { benchmarkHash } from './route.js'
import { solverWords } from './words.js'

/** Lists them; `revision` loads them anew. */
export function ProblemsView({ revision }: { revision: string }) {
  const { api } = useStudio()
  const all = useResource(api.problems, revision, 2_000)
  if (!all.value) return all.error === undefined ? null : <PanelProblem error={all.error} onRetry={all.reload} />
  const { problems, solvers } = all.value
  if (problems.length === 0) return <p>There are no problems here.</p>
  return (
    <>
      <ProblemList problems={problems} />
      {solvers.length > 0 && <Solvers solvers={solvers} />}
    </>
  )
}

function ProblemList({ problems }: { problems: readonly ProblemSummary[] }) {
  const [filter, setFilter] = useState<ProblemFilter>({ text: '', tier: undefined, state: 'all' })
  const set = (part: Partial<ProblemFilter>) => setFilter({ ...filter, ...part })
  const tiers = [...new Set(problems.map(({ tier }) => tier))]
  const shown = filterProblems(problems, filter)
  return (
    <Section name="Problems" aside={<span className="muted number">{plural(shown.length, 'problem')}</span>}>
      <div className="problem-filter">
        <label className="search">
          <Icon name="search" size={16} />
          <input
            type="search"
            aria-label="Search problems"
            placeholder="Name or tag"
            value={filter.text}
            onChange={(event) => set({ text: event.target.value })}
          />
        </label>
        <select
          aria-label="Tier"
          value={filter.tier ?? ''}
          onChange={(event) => set({ tier: event.target.value === '' ? undefined : Number(event.target.value) })}
        >
          <option value="">All tiers</option>
          {tiers.map((tier) => (
            <option key={tier} value={tier}>
              Tier {tier}
            </option>
          ))}
        </select>
        <select
          aria-label="How they fared"
          value={filter.state}
          onChange={(event) => set({ state: problemStates.find(({ id }) => id === event.target.value)?.id ?? 'all' })}
        >
          {problemStates.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {shown.length === 0 ? (
        <p className="muted">None is so.</p>
      ) : (
        <ul className="outcomes" aria-label="Problems">
          {shown.map(({ id, title, tier, split, rating, tried, passed, stuck }) => (
            <li key={id}>
              <span
                className={`cell cell-${tried === 0 ? 'none' : passed > 0 ? 'p' : 'f'}`}
                aria-hidden="true"
                title={tried === 0 ? 'Never tried' : `${passed} of ${tried} first answers passed`}
              />
              <a href={benchmarkHash({ view: 'problem', id })}>{title}</a>
              <span className="muted">
                tier {tier}, {split === 'test' ? 'held out' : 'for learning'}
              </span>
              <span className="number">{tried === 0 ? 'Never tried' : `${passed} of ${tried} solved`}</span>
              <span className="muted number">
                {rating && `rated ${rating.rating.toFixed(0)} ± ${rating.error.toFixed(0)}`}
                {stuck && <span className="tag"> stuck</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Solvers({ solvers }: { solvers: readonly SolverRating[] }) {
  return (
    <Section name="Solvers">
      <ul className="outcomes" aria-label="Solvers">
        {solvers.map(({ solver, rating, error }) => {
          const { who, how } = solverWords(solver)
          return (
            <li key={solver}>
              <span aria-hidden="true" />
              <span>{who}</span>
              <span className="muted">{how}</span>
              <span className="number">
                {rating.toFixed(0)} ± {error.toFixed(0)}
              </span>
            </li>
          )
        })}
      </ul>
      <p className="muted">
        Elo ratings of solvers and problems on one scale, fitted to all first answers: at equal ratings a problem is
        solved half the time, 400 more solve it ten times in eleven.
      </p>
    </Section>
  )
}
