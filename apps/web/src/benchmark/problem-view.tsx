/** One problem as solvers see it, and what they answered. */

import type { ProblemDetail } from '../api/contracts.js'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Markdown } from '../chat/markdown.js'
import { Code } from '../design/code.js'
import { Section } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatAgo } from '../format/time.js'
import { benchmarkHash } from './route.js'
import { solverWords, verdictWords } from './words.js'

/** Shows it; `revision` loads it anew. */
export function ProblemView({ id, revision }: { id: string; revision: string }) {
  const { api } = useStudio()
  const found = useResource((options) => api.problem(id, options), `${id} ${revision}`, 2_000)
  if (!found.value)
    return found.error === undefined ? null : <PanelProblem error={found.error} onRetry={found.reload} />
  const problem = found.value
  const { title, tier, split, tags, rating, stuck, statement, signature, starter, examples } = problem
  const facts = [
    `tier ${tier}`,
    split === 'test' ? 'held out' : 'for learning',
    ...tags,
    ...(rating === undefined ? [] : [`rated ${rating.rating.toFixed(0)} ± ${rating.error.toFixed(0)}`]),
  ]
  return (
    <>
      <Section name={title} aside={stuck && <span className="tag">stuck: failed five times in a row</span>}>
        <p className="muted">{facts.join(' · ')}</p>
        <Markdown text={statement} />
        <Code source={starter.trimEnd()} label="Starter" />
        <table className="cases" aria-label="Examples">
          <thead>
            <tr>
              {signature.parameters.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">gives</th>
            </tr>
          </thead>
          <tbody>
            {examples.map((example) => (
              <tr key={JSON.stringify(example.args)}>
                {signature.parameters.map(({ name }, at) => (
                  <td key={name}>
                    <code>{JSON.stringify(example.args[at])}</code>
                  </td>
                ))}
                <td>
                  {'throws' in example ? (
                    <span className="muted">an error</span>
                  ) : (
                    <code>{JSON.stringify(example.returns)}</code>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="muted">These are shown to solvers. Further tests and the reference are not, nor are they here.</p>
      </Section>
      <Section name={`Answers: ${plural(problem.tries.length, 'run')}`}>
        {problem.tries.length === 0 && <p className="muted">No run tried it yet.</p>}
        {problem.tries.map((one) => (
          <Try key={one.run.id} one={one} />
        ))}
      </Section>
    </>
  )
}

function Try({ one: { run, result } }: { one: ProblemDetail['tries'][number] }) {
  const { who, how } = solverWords(run.solver)
  return (
    <article className="solution" aria-label={`Run ${run.id}`}>
      <p>
        <a href={benchmarkHash({ view: 'run', id: run.id })}>Run {run.id}</a> {who}{' '}
        <span className="muted">
          {how} · {formatAgo(result.recordedAt, Date.now())}
        </span>
      </p>
      {result.status === 'unavailable' && <p className="muted">Could not be tried: {result.reason}</p>}
      {result.status === 'judged' && result.attempts.length === 0 && <p className="bad-text">No answer</p>}
      {result.attempts.map(({ source, verdict, message }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: answers have nothing but their place
        <div key={at} className="solution-one">
          <p>
            <strong className={verdict === 'pass' ? 'good-text' : 'bad-text'}>{verdictWords(verdict)}</strong>
            {message !== '' && <span className="muted"> {message}</span>}
          </p>
          <Code source={source.trimEnd()} label={`Answer ${at + 1} of run ${run.id}`} />
        </div>
      ))}
    </article>
  )
}
