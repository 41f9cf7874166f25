/** What went wrong in a conversation, and what can be done about it. */

import { describeProblem, type Problem } from '../api/problem.js'
import { openSession } from '../sessions/route.js'

/** A problem, and the way out where there is one. */
export interface Failure extends Pick<Problem, 'title' | 'detail'> {
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** A conversation that could not be loaded. */
export function loadFailure(error: unknown, reload: () => void): Failure {
  const problem = describeProblem(error)
  return problem.kind === 'missing'
    ? {
        title: 'This conversation no longer exists',
        detail: 'It was deleted, perhaps in another window.',
        action: { label: 'New conversation', run: () => openSession(undefined) },
      }
    : { ...problem, action: { label: 'Try again', run: reload } }
}

/** A message that did not reach the node, or a stream that broke. What the node refused is in the box again. */
export function streamFailure(error: Error, reload: () => void): Failure {
  const problem = describeProblem(error)
  return problem.kind === 'offline' ? { ...problem, action: { label: 'Try again', run: reload } } : problem
}

/** Shows a failure. */
export function FailureNotice({ failure: { title, detail, action } }: { failure: Failure }) {
  return (
    <div className="problem" role="alert">
      <div>
        <strong>{title}</strong>
        {detail !== '' && <p>{detail}</p>}
      </div>
      {action && (
        <button type="button" className="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  )
}
