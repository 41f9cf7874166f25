/** Keeps memory in order: shows what would be done before it is done, and what only a person can settle. */

import type { CurationView, RememberedRecord } from '@salp/agent'
import { type ReactNode, useState } from 'react'
import type { CurationOrder } from '../../api/contracts.js'
import { useResource } from '../../api/resource.js'
import { useStudio } from '../../api/studio.js'
import { authorNames } from '../../chat/provenance.js'
import { ConfirmDialog } from '../../design/dialog.js'
import { useAttempt, useNotice } from '../../design/notices.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { plural } from '../../format/quantity.js'
import { formatAgo } from '../../format/time.js'
import { type MemoryRoute, memoryHash } from './route.js'

type Order = Omit<CurationOrder, 'dryRun'>

const shown = 20

/** Shows the preview and the conflicts. `onChanged` is told when memory is other than before. */
export function TidyView({
  route,
  revision,
  onChanged,
}: {
  route: MemoryRoute
  revision: string
  onChanged: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [order, setOrder] = useState<Order>({})
  const [confirming, setConfirming] = useState(false)
  const [busy, setBusy] = useState(false)
  const { value, error, loading, reload } = useResource(
    (options) => api.curateMemory({ ...order, dryRun: true }, options),
    `${revision} ${JSON.stringify(order)}`,
    500,
  )

  async function apply(): Promise<void> {
    setBusy(true)
    await attempt('tidy up', async () => {
      const done = await api.curateMemory({ ...order, dryRun: false })
      notice(tellDone(done))
      onChanged()
    })
    setBusy(false)
  }
  async function keep(record: RememberedRecord, others: readonly string[]): Promise<void> {
    const settled = await attempt('settle this', async () => {
      for (const other of others) await api.supersedeMemory(other, record.id)
    })
    if (settled) notice('Settled; the others are kept as history')
    onChanged()
  }

  if (error !== undefined && value === undefined) return <PanelProblem error={error} onRetry={reload} />
  const lost = value === undefined ? 0 : value.expired.length + value.forgotten.length
  const work = value === undefined ? 0 : lost + value.merged.length + value.condensed.length
  return (
    <div className="tidy">
      <section aria-labelledby="tidy-title">
        <h2 id="tidy-title">What would be done</h2>
        <p className="muted">Nothing is changed until you apply it. Merged records can be reopened.</p>
        <TidyOptions order={order} onOrder={setOrder} />
        {value === undefined ? (
          <p className="muted">Reading everything remembered</p>
        ) : (
          <div className={loading ? 'records-stale' : undefined}>
            <Preview curation={value} route={route} />
            <div className="actions tidy-apply">
              <button
                type="button"
                className={work === 0 ? 'button' : 'button button-primary'}
                disabled={work === 0 || busy || loading}
                onClick={() => (lost > 0 ? setConfirming(true) : apply())}
              >
                {busy ? 'Tidying up' : work === 0 ? 'Nothing to do' : 'Apply'}
              </button>
            </div>
          </div>
        )}
      </section>
      {value !== undefined && (
        <section aria-labelledby="conflicts-title">
          <h2 id="conflicts-title">Conflicts</h2>
          <p className="muted">
            {value.conflicts.length === 0
              ? 'No two records tell different values of one thing.'
              : 'These tell different values of one thing, and none is surer than the others. Say which one holds.'}
          </p>
          <ul className="conflicts" aria-label="Conflicts">
            {value.conflicts.map(({ subject, attribute, ids }) => (
              <li key={`${subject} ${attribute}`}>
                <h3>
                  {subject} <span className="muted">· {attribute}</span>
                </h3>
                <ul>
                  {ids.map((id) => (
                    <Line key={id} record={value.records[id]} id={id} route={route}>
                      {value.records[id] !== undefined && (
                        <button
                          type="button"
                          className="button button-small"
                          onClick={() => {
                            const record = value.records[id]
                            if (record !== undefined)
                              void keep(
                                record,
                                ids.filter((other) => other !== id),
                              )
                          }}
                        >
                          This holds
                        </button>
                      )}
                    </Line>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </section>
      )}
      {confirming && value && (
        <ConfirmDialog
          title={`Delete ${plural(lost, 'record')}?`}
          detail={`${tellLost(value)} Their words, names and vectors go for good. This cannot be undone.`}
          action="Apply"
          onClose={() => setConfirming(false)}
          onConfirm={() => void apply()}
        />
      )}
    </div>
  )
}

function TidyOptions({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const number = (text: string) => (text === '' ? undefined : Math.max(0, Math.floor(Number(text))))
  return (
    <div className="tidy-options">
      <label className="field">
        Records to keep at most
        <input
          type="number"
          min={0}
          placeholder="All"
          value={order.keep ?? ''}
          onChange={(event) => onOrder({ ...order, keep: number(event.target.value) })}
        />
      </label>
      <label className="field">
        Days after which events are summed up
        <input
          type="number"
          min={0}
          placeholder="None"
          value={order.condenseAfterDays ?? ''}
          onChange={(event) => onOrder({ ...order, condenseAfterDays: number(event.target.value) })}
        />
      </label>
    </div>
  )
}

function Preview({ curation, route }: { curation: CurationView; route: MemoryRoute }) {
  const { expired, merged, forgotten, condensed, records } = curation
  return (
    <div className="tidy-parts">
      <Part title="Expired, to be deleted" count={expired.length} unit="record">
        <p className="muted">Nobody can read them any more, so they are only counted.</p>
      </Part>
      <Part title="Said twice, to be merged" count={merged.length} unit="pair">
        <ul aria-label="To be merged">
          {merged.slice(0, shown).map(({ kept, closed }) => (
            <li key={closed} className="tidy-pair">
              <ul>
                <Line record={records[kept]} id={kept} route={route}>
                  <span className="tag">stays</span>
                </Line>
                <Line record={records[closed]} id={closed} route={route} />
              </ul>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Worth least, to be deleted" count={forgotten.length} unit="record">
        <ul aria-label="To be deleted">
          {forgotten.slice(0, shown).map((id) => (
            <Line key={id} record={records[id]} id={id} route={route} />
          ))}
        </ul>
      </Part>
      <Part title="Old events, to be summed up" count={condensed.length} unit="conversation">
        <ul aria-label="To be summed up">
          {condensed.slice(0, shown).map(({ of }) => (
            <Line key={of[0] ?? ''} record={records[of[0] ?? '']} id={of[0] ?? ''} route={route}>
              <span className="muted">and {of.length - 1} more</span>
            </Line>
          ))}
        </ul>
      </Part>
    </div>
  )
}

function Part({ title, count, unit, children }: { title: string; count: number; unit: string; children: ReactNode }) {
  if (count === 0)
    return (
      <div className="tidy-part tidy-none">
        <h3>{title}</h3>
        <span className="muted">none</span>
      </div>
    )
  return (
    <details className="tidy-part" open={count <= 5}>
      <summary>
        <h3>{title}</h3>
        <span className="number">{plural(count, unit)}</span>
      </summary>
      {children}
      {count > shown && <p className="muted">The first {shown} are shown.</p>}
    </details>
  )
}

function Line({
  record,
  id,
  route,
  children,
}: {
  record: RememberedRecord | undefined
  id: string
  route: MemoryRoute
  children?: ReactNode
}) {
  return (
    <li className="tidy-line">
      <a href={memoryHash({ ...route, id })} aria-current={route.id === id ? 'true' : undefined}>
        {record?.content ?? <span className="mono">{id}</span>}
        {record && (
          <span className="muted">
            {authorNames[record.source.author]}, {formatAgo(record.source.at, Date.now())} · {record.verification}
          </span>
        )}
      </a>
      {children}
    </li>
  )
}

function tellLost({ expired, forgotten }: CurationView): string {
  const parts = [
    ...(expired.length > 0 ? [`${expired.length} expired`] : []),
    ...(forgotten.length > 0 ? [`${forgotten.length} worth least`] : []),
  ]
  return `${parts.join(' and ')} will be deleted.`
}

function tellDone({ expired, forgotten, merged, condensed }: CurationView): string {
  const parts = [
    [merged.length, 'merged'],
    [expired.length + forgotten.length, 'deleted'],
    [condensed.length, 'summed up'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ')
}
