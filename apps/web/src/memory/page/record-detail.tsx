/** One record in full: where it came from, what it was before, and what may be done with it. */

import type { RememberedRecord } from '@salp/agent'
import { useState } from 'react'
import { useResource } from '../../api/resource.js'
import { useStudio } from '../../api/studio.js'
import { Provenance } from '../../chat/provenance.js'
import { ConfirmDialog } from '../../design/dialog.js'
import { Icon } from '../../design/icon.js'
import { useAttempt, useNotice } from '../../design/notices.js'
import { PanelProblem } from '../../design/panel-problem.js'
import { plural, truncate } from '../../format/quantity.js'
import { formatMoment } from '../../format/time.js'
import { RecordForm } from './record-form.js'
import { type MemoryRoute, memoryHash } from './route.js'

/** Shows a record. `onChanged` is told of the record to show next; of none, if it is gone. */
export function RecordDetail({
  id,
  route,
  revision,
  onChanged,
}: {
  id: string
  route: MemoryRoute
  revision: string
  onChanged: (id: string | undefined) => void
}) {
  const { api } = useStudio()
  const { value, error, reload } = useResource(async (options) => {
    const [record, { hits }] = await Promise.all([api.memory(id, options), api.memoryVersions(id, options)])
    return { record, versions: hits }
  }, `${revision} ${id}`)
  if (error !== undefined) return <PanelProblem error={error} onRetry={reload} />
  if (value === undefined || value.record.id !== id) return <p className="muted">Reading the record</p>
  return <Detail key={id} record={value.record} versions={value.versions} route={route} onChanged={onChanged} />
}

