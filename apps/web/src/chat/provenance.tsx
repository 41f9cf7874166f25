/** Memories with where they came from: who said it, when, and how sure it is. */

import type { RecalledMemory } from '@salp/agent'
import { Icon } from '../design/icon.js'
import { Popover } from '../design/popover.js'
import { truncate } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { sessionHash } from '../sessions/route.js'

/** Who says things, in words. */
export const authorNames: Record<RecalledMemory['source']['author'], string> = {
  user: 'You',
  agent: 'Salp',
  tool: 'A tool',
  import: 'An import',
}

/** How sure a record is, in words. */
const verificationNames: Record<RecalledMemory['verification'], string> = {
  stated: 'Stated, not checked',
  inferred: 'Inferred, not stated',
  verified: 'Checked against its source',
}

/** Who said it and when, in one line. */
export function provenanceLine(
  { source, verification }: Pick<RecalledMemory, 'source' | 'verification'>,
  now: number,
): string {
  return `${authorNames[source.author]}, ${formatAgo(source.at, now)} · ${verification}`
}

/** Everything known about where a memory came from. */
export function Provenance({ memory }: { memory: Omit<RecalledMemory, 'score'> }) {
  const { source, verification, confidence, kind, id } = memory
  return (
    <dl className="facts">
      <dt>Said by</dt>
      <dd>
        {authorNames[source.author]}
        {source.channel ? `, through ${source.channel}` : ''}
      </dd>
      <dt>When</dt>
      <dd>{formatMoment(source.at)}</dd>
      {source.sessionId !== undefined && (
        <>
          <dt>Where</dt>
          <dd>
            <a href={sessionHash(source.sessionId)}>Open the conversation</a>
            {source.turnId !== undefined && (
              <>
                , turn <span className="mono">{source.turnId}</span>
              </>
            )}
          </dd>
        </>
      )}
      <dt>Standing</dt>
      <dd>{verificationNames[verification]}</dd>
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
