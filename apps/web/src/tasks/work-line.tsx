/** How far the agent is with a task that it does alone. */

import type { Work } from '@salp/agent'
import { Icon } from '../design/icon.js'
import { sessionHash } from '../sessions/route.js'

const states: Readonly<Record<Work['state'], string>> = {
  queued: 'Waits for its turn',
  working: 'Salp works on it',
  verifying: 'Is being verified',
  waiting: 'Waits for its parts',
  done: 'Done alone',
  blocked: 'Needs you',
  stopped: 'Stopped',
}

/** Whether something still happens, or is about to. */
export function isGoingOn({ state }: Work): boolean {
  return state === 'queued' || state === 'working' || state === 'verifying' || state === 'waiting'
}

/** Where it is, what was checked, and what to do with it. */
export function WorkLine({ work, onStop }: { work: Work; onStop: () => void }) {
  const { state, rounds, reason, checks, files = [], place, sessionId } = work
  const turns = rounds === 0 ? '' : rounds === 1 ? ' · one turn' : ` · ${rounds} turns`
  return (
    <div className="work">
      <p className={`work-state work-${state}`} role="status">
        <span>
          {states[state]}
          {turns}
        </span>
        {isGoingOn(work) && (
          <button type="button" className="button button-small" onClick={onStop}>
            Stop
          </button>
        )}
      </p>
      {reason !== undefined && <p className="work-reason">{reason}</p>}
      {checks.length > 0 && (
        <ul className="work-checks">
          {checks.map(({ command, exitCode, output }) => (
            <li key={command}>
              {exitCode === 0 ? (
                <span>
                  <Icon name="check" size={14} /> <code>{command}</code>
                </span>
              ) : (
                <details>
                  <summary>
                    <Icon name="close" size={14} /> <code>{command}</code>{' '}
                    {exitCode === null ? 'was ended' : `exited with ${exitCode}`}
                  </summary>
                  <pre>{output.slice(-4_000)}</pre>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="task-note">
        {files.length > 0 && <>Changed {files.join(', ')}. </>}
        {state === 'done' && place !== undefined && (
          <>
            Take it over with <code>git merge {place.branch}</code>.{' '}
          </>
        )}
        {sessionId !== undefined && <a href={sessionHash(sessionId)}>What was said and done</a>}
      </p>
    </div>
  )
}
