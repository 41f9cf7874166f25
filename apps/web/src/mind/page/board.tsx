/** The blackboard: what the modules left for others, and who acted on it. */

import type { Entry } from '@salp/cognition'
import { formatAgo } from '../../format/time.js'
import { Term } from './explained.js'

const readers: Readonly<Record<Entry['readBy'][number], string>> = {
  precision: 'the regime',
  belief: 'the order of calls',
  person: 'asking you',
}

/** Lists entries, the most salient first. */
export function Board({ entries, at, on }: { entries: readonly Entry[]; at: number; on: boolean }) {
  if (!on) return <p className="muted">The blackboard is switched off: nothing is posted, and nobody is asked.</p>
  if (entries.length === 0)
    return <p className="muted">Nothing is on it: no risk, no surprise, no change of regime of late.</p>
  return (
    <>
      <p className="muted board-scale">
        <Term of="salience" />
      </p>
      <ul className="board" aria-label="Blackboard">
        {entries.map((entry) => (
          <li key={entry.id}>
            <span className="board-salience" title={`Salience ${entry.salience.toFixed(2)}`}>
              <span className="board-fill" style={{ width: `${100 * entry.salience}%` }} />
            </span>
            <p>
              <span className="tag">{entry.topic}</span> {entry.content}
            </p>
            <p className="muted">
              by {entry.source}, {formatAgo(entry.at, at)}
              {entry.count > 1 && `, ${entry.count} times`} ·{' '}
              {entry.readBy.length === 0
                ? 'acted on by nobody'
                : `acted on by ${entry.readBy.map((reader) => readers[reader]).join(' and ')}`}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
