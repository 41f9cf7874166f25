/** Lines above the page about what holds for all of it: a newer version, a node that is away, a pause. */

import { useSyncExternalStore } from 'react'
import { useOffline, useOutbox, useStudio } from '../api/studio.js'
import { useAttempt } from '../design/notices.js'
import { nowHash } from '../now/route.js'

/** Shows those that hold. `paused` is the reason of the pause, if there is one. */
export function Strips({ paused, onResumed }: { paused: string | undefined; onResumed: () => void }) {
  return (
    <div className="strips">
      <UpdateStrip />
      <OfflineStrip />
      {paused !== undefined && <PausedStrip reason={paused} onResumed={onResumed} />}
    </div>
  )
}

function UpdateStrip() {
  const { updates } = useStudio()
  const isNewer = useSyncExternalStore(updates.subscribe, updates.snapshot)
  if (!isNewer) return null
  return (
    <p className="strip" role="status">
      <span>A newer Studio is here.</span>
      <button type="button" className="button button-small" onClick={updates.apply}>
        Reload
      </button>
    </p>
  )
}

function OfflineStrip() {
  const offline = useOffline()
  const waiting = useOutbox().filter(({ state }) => state !== 'refused').length
  if (!offline) return null
  return (
    <p className="strip strip-away" role="status">
      <span>
        Salp is away. What you see is as it was last seen; what you write is sent when it is back
        {waiting > 0 && (
          <>
            {': '}
            <a href={nowHash}>{waiting === 1 ? '1 message waits' : `${waiting} messages wait`}</a>
          </>
        )}
        .
      </span>
    </p>
  )
}

function PausedStrip({ reason, onResumed }: { reason: string; onResumed: () => void }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const offline = useOffline()
  return (
    <p className="strip strip-paused" role="status">
      <span>Salp is paused and calls nothing: {reason}</span>
      <button
        type="button"
        className="button button-small"
        disabled={offline}
        onClick={async () => {
          if (await attempt('resume Salp', api.resume)) onResumed()
        }}
      >
        Resume
      </button>
    </p>
  )
}
