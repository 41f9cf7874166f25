/** Why a panel shows nothing, and the way out. */

import { describeProblem } from '../api/problem.js'

/** A failure to load, with a button that tries again. */
export function PanelProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { title, detail } = describeProblem(error)
  return (
    <div className="panel-problem" role="alert">
      <strong>{title}</strong>
      {detail !== '' && <p>{detail}</p>}
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}