function Detail({
  record,
  versions,
  route,
  onChanged,
}: {
  record: RememberedRecord
  versions: readonly RememberedRecord[]
  route: MemoryRoute
  onChanged: (id: string | undefined) => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const [editing, setEditing] = useState(false)
  const [forgetting, setForgetting] = useState(false)
  const { id, content, closedAt, pinned, tags, sensitivity, supersededBy } = record
  const before = versions.slice(versions.findIndex((version) => version.id === id) + 1)

  async function change(what: string, done: string, action: () => Promise<RememberedRecord>): Promise<boolean> {
    let next: RememberedRecord | undefined
    const succeeded = await attempt(what, async () => {
      next = await action()
    })
    if (!succeeded) return false
    notice(done)
    setEditing(false)
    onChanged(next?.id)
    return true
  }

  return (
    <article className="detail" aria-label="Record">
      {!editing ? (
        <>
          <p className={closedAt === undefined ? 'detail-content' : 'detail-content detail-closed'}>{content}</p>
          {closedAt !== undefined && (
            <p className="detail-banner">
              Replaced {formatMoment(closedAt)}.{' '}
              {supersededBy !== undefined && (
                <a href={memoryHash({ ...route, id: supersededBy })}>See what took its place</a>
              )}
            </p>
          )}
          <div className="actions">
            {closedAt === undefined ? (
              <>
                <button type="button" className="button button-small" onClick={() => setEditing(true)}>
                  <Icon name="edit" size={15} /> Edit
                </button>
                <button
                  type="button"
                  className="button button-small"
                  aria-pressed={pinned}
                  title="A pinned record neither fades nor is swept"
                  onClick={() =>
                    change(pinned ? 'unpin it' : 'pin it', pinned ? 'Unpinned' : 'Pinned: it will not fade', () =>
                      api.changeMemory(id, { pinned: !pinned }),
                    )
                  }
                >
                  <Icon name="pin" size={15} /> {pinned ? 'Unpin' : 'Pin'}
                </button>
              </>
            ) : (
              <button
                type="button"
                className="button button-small"
                onClick={() =>
                  change('reopen it', 'It holds again, beside what took its place', () => api.reopenMemory(id))
                }
              >
                <Icon name="refresh" size={15} /> Reopen
              </button>
            )}
            <button type="button" className="button button-small" onClick={() => setForgetting(true)}>
              <Icon name="trash" size={15} /> Forget
            </button>
          </div>
        </>
      ) : (
        <RecordForm
          record={record}
          onCancel={() => setEditing(false)}
          onSave={(asked) =>
            change(
              'change it',
              asked.content === undefined ? 'Changed' : 'Changed; the old words are kept as history',
              () => api.changeMemory(id, asked),
            )
          }
        />
      )}
      <section aria-label="Where it came from">
        <Provenance memory={record} />
        <dl className="facts detail-more">
          <div>
            <dt>Learnt</dt>
            <dd>{formatMoment(record.recordedAt)}</dd>
          </div>
          {record.happenedAt !== undefined && (
            <div>
              <dt>Happened</dt>
              <dd>{formatMoment(record.happenedAt)}</dd>
            </div>
          )}
          <div>
            <dt>Holds</dt>
            <dd>{tellValidity(record)}</dd>
          </div>
          {record.claim && (
            <div>
              <dt>Tells</dt>
              <dd>
                the {record.claim.attribute} of {record.claim.subject}
              </dd>
            </div>
          )}
          <div>
            <dt>Secrecy</dt>
            <dd>{sensitivity}</dd>
          </div>
          {record.expiresAt !== undefined && (
            <div>
              <dt>Expires</dt>
              <dd>{formatMoment(record.expiresAt)}</dd>
            </div>
          )}
          {tags.length > 0 && (
            <div>
              <dt>Tags</dt>
              <dd className="tags">
                {tags.map((tag) => (
                  <a key={tag} className="tag" href={memoryHash({ view: 'records', tag, id })}>
                    {tag}
                  </a>
                ))}
              </dd>
            </div>
          )}
        </dl>
      </section>
      {versions.length > 1 && (
        <section aria-labelledby="versions-title">
          <h3 id="versions-title">{plural(versions.length, 'version')}</h3>
          <ol className="versions" aria-label="Versions, newest first">
            {versions.map((version) => (
              <li key={version.id} className={version.closedAt === undefined ? 'version-held' : undefined}>
                <a
                  href={memoryHash({ ...route, id: version.id })}
                  aria-current={version.id === id ? 'true' : undefined}
                >
                  {version.content}
                </a>
                <span className="muted">{tellBelief(version)}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {forgetting && (
        <ForgetDialog
          record={record}
          before={before.length}
          onClose={() => setForgetting(false)}
          onForget={async (all) => {
            if (!(await attempt('forget this', () => api.forgetMemory(id, all)))) return
            notice('Forgotten')
            onChanged(undefined)
          }}
        />
      )}
    </article>
  )
}

function ForgetDialog({
  record,
  before,
  onForget,
  onClose,
}: {
  record: RememberedRecord
  /** Versions whose place it took. */
  before: number
  onForget: (all: boolean) => void
  onClose: () => void
}) {
  const [all, setAll] = useState(true)
  return (
    <ConfirmDialog
      title="Forget this?"
      detail={`“${truncate(record.content, 160)}” is deleted for good: its words in the index, its vector, names that only it mentions, and summaries that were written from it. This cannot be undone.`}
      action="Forget"
      onClose={onClose}
      onConfirm={() => onForget(all && before > 0)}
    >
      {before > 0 && (
        <label className="field-row">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          Forget {before === 1 ? 'the version' : `the ${before} versions`} before it too
        </label>
      )}
    </ConfirmDialog>
  )
}

function tellValidity({ validFrom, validUntil }: RememberedRecord): string {
  if (validFrom === undefined && validUntil === undefined) return 'always, as far as is known'
  const from = validFrom === undefined ? '' : `from ${formatMoment(validFrom)} `
  return `${from}${validUntil === undefined ? 'on' : `until ${formatMoment(validUntil)}`}`
}

function tellBelief({ recordedAt, closedAt }: RememberedRecord): string {
  return closedAt === undefined
    ? `Believed since ${formatMoment(recordedAt)}`
    : `Believed from ${formatMoment(recordedAt)} to ${formatMoment(closedAt)}`
}
