/** Two runs, problem by problem. */

import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { RateBars } from './rate-bars.js'
import { benchmarkHash } from './route.js'
import { pointsText, probabilityText, solverWords } from './words.js'

/** Below it, a difference is seldom chance. */
const level = 0.05

/** Shows what the later one gained and lost. */
export function Comparison({ earlier, later }: { earlier: string; later: string }) {
  const { api } = useStudio()
  const found = useResource((options) => api.compareRuns(earlier, later, options), `${earlier} ${later}`)
  if (!found.value)
    return found.error === undefined ? null : <PanelProblem error={found.error} onRetry={found.reload} />
  const { problems, gained, lost, change, p, gainedProblems, lostProblems } = found.value
  const bars = [found.value.earlier, found.value.later].map(({ id, solver, report }) => {
    const { who, how } = solverWords(solver)
    return { name: `Run ${id}`, note: [who, how].filter((part) => part !== '').join(', '), rate: report.all.passAt1 }
  })
  const verdict =
    p > level
      ? 'The difference may well be chance.'
      : change.estimate > 0
        ? `Run ${later} is better, and hardly by chance.`
        : `Run ${later} is worse, and hardly by chance.`
  return (
    <>
      <Section name={`Run ${later} against run ${earlier}`}>
        <RateBars bars={bars} />
        <p>
          On the {plural(problems, 'problem')} that both tried, pass@1 changed by{' '}
          <strong className="number">{pointsText(change.estimate)} points</strong>{' '}
          <span className="muted number">
            ({pointsText(change.low)} to {pointsText(change.high)}, bootstrap of 95 %)
          </span>
          : {gained} gained, {lost} lost, p {probabilityText(p)} by McNemar’s exact test. <strong>{verdict}</strong>
        </p>
      </Section>
      <Changed name={`Gained: ${gained}`} problems={gainedProblems} />
      <Changed name={`Lost: ${lost}`} problems={lostProblems} />
    </>
  )
}

function Changed({ name, problems }: { name: string; problems: readonly string[] }) {
  if (problems.length === 0) return null
  return (
    <Section name={name}>
      <ul className="changed">
        {problems.map((problem) => (
          <li key={problem}>
            <a href={benchmarkHash({ view: 'problem', id: problem })}>{problem}</a>
          </li>
        ))}
      </ul>
    </Section>
  )
}
