/** Coding problems with hidden tests: what is solved of them, and whether that becomes more. */

import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { Page } from '../design/page.js'
import { Comparison } from './comparison-view.js'
import { ProblemView } from './problem-view.js'
import { ProblemsView } from './problems-view.js'
import { type BenchmarkRoute, benchmarkHash } from './route.js'
import { RunDetail } from './run-view.js'
import { RunsView } from './runs-view.js'
import { useBenchmarkLive } from './use-benchmark-live.js'

const tabs = [
  { name: 'Runs', hash: benchmarkHash(), views: ['runs', 'run', 'compare'] },
  { name: 'Problems', hash: benchmarkHash({ view: 'problems' }), views: ['problems', 'problem'] },
] as const

/** Shows the page. */
export function BenchmarkPage({ route }: { route: BenchmarkRoute }) {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const live = useBenchmarkLive()
  const view = useResource(api.benchmark, `${connected} ${live?.last?.run}`)
  const revision = `${connected} ${live?.last?.run} ${live?.job?.outcomes ?? ''}`
  const { view: shown } = route
  return (
    <Page>
      <nav className="view-tabs" aria-label="Benchmark">
        {tabs.map(({ name, hash, views }) => (
          <a key={name} href={hash} aria-current={views.some((one) => one === shown) ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div className="page-sections benchmark">
        {shown === 'runs' && (
          <>
            <p className="page-lead">
              Coding problems with hidden tests. What a solver makes of them is measured the same way each time, so that
              “better than last week” is a figure. <code>salp bench</code> writes to the same record.
            </p>
            <RunsView view={view} live={live} connected={connected} />
          </>
        )}
        {(shown === 'run' || shown === 'compare') && <Back hash={benchmarkHash()} to="All runs" />}
        {shown === 'problem' && <Back hash={benchmarkHash({ view: 'problems' })} to="All problems" />}
        {route.view === 'run' && <RunDetail key={route.id} id={route.id} revision={revision} />}
        {route.view === 'compare' && <Comparison earlier={route.earlier} later={route.later} />}
        {route.view === 'problems' && <ProblemsView revision={`${connected} ${live?.last?.run}`} />}
        {route.view === 'problem' && <ProblemView key={route.id} id={route.id} revision={revision} />}
      </div>
    </Page>
  )
}

function Back({ hash, to }: { hash: string; to: string }) {
  return (
    <a className="button-quiet button-small benchmark-back" href={hash}>
      <Icon name="back" size={15} /> {to}
    </a>
  )
}
