/** Replies that wrote several times: which counted, which were taken back. */

import { plural } from '../../format/quantity.js'
import { formatMoment } from '../../format/time.js'
import { sessionHash } from '../../sessions/route.js'
import type { Batch } from './record.js'

const shown = 30

/** Lists them, the newest first. */
export function BatchesLog({ batches }: { batches: readonly Batch[] }) {
  if (batches.length === 0) {
    return (
      <p className="muted">
        No reply was tried as a whole. With the setting <code>agent.wholeReplies</code>, a reply that changes files more
        than once counts as a whole or not at all.
      </p>
    )
  }
  const undone = batches.filter(({ name }) => name === 'batch:undone').length
  return (
    <>
      <p className="muted">
        {undone} of {plural(batches.length, 'reply', 'replies')} taken back
      </p>
      <ul className="batches" aria-label="Replies that counted whole">
        {batches
          .toReversed()
          .slice(0, shown)
          .map((batch) => (
            <li key={batch.sequence} className={batch.name === 'batch:undone' ? 'batch-undone' : undefined}>
              <a href={sessionHash(batch.sessionId)}>
                {batch.name === 'batch:undone' ? 'Undone' : 'Kept'}:{' '}
                {batch.data.calls.map(({ tool }) => tool).join(', ')}
              </a>
              <span className="muted">
                {batch.name === 'batch:undone' && `${batch.data.reason} · `}
                {formatMoment(batch.at)}
              </span>
            </li>
          ))}
      </ul>
    </>
  )
}
