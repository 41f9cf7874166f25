/** What the agent does by itself, at times and upon news, and the switch that lets it rest. */

import type { Routine } from '@salp/agent'
import { useState } from 'react'
import { Icon } from '../design/icon.js'
import { formatMoment } from '../format/time.js'
import { whenOf } from './when.js'

/** Lists the routines; nothing where there are none. */
export function RoutineList({
  routines,
  connected,
  onEnable,
}: {
  routines: readonly Routine[]
  connected: boolean
  onEnable: (routine: Routine, enabled: boolean) => Promise<void>
}) {
  if (routines.length === 0) return null
  return (
    <section className="now-section" aria-label="By itself">
      <h2>By itself</h2>
      <ul className="activities">
        {routines.map((routine) => (
          <RoutineRow key={routine.id} routine={routine} connected={connected} onEnable={onEnable} />
        ))}
      </ul>
    </section>
  )
}

function RoutineRow({
  routine,
  connected,
  onEnable,
}: {
  routine: Routine
  connected: boolean
  onEnable: (routine: Routine, enabled: boolean) => Promise<void>
}) {
  const [busy, setBusy] = useState(false)
  const { title, trigger, enabled, nextAt } = routine
  const word = enabled ? 'Rest' : 'Go on'
  return (
    <li className="activity">
      <Icon name="now" />
      <div className="activity-text">
        <strong>{title}</strong>
        <p className="activity-facts">
          {enabled ? whenOf(trigger) : 'Rests'}
          {enabled && nextAt !== undefined && (
            <>
              {' · next '}
              <time dateTime={new Date(nextAt).toISOString()}>{formatMoment(nextAt)}</time>
            </>
          )}
        </p>
      </div>
      <button
        type="button"
        className="button"
        aria-label={`${word}: ${title}`}
        disabled={busy || !connected}
        onClick={async () => {
          setBusy(true)
          await onEnable(routine, !enabled)
          setBusy(false)
        }}
      >
        {word}
      </button>
    </li>
  )
}
