/** Memories with where they came from: who said it, when, and how sure it is. */

import type { RecalledMemory } from '@salp/agent'
import { Icon } from '../design/icon.js'
import { Popover } from '../design/popover.js'
import { truncate } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'

const authors: Record<RecalledMemory['source']['author'], string> = {
  user: 'You',
  agent: 'Salp',
  tool: 'A tool',
  import: 'An import',
}

const verifications: Record<RecalledMemory['verification'], string> = {
  stated: 'Stated, not checked',
  inferred: 'Inferred, not stated',
  verified: 'Checked against its source',
}

/** Who said it and when, in one line. */
export function provenanceLine({ source, verification }: RecalledMemory, now: number): string {
  return `${authors[source.author]}, ${formatAgo(source.at, now)} · ${verification}`
}

/** Everything known about where a memory came from. */
export function Provenance({ memory }: { memory: RecalledMemory }) {
  const { source, verification, confidence, kind, id } = memory
  return (
    <dl className="facts">
      <dt>Said by</dt>
      <dd>
        {authors[source.author]}
        {source.channel ? `, through ${source.channel}` : ''}
      </dd>
      <dt>When</dt>
      <dd>{formatMoment(source.at)}</dd>
      <dt>Standing</dt>
      <dd>{verifications[verification]}</dd>
      <dt>Confidence</dt>
      <dd>{Math.round(confidence * 100)} %</dd>
      <dt>Kind</dt>
      <dd>{kind}</dd>
      <dt>Record</dt>
      <dd className="mono">{id}</dd>
    </dl>
  )
}

/** Chips for what was recalled; each opens its provenance. */
export function RecallChips({ hits }: { hits: readonly RecalledMemory[] }) {
  if (hits.length === 0) return null
  return (
    <ul className="recall" aria-label="Recalled from memory">
      {hits.map((memory) => (
        <li key={memory.id}>
          <Popover
            className="recall-chip"
            button={
              <>
                <Icon name="memory" size={14} />
                <span className="recall-text">{truncate(memory.content, 60)}</span>
                <span className="recall-source">{provenanceLine(memory, Date.now())}</span>
              </>
            }
          >
            <p className="popover-lead">{memory.content}</p>
            <Provenance memory={memory} />
          </Popover>
        </li>
      ))}
    </ul>
  )
}
