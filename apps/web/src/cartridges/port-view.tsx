/** How a thought does at the place of the agent that it may take over. */

import type { CartridgeView, PortDecision, PortView } from '@salp/cartridge'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatAgo } from '../format/time.js'

const refreshMs = 10_000
const shownDecisions = 10

const decisionWords: Readonly<Record<PortDecision['decision'], string>> = {
  shadowed: 'runs beside it',
  promoted: 'took over',
  refused: 'was refused',
  'rolled-back': 'was rolled back',
  withdrawn: 'was taken back',
}

/** Shows the port of a cartridge: who has it, who runs beside, and what was decided. */
export function PortStandingView({ view }: { view: CartridgeView }) {
  const { api } = useStudio()
  const found = useResource(api.ports, `${view.id} ${view.version} ${view.revision}`)
  useRefresh(found, refreshMs)
  const name = view.draft.port
  const port = found.value?.ports.find((one) => one.name === name)
  return (
    <section className="side-section" aria-label="Port">
      <p className="muted">
        A thought is for the agent itself: nobody else can call it. It runs beside what the agent has, and takes over
        only if it is no worse on cases it never saw; if it breaks, what was there before goes on.
      </p>
      {name === undefined ? (
        <p>It is for no port yet: choose one in Settings.</p>
      ) : port !== undefined ? (
        <Standing port={port} view={view} />
      ) : found.value !== undefined ? (
        <p>
          This agent has no port <code>{name}</code>.
        </p>
      ) : (
        found.error !== undefined && <PanelProblem error={found.error} onRetry={found.reload} />
      )}
    </section>
  )
}

function Standing({
  port: { name, description, active, shadow, cases, decisions },
  view,
}: {
  port: PortView
  view: CartridgeView
}) {
  const now = Date.now()
  const whose = (cartridge: string, version: number) =>
    cartridge === view.id ? `this one, version ${version}` : `${cartridge}, version ${version}`
  const against = (difference: number) =>
    `${Math.abs(difference).toFixed(4)} ${difference <= 0 ? 'less' : 'more'} loss than what is built in`
  return (
    <>
      <p>
        <strong>{name}</strong> {description}
      </p>
      <dl className="facts">
        <div>
          <dt>Answers</dt>
          <dd>
            {active === undefined
              ? 'what is built in'
              : `${whose(active.cartridge, active.version)}: ${against(active.difference)} over ${plural(active.cases, 'case')}`}
          </dd>
        </div>
        <div>
          <dt>Beside it</dt>
          <dd>
            {shadow === undefined
              ? 'nobody'
              : `${whose(shadow.cartridge, shadow.version)}: ${against(shadow.difference)}; ${shadow.cases} of ${plural(shadow.needed, 'new case')}, ${shadow.past} past`}
          </dd>
        </div>
        <div>
          <dt>Known cases</dt>
          <dd className="number">{cases}</dd>
        </div>
      </dl>
      {decisions.length > 0 && (
        <ul className="test-lines" aria-label="Decisions">
          {decisions.slice(0, shownDecisions).map(({ at, cartridge, version, decision, why }) => (
            <li key={`${at} ${cartridge} ${decision}`}>
              <span className="muted number">{formatAgo(at, now)}</span>
              <span>
                {cartridge}, version {version}, {decisionWords[decision]}
                <span className="test-detail">{why}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
