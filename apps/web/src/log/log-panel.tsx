/** What happened since the page was opened, and whether the record of it can be trusted. */

import type { ChainState } from '@salp/agent'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { PanelProblem } from '../design/panel-problem.js'
import { plural } from '../format/quantity.js'
import { formatClock, formatMoment } from '../format/time.js'
import { describeEvent, eventTone } from './event-line.js'

const refreshMs = 1_000

/** Shows the audit chain and the newest events. */
export function LogPanel() {
  const { api } = useStudio()
  const events = useLive((live) => live.events)
  const revision = useLive((live) => live.revisions.substrate)
  const audit = useResource((options) => api.audit(1, options), String(revision), refreshMs)
  return (
    <div className="stack">
      {audit.value ? (
        <AuditState chain={audit.value.chain} />
      ) : (
        audit.error !== undefined && <PanelProblem error={audit.error} onRetry={audit.reload} />
      )}
      {events.length === 0 ? (
        <p className="muted">Nothing happened since this page was opened.</p>
      ) : (
        <ol className="log" aria-label="Events">
          {events.toReversed().map((event) => (
            <li key={event.sequence} className={`log-line log-${eventTone(event)}`}>
              <time dateTime={new Date(event.at).toISOString()} title={formatMoment(event.at)}>
                {formatClock(event.at)}
              </time>
              <span className="log-name">{event.name}</span>
              <span className="log-text">{describeEvent(event)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

function AuditState({ chain: { intact, checked, brokenAt } }: { chain: ChainState }) {
  return (
    <p className={intact ? 'audit' : 'audit audit-broken'} role={intact ? undefined : 'alert'}>
      <Icon name={intact ? 'shield' : 'alert'} size={18} />
      <span>
        <strong>{intact ? 'Audit chain intact' : 'Audit chain broken'}</strong>
        <small>
          {intact
            ? `${plural(checked, 'record')} checked, each bound to the one before`
            : `Record ${brokenAt ?? ''} was changed or removed after it was written`}
        </small>
      </span>
    </p>
  )
}
