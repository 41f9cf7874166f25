/** Everything that goes on, from every surface, and the buttons that end it. */

import type { Activity, Now } from '@salp/agent'
import { useState } from 'react'
import { type Resource, useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { AskingCard } from '../chat/asking-card.js'
import { QuestionForm } from '../chat/question-form.js'
import { ConfirmDialog } from '../design/dialog.js'
import { Icon, type IconName } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { WaitingList } from '../offline/waiting-list.js'
import { sessionHash } from '../sessions/route.js'
import type { NowRoute } from './route.js'
import { RoutineList } from './routine-list.js'
import { StrangerList } from './stranger-list.js'
import { describeStop, fromWhere, groupActivities } from './summary.js'

/** Shows what goes on; the switches stay where a thumb reaches them. */
export function NowPage({ now, route }: { now: Resource<Now>; route: NowRoute }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const strangers = useResource(api.strangers, String(now.value?.activities.length ?? 0), 2_000)
  const routines = useResource(api.routines, '')
  const connected = useLive((live) => live.connection.status === 'open')
  const groups = groupActivities(now.value?.activities ?? [])

  async function act(what: string, action: () => Promise<unknown>): Promise<void> {
    await attempt(what, action)
    now.reload()
  }
  const stop = (activity: Activity) => act('stop it', () => api.stopActivity(activity.id))

  return (
    <div className="now-page">
      <div className="now-scroll">
        <div className={connected ? 'now-sections' : 'now-sections now-stale'}>
          {now.error !== undefined && !now.value && <PanelProblem error={now.error} onRetry={now.reload} />}
          <WaitingList />
          <Asking route={route} />
          <ActivityList name="Needs you" activities={groups.blocked} connected={connected} />
          {now.value && (
            <ActivityList
              name="Running"
              activities={groups.running}
              connected={connected}
              onStop={stop}
              none="Nothing runs now, here or anywhere else."
            />
          )}
          <ActivityList name="Next" activities={groups.next} connected={connected} onStop={stop} />
          <RoutineList
            routines={routines.value?.routines ?? []}
            connected={connected}
            onEnable={async ({ id }, enabled) => {
              await attempt('change the routine', () => api.enableRoutine(id, enabled))
              routines.reload()
            }}
          />
          <StrangerList tasks={strangers.value?.tasks ?? []} />
        </div>
      </div>
      {now.value && <Switches paused={now.value.paused} connected={connected} onAct={act} />}
    </div>
  )
}

/** Calls and questions that wait for a word. */
function Asking({ route: { ask, choice } }: { route: NowRoute }) {
  const approvals = useLive((live) => live.approvals)
  const questions = useLive((live) => live.questions)
  const known = approvals.some(({ id }) => id === ask) || questions.some(({ id }) => id === ask)
  const loaded = useLive((live) => live.connection.status === 'open' && live.revisions.sessions > 0)
  return (
    <>
      {ask !== undefined && loaded && !known && (
        <p className="now-gone" role="status">
          That was decided meanwhile, or its turn has ended.
        </p>
      )}
      {approvals.length + questions.length > 0 && (
        <section className="now-section" aria-label="Waits for you">
          <h2>Waits for you</h2>
          <ol className="chain now-asking">
            {approvals.map((approval) => (
              <li key={approval.id}>
                <AskingCard approval={approval} focused={approval.id === ask && (choice ?? true)} />
                <a className="now-where" href={sessionHash(approval.sessionId)}>
                  Open its conversation
                </a>
              </li>
            ))}
            {questions.map((question) => (
              <li key={question.id}>
                <article className="card card-warm" aria-label="A question">
                  <QuestionForm question={question} />
                </article>
                <a className="now-where" href={sessionHash(question.sessionId)}>
                  Open its conversation
                </a>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

const icons: Readonly<Record<string, IconName>> = {
  turn: 'log',
  call: 'terminal',
  task: 'tasks',
  stranger: 'globe',
  cartridge: 'cartridge',
  training: 'graph',
  search: 'search',
  benchmark: 'bars',
}

function ActivityList({
  name,
  activities,
  connected,
  onStop,
  none,
}: {
  name: string
  activities: readonly Activity[]
  connected: boolean
  onStop?: (activity: Activity) => Promise<void>
  /** Said where there are none; without it the list is left out. */
  none?: string
}) {
  if (activities.length === 0 && none === undefined) return null
  return (
    <section className="now-section" aria-label={name}>
      <h2>{name}</h2>
      {activities.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <ul className="activities">
          {activities.map((activity) => (
            <ActivityRow key={activity.id} activity={activity} connected={connected} onStop={onStop} />
          ))}
        </ul>
      )}
    </section>
  )
}

function ActivityRow({
  activity,
  connected,
  onStop,
}: {
  activity: Activity
  connected: boolean
  onStop: ((activity: Activity) => Promise<void>) | undefined
}) {
  const [stopping, setStopping] = useState(false)
  const { kind, title, detail, state, since, channel, sessionId } = activity
  const about = detail !== undefined && detail !== title ? detail : undefined
  const facts = [state === 'waiting' ? 'waits for you' : undefined, fromWhere(channel)].filter((fact) => fact)
  return (
    <li className={`activity activity-${state}`}>
      <Icon name={icons[kind] ?? 'spark'} />
      <div className="activity-text">
        {sessionId === undefined ? <strong>{title}</strong> : <a href={sessionHash(sessionId)}>{title}</a>}
        {about !== undefined && <p>{about}</p>}
        <p className="activity-facts">
          {facts.length > 0 && `${facts.join(', ')} · `}
          <time dateTime={new Date(since).toISOString()} title={formatMoment(since)}>
            {formatAgo(since, Date.now())}
          </time>
        </p>
      </div>
      {onStop && (
        <button
          type="button"
          className="button"
          aria-label={`Stop ${title}`}
          disabled={stopping || !connected}
          onClick={async () => {
            setStopping(true)
            await onStop(activity)
            setStopping(false)
          }}
        >
          {stopping ? 'Stopping' : 'Stop'}
        </button>
      )}
    </li>
  )
}

function Switches({
  paused,
  connected,
  onAct,
}: {
  paused: string | undefined
  connected: boolean
  onAct: (what: string, action: () => Promise<unknown>) => Promise<void>
}) {
  const { api } = useStudio()
  const notice = useNotice()
  const [asking, setAsking] = useState(false)
  return (
    <section className="now-switches" aria-label="Switches">
      {paused === undefined ? (
        <button
          type="button"
          className="button"
          disabled={!connected}
          title="Lets nothing be called until you resume"
          onClick={() => onAct('pause Salp', api.pause)}
        >
          <Icon name="pause" /> Pause
        </button>
      ) : (
        <button
          type="button"
          className="button button-primary"
          disabled={!connected}
          onClick={() => onAct('resume Salp', api.resume)}
        >
          <Icon name="play" /> Resume
        </button>
      )}
      <button
        type="button"
        className="button button-danger"
        aria-haspopup="dialog"
        disabled={!connected}
        onClick={() => setAsking(true)}
      >
        <Icon name="stop" /> Stop everything
      </button>
      {asking && (
        <ConfirmDialog
          title="Stop everything?"
          detail="Every turn, call and task ends, from whatever surface it came. What waits for you is denied. Then Salp is paused until you resume it."
          action="Stop everything"
          onClose={() => setAsking(false)}
          onConfirm={() => onAct('stop everything', async () => notice(describeStop(await api.stopAll())))}
        />
      )}
    </section>
  )
}
