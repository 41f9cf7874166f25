/** How the agent steers itself: the substrate now, and what it made of the calls before. */

import type { SubstrateState } from '@salp/cognition'
import { type ReactNode, useMemo } from 'react'
import { useResource } from '../../api/resource.js'
import { useLive, useStudio } from '../../api/studio.js'
import { Dialog, DialogHead } from '../../design/dialog.js'
import { Icon } from '../../design/icon.js'
import { useMedia } from '../../design/media.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { Gauge } from '../gauge.js'
import { RegimeScale } from '../regime-scale.js'
import { BatchesLog } from './batches-log.js'
import { Board } from './board.js'
import { CalibrationView } from './calibration-view.js'
import { CallChart } from './call-chart.js'
import { CallDetail } from './call-detail.js'
import { Figure, Term } from './explained.js'
import { explanations } from './explanations.js'
import { ModulesList } from './modules-list.js'
import { percent } from './percent.js'
import { joinRecord, type MindRecord } from './record.js'
import { type MindRoute, mindHash } from './route.js'
import { ToolsTable } from './tools-table.js'
import { TurnNow } from './turn-now.js'

const refreshMs = 300

/** Events that are loaded: enough for a long look back. */
const recordLimit = 1_000

/** Shows the page, and beside it the call that is opened; on a small screen above it. */
export function MindPage({ route }: { route: MindRoute }) {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const revision = useLive((live) => live.revisions.substrate)
  const live = useLive((state) => state.events)
  const roomForPane = useMedia('(min-width: 72rem)')
  const state = useResource(api.substrate, String(revision), refreshMs)
  const loaded = useResource((options) => api.mindRecord(recordLimit, options), String(connected))
  const settings = useResource(api.settings, '')
  const record = useMemo(() => joinRecord(loaded.value?.events ?? [], live), [loaded.value, live])
  const error = state.value && loaded.value ? undefined : (state.error ?? loaded.error)
  const reload = () => {
    state.reload()
    loaded.reload()
  }
  const choose = (callId: string | undefined) => location.replace(mindHash({ callId }))
  const { callId } = route
  const chosenCall = record.calls.findLast(({ data }) => data.callId === callId)
  // With room for it, the newest call is told of as it comes.
  const call = callId === undefined && roomForPane ? record.calls.at(-1) : chosenCall
  const chosen = new Set(
    settings.value?.entries.flatMap(({ path, value }) =>
      path.startsWith('agent.modules.') && value !== null ? [path.slice('agent.modules.'.length)] : [],
    ),
  )

  return (
    <div className="mind-page">
      <div className={connected ? 'mind-main' : 'mind-main mind-stale'}>
        {error !== undefined ? (
          <PanelProblem error={error} onRetry={reload} />
        ) : state.value && loaded.value ? (
          <Sections state={state.value} record={record} chosen={chosen} callId={callId} onChoose={choose} />
        ) : (
          <Skeleton />
        )}
      </div>
      {roomForPane ? (
        <aside className="mind-pane" aria-label="Details">
          {call ? (
            <>
              <div className="pane-head">
                {chosenCall === undefined ? (
                  <span className="muted pane-lead">The newest call</span>
                ) : (
                  <button
                    type="button"
                    className="button-quiet button-icon button-small button-push"
                    aria-label="Close details"
                    onClick={() => choose(undefined)}
                  >
                    <Icon name="close" size={16} />
                  </button>
                )}
              </div>
              <CallDetail call={call} />
            </>
          ) : (
            <p className="muted">
              {callId === undefined
                ? 'Choose a call to see what was expected of it, what came, and what the substrate made of it.'
                : 'Of this call nothing is recorded any more.'}
            </p>
          )}
        </aside>
      ) : (
        call && (
          <Dialog label="Details" place="bottom" onClose={() => choose(undefined)}>
            <DialogHead title="Call" onClose={() => choose(undefined)} />
            <div className="mind-pane">
              <CallDetail call={call} />
            </div>
          </Dialog>
        )
      )}
    </div>
  )
}

