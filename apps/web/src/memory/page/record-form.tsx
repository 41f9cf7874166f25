/** Changes a record. */

import type { MemoryChange, RememberedRecord } from '@salp/agent'
import { useMemo, useState } from 'react'
import { toChange, toDraft } from './change.js'
import { zoneOffset } from './days.js'

const kinds = ['fact', 'event', 'preference', 'procedure', 'summary'] as const
const levels = ['public', 'internal', 'confidential', 'restricted'] as const

/** A form over a record. Other words or days make a new version; it says so before it is sent. */
export function RecordForm({
  record,
  onSave,
  onCancel,
}: {
  record: RememberedRecord
  onSave: (change: MemoryChange) => Promise<boolean>
  onCancel: () => void
}) {
  const offsetMs = useMemo(() => zoneOffset(Date.now()), [])
  const [draft, setDraft] = useState(() => toDraft(record, offsetMs))
  const [saving, setSaving] = useState(false)
  const change = toChange(record, draft, offsetMs)
  const versioned = 'content' in change || 'validFrom' in change || 'validUntil' in change
  const backwards = draft.validFrom !== '' && draft.validUntil !== '' && draft.validFrom >= draft.validUntil
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })

  return (
    <form
      className="record-form"
      aria-label="Edit the record"
      onSubmit={async (event) => {
        event.preventDefault()
        if (Object.keys(change).length === 0) return onCancel()
        setSaving(true)
        if (!(await onSave(change))) setSaving(false)
      }}
    >
      <label className="field">
        Words
        <textarea
          // biome-ignore lint/a11y/noAutofocus: the form replaces the text whose button was just pressed
          autoFocus
          rows={4}
          maxLength={20_000}
          value={draft.content}
          onChange={(event) => set({ content: event.target.value })}
        />
      </label>
      <div className="form-pair">
        <label className="field">
          Kind
          <select
            value={draft.kind}
            onChange={(event) => set({ kind: kinds.find((kind) => kind === event.target.value) ?? draft.kind })}
          >
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <label className="field">
          Secrecy
          <select
            value={draft.sensitivity}
            onChange={(event) =>
              set({ sensitivity: levels.find((level) => level === event.target.value) ?? draft.sensitivity })
            }
          >
            {levels.map((level) => (
              <option key={level}>{level}</option>
            ))}
          </select>
        </label>
      </div>
      <label className="field">
        Tags, parted by commas
        <input value={draft.tags} onChange={(event) => set({ tags: event.target.value })} />
      </label>
      <div className="form-pair">
        <label className="field">
          Holds from
          <input type="date" value={draft.validFrom} onChange={(event) => set({ validFrom: event.target.value })} />
        </label>
        <label className="field">
          Holds no more from
          <input type="date" value={draft.validUntil} onChange={(event) => set({ validUntil: event.target.value })} />
        </label>
      </div>
      {backwards && <p className="field-error">It must stop holding after it began.</p>}
      {(draft.sensitivity === 'confidential' || draft.sensitivity === 'restricted') && (
        <p className="muted form-note">Salp does not recall what is {draft.sensitivity}; only you see it here.</p>
      )}
      <p className="muted form-note" role="status">
        {versioned ? 'Saved as a new version; this one stays as history.' : 'Tags, kind and secrecy change in place.'}
      </p>
      <div className="actions">
        <button
          type="submit"
          className="button button-primary"
          disabled={saving || backwards || draft.content.trim() === ''}
        >
          Save
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  )
}
