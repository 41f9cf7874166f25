/** One record in a list. */

import type { RememberedRecord } from '@salp/agent'
import { authorNames } from '../../chat/provenance.js'
import { Icon } from '../../design/icon.js'
import { formatAgo } from '../../format/time.js'
import { type MemoryRoute, memoryHash } from './route.js'
import { ScoreBreakdown } from './score-breakdown.js'
import type { Explanation } from './score-parts.js'

/** Shows a record with where it came from, and why it was found if a question was asked. */
export function RecordRow({
  record,
  route,
}: {
  record: RememberedRecord & { readonly score?: number; readonly explanation?: Explanation | undefined }
  route: MemoryRoute
}) {
  // What is read as of a day held on that day, whatever came after.
  const struck = record.closedAt !== undefined && route.asOf === undefined
  const { id, content, source, kind, verification, tags, pinned, sensitivity, score, explanation } = record
  return (
    <li className={struck ? 'record record-closed' : 'record'}>
      <a href={memoryHash({ ...route, id })} aria-current={route.id === id ? 'true' : undefined}>
        <span className="record-content">{content}</span>
        <span className="record-note">
          {pinned && <Icon name="pin" size={13} />}
          {(sensitivity === 'confidential' || sensitivity === 'restricted') && <Icon name="lock" size={13} />}
          <span>
            {authorNames[source.author]}
            {source.channel !== undefined && ` in ${source.channel}`}, {formatAgo(source.at, Date.now())} ·{' '}
            {verification} {kind}
            {pinned && <span className="visually-hidden">, pinned</span>}
          </span>
          {tags.map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </span>
      </a>
      {score !== undefined && explanation !== undefined && (
        <ScoreBreakdown content={content} score={score} explanation={explanation} />
      )}
    </li>
  )
}