function Sections({
  state,
  record,
  chosen,
  callId,
  onChoose,
}: {
  state: SubstrateState
  record: MindRecord
  chosen: ReadonlySet<string>
  callId: string | undefined
  onChoose: (callId: string | undefined) => void
}) {
  const roomy = useMedia('(min-width: 56rem)')
  const { modules, at } = state
  const calls = record.calls.slice(roomy ? -120 : -48)
  return (
    <div className="mind-sections">
      <p className="mind-note">
        Engineering proxies with borrowed names: they steer the agent, and claim nothing about a mind or its experience.
      </p>
      <div className="mind-pair">
        <Panel name="Regime">
          <RegimeScale regime={state.regime} bare />
          <dl className="figures">
            <Figure of="doubt">{state.regime.doubt.toFixed(2)}</Figure>
            <Figure of="meanSurprise">{modules.surprise ? state.surprise.mean.toFixed(2) : 'off'}</Figure>
            <Figure of="failing">{percent(state.regime.failing)}</Figure>
          </dl>
        </Panel>
        <Panel name="Modulators" off={modules.neuromodulation ? undefined : 'Switched off: they rest at 1.'}>
          {(['dopamine', 'noradrenaline', 'serotonin'] as const).map((gain) => (
            <Gauge
              key={gain}
              name={explanations[gain].name}
              label={<Term of={gain} />}
              value={state.modulators[gain]}
            />
          ))}
          <p className="muted">Each rests at 1 and stays between 0.1 and 1.9.</p>
        </Panel>
      </div>
      <Panel name={calls.length === 0 ? 'Calls' : `The last ${calls.length} calls`}>
        {calls.length === 0 ? (
          <p className="muted">
            Nothing was called yet. Once the agent uses tools, each call stands here with how much it surprised.
          </p>
        ) : (
          <>
            <p className="muted chart-lead">
              <Term of="surprise" /> from 0 to 4 bits, orange where the call did not work
              {!modules.surprise &&
                '; its module is off, so this is −log₂ of the chance that the forecast gave to what happened'}
            </p>
            <CallChart calls={calls} chosen={callId} onChoose={onChoose} />
          </>
        )}
      </Panel>
      <Panel name="Trust in tools">
        <ToolsTable beliefs={state.beliefs} at={at} on={modules.belief} />
      </Panel>
      <div className="mind-pair">
        <Panel name="Forecasts">
          <CalibrationView calls={record.calls} />
        </Panel>
        <Panel name="This turn">
          <TurnNow turns={state.turns} />
        </Panel>
        <Panel name="Blackboard">
          <Board entries={state.blackboard} at={at} on={modules.blackboard} />
        </Panel>
        <Panel name="Replies tried as a whole">
          <BatchesLog batches={record.batches} />
        </Panel>
        <Panel
          name="Integration"
          off={modules.integration ? undefined : 'Switched off: nobody measures who hears whom.'}
        >
          <dl className="figures">
            <Figure of="integration">{state.integration.phi.toFixed(2)}</Figure>
            <Figure of="coupling">{state.integration.coupling.toFixed(2)}</Figure>
            <Figure of="crossRead">{percent(state.integration.crossRead)}</Figure>
            <Figure of="loops">{`${state.integration.loops} in ${state.integration.components}`}</Figure>
          </dl>
        </Panel>
        <Panel name="Lessons">
          <Lessons lessons={state.lessons} />
        </Panel>
      </div>
      <Panel name="Modules">
        <ModulesList modules={modules} chosen={chosen} />
      </Panel>
    </div>
  )
}

function Lessons({ lessons }: Pick<SubstrateState, 'lessons'>) {
  if (lessons.length === 0)
    return (
      <p className="muted">None yet. One is drawn when a tool keeps working better than another for like requests.</p>
    )
  return (
    <ul className="lessons" aria-label="Lessons">
      {lessons.map(({ situation, prefer, avoid, followed, withheld, retired }) => (
        <li key={`${situation} ${prefer} ${avoid}`} className={retired ? 'module-off' : undefined}>
          <p>
            For {situation}: <code>{prefer}</code> rather than <code>{avoid}</code>
          </p>
          <p className="muted">
            Followed {Math.round(followed.ok + followed.failed)}×, worked {Math.round(followed.ok)}×; withheld by chance{' '}
            {Math.round(withheld.ok + withheld.failed)}×, worked {Math.round(withheld.ok)}×
            {retired && '; retired, since it did not help'}
          </p>
        </li>
      ))}
    </ul>
  )
}

function Panel({ name, off, children }: { name: string; off?: string | undefined; children: ReactNode }) {
  return (
    <section className={off === undefined ? 'mind-section' : 'mind-section mind-section-off'} aria-label={name}>
      <h2>{name}</h2>
      {off !== undefined && <p className="muted">{off}</p>}
      {children}
    </section>
  )
}

function Skeleton() {
  return (
    <div className="mind-sections" role="status" aria-label="Loading">
      {[30, 52, 44, 60].map((width) => (
        <div key={width} className="mind-section skeleton" aria-hidden="true">
          <span style={{ width: `${width}%` }} />
          <span style={{ width: `${width + 25}%` }} />
        </div>
      ))}
    </div>
  )
}
