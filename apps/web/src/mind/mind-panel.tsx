/** The substrate, live: what steers the agent and how it came to. */

import type { SubstrateState } from '@salp/cognition'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatAgo } from '../format/time.js'
import { BeliefRow } from './belief-row.js'
import { Budgets } from './budgets.js'
import { Gauge } from './gauge.js'
import { mindHash } from './page/route.js'
import { RegimeScale } from './regime-scale.js'
import { Sparkline } from './sparkline.js'

const refreshMs = 300

/** Shows the substrate; loads it again when events say it changed. */
export function MindPanel() {
  const { api } = useStudio()
  const revision = useLive((live) => live.revisions.substrate)
  const { value, error, reload } = useResource(api.substrate, String(revision), refreshMs)
  if (!value)
    return error === undefined ? <p className="muted pad">Loading</p> : <PanelProblem error={error} onRetry={reload} />
  return (
    <div className="mind">
      <a className="mind-all" href={mindHash()}>
        Every number, and the calls before
      </a>
      <RegimeScale regime={value.regime} />
      {value.modules.neuromodulation && <Modulators modulators={value.modulators} />}
      {value.modules.surprise && <Surprise surprise={value.surprise} />}
      <RunningBudgets turns={value.turns} />
      <Beliefs beliefs={value.beliefs} />
      <Blackboard entries={value.blackboard} at={value.at} />
    </div>
  )
}

function Modulators({ modulators }: Pick<SubstrateState, 'modulators'>) {
  return (
    <section aria-labelledby="mind-modulators">
      <h2 id="mind-modulators">Modulators</h2>
      <Gauge
        name="Dopamine"
        value={modulators.dopamine}
        explanation="Rises when calls go better than forecast. The goal then counts for more in what is noticed."
      />
      <Gauge
        name="Noradrenaline"
        value={modulators.noradrenaline}
        explanation="Rises when outcomes surprise more than forecasts allowed for: more exploring, stricter checks, a leaner context."
      />
      <Gauge
        name="Serotonin"
        value={modulators.serotonin}
        explanation="Rises with good fortune, falls as budgets drain: patience with slow tools and long turns."
      />
    </section>
  )
}

function Surprise({ surprise: { mean, recent } }: Pick<SubstrateState, 'surprise'>) {
  const last = recent.at(-1)
  return (
    <section aria-labelledby="mind-surprise">
      <h2 id="mind-surprise">
        Surprise <output>{mean.toFixed(2)}</output>
      </h2>
      {last ? (
        <>
          <Sparkline
            label={`Surprise of the last ${plural(recent.length, 'call')}, from 0 to 1`}
            points={recent.map(({ callId, level, spiked }) => ({ key: callId, level, marked: spiked }))}
          />
          <p className="muted">
            Last: <code>{last.tool}</code> {last.outcome}, {last.bits.toFixed(1)} bits against{' '}
            {last.expectedBits.toFixed(1)} expected
          </p>
        </>
      ) : (
        <p className="muted">Nothing yet. Each tool call is compared with what was forecast of it.</p>
      )}
    </section>
  )
}

function RunningBudgets({ turns }: Pick<SubstrateState, 'turns'>) {
  return (
    <section aria-labelledby="mind-budgets">
      <h2 id="mind-budgets">Budgets</h2>
      {turns.length === 0 && <p className="muted">No turn runs. Each one gets budgets of its own.</p>}
      {turns.map(({ turnId, budgets }) => (
        <Budgets key={turnId} budgets={budgets} />
      ))}
    </section>
  )
}

function Beliefs({ beliefs }: Pick<SubstrateState, 'beliefs'>) {
  return (
    <section aria-labelledby="mind-beliefs">
      <h2 id="mind-beliefs">Trust in tools</h2>
      {beliefs.length === 0 ? (
        <p className="muted">No tool was used yet. How often each works is learnt from use.</p>
      ) : (
        <>
          <div className="belief-scale" aria-hidden="true">
            <span>never works</span>
            <span>always works</span>
          </div>
          <ul className="beliefs">
            {beliefs.map((belief) => (
              <BeliefRow key={belief.tool} belief={belief} />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Blackboard({ entries, at }: { entries: SubstrateState['blackboard']; at: number }) {
  if (entries.length === 0) return null
  return (
    <section aria-labelledby="mind-blackboard">
      <h2 id="mind-blackboard">On its mind</h2>
      <ul className="blackboard">
        {entries.slice(0, 6).map((entry) => (
          <li key={entry.id} style={{ opacity: 0.72 + 0.28 * entry.salience }}>
            <span className="tag">{entry.topic}</span> {entry.content}{' '}
            <span className="muted">{formatAgo(entry.at, at)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
