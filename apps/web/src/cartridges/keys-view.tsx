/** What a cartridge keeps: its keys and values, on the node or in this browser. */

import type { CartridgeView } from '@salp/cartridge'
import { type FormEvent, useState } from 'react'
import type { KvPage } from '../api/contracts.js'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { PanelProblem } from '../design/panel-problem.js'
import { formatBytes, formatCount, plural } from '../format/quantity.js'
import { useSettled } from '../memory/use-settled.js'
import { openPageKv } from './run/open-in-page.js'

type Place = 'node' | 'page'
type Entry = KvPage['entries'][number]

const pageLength = 100
const maxText = 4_096
const refreshMs = 4_000

/** Shows them, in the order of their keys, and lets each be changed or deleted. */
export function KeysView({ view }: { view: CartridgeView }) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const runsHere = view.kind === 'interactive' || view.kind === 'frontend'
  const [place, setPlace] = useState<Place>(runsHere ? 'page' : 'node')
  const [prefix, setPrefix] = useState('')
  const [length, setLength] = useState(pageLength)
  const [open, setOpen] = useState<string>()
  const [adding, setAdding] = useState(false)
  const settled = useSettled(prefix)
  const { id } = view
  const found = useResource(
    (options) =>
      place === 'node'
        ? api.cartridgeKeys(id, { prefix: settled, limit: length }, options)
        : pageKeys(id, settled, length),
    `${id} ${place} ${settled} ${length}`,
  )
  useRefresh(found, refreshMs)

  async function write(key: string, value: string | null): Promise<void> {
    const done = await attempt(value === null ? 'delete the key' : 'keep the value', () =>
      place === 'node' ? api.setCartridgeKey(id, key, value) : setPageKey(id, key, value),
    )
    if (!done) return
    setOpen(undefined)
    setAdding(false)
    found.reload()
  }

  return (
    <section className="side-section" aria-label="Keys and values">
      <header className="side-head">
        {runsHere ? (
          <select aria-label="Kept where" value={place} onChange={(event) => setPlace(event.target.value as Place)}>
            <option value="page">In this browser</option>
            <option value="node">On the node</option>
          </select>
        ) : (
          <p className="muted number">
            {found.value && `${plural(found.value.keys, 'key')}, ${formatBytes(found.value.bytes)}`}
          </p>
        )}
        <button
          type="button"
          className="button-quiet button-small"
          aria-expanded={adding}
          onClick={() => setAdding(!adding)}
        >
          <Icon name="plus" size={15} /> Add
        </button>
      </header>
      {place === 'page' && (
        <p className="muted small-text">
          A run in this page keeps what it writes in this browser. It reads what is changed here when it is started
          again.
        </p>
      )}
      {adding && <EntryForm onSave={write} onCancel={() => setAdding(false)} />}
      <label className="search">
        <Icon name="search" size={15} />
        <input
          type="search"
          aria-label="Keys that begin with"
          placeholder="Keys that begin with"
          value={prefix}
          onChange={(event) => setPrefix(event.target.value)}
        />
      </label>
      {found.value ? (
        found.value.entries.length === 0 ? (
          <p className="muted">{settled === '' ? 'It keeps nothing yet.' : 'No key begins so.'}</p>
        ) : (
          <ul className="key-list" aria-label="Keys">
            {found.value.entries.map((entry) => (
              <li key={entry.key}>
                {open === entry.key ? (
                  <EntryForm entry={entry} onSave={write} onCancel={() => setOpen(undefined)} />
                ) : (
                  <button type="button" className="key-row" onClick={() => setOpen(entry.key)}>
                    <code>{entry.key}</code>
                    <span className="key-value">{entry.text}</span>
                    <span className="muted number">{formatBytes(entry.bytes)}</span>
                  </button>
                )}
              </li>
            ))}
          </ul>
        )
      ) : (
        found.error !== undefined && <PanelProblem error={found.error} onRetry={found.reload} />
      )}
      {found.value?.next !== undefined && (
        <button type="button" className="button button-small" onClick={() => setLength(length + pageLength)}>
          Show more of {formatCount(found.value.keys)}
        </button>
      )}
    </section>
  )
}

function EntryForm({
  entry,
  onSave,
  onCancel,
}: {
  entry?: Entry
  onSave: (key: string, value: string | null) => Promise<void>
  onCancel: () => void
}) {
  const [key, setKey] = useState(entry?.key ?? '')
  const [value, setValue] = useState(entry?.text ?? '')
  // What is shown is cut or no text: to save it would lose the rest.
  const whole = entry === undefined || (entry.text.length < maxText && !entry.text.includes('\ufffd'))
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (key !== '' && whole) void onSave(key, value)
  }
  return (
    <form className="key-form" aria-label={entry === undefined ? 'Add a key' : `Key ${entry.key}`} onSubmit={submit}>
      {entry === undefined ? (
        <input
          className="mono"
          aria-label="Key"
          placeholder="key"
          // biome-ignore lint/a11y/noAutofocus: the form was just asked for
          autoFocus
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      ) : (
        <code>{entry.key}</code>
      )}
      <textarea
        className="mono"
        aria-label="Value"
        rows={Math.min(8, value.split('\n').length + 1)}
        spellCheck={false}
        readOnly={!whole}
        // biome-ignore lint/a11y/noAutofocus: the field replaces the row that was just pressed
        autoFocus={entry !== undefined}
        value={value}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel()
        }}
      />
      {!whole && <p className="muted small-text">Too long, or no text: it can be deleted here, not changed.</p>}
      <div className="actions">
        {whole && (
          <button type="submit" className="button button-small button-primary" disabled={key === ''}>
            Keep
          </button>
        )}
        <button type="button" className="button button-small" onClick={onCancel}>
          Cancel
        </button>
        {entry !== undefined && (
          <button
            type="button"
            className="button-quiet button-small button-push"
            onClick={() => void onSave(entry.key, null)}
          >
            <Icon name="trash" size={15} /> Delete
          </button>
        )}
      </div>
    </form>
  )
}

async function pageKeys(id: string, prefix: string, limit: number): Promise<KvPage> {
  const store = await openPageKv(id)
  try {
    const all = [...store.load(id)].sort(([a], [b]) => (a < b ? -1 : 1))
    const found = all.filter(([key]) => key.startsWith(prefix))
    const decoder = new TextDecoder()
    return {
      entries: found.slice(0, limit).map(([key, value]) => ({
        ...{ key, bytes: value.length },
        text: decoder.decode(value.subarray(0, maxText)),
      })),
      next: found.length > limit ? found[limit - 1]?.[0] : undefined,
      keys: all.length,
      bytes: all.reduce((sum, [key, value]) => sum + key.length + value.length, 0),
    }
  } finally {
    store.close()
  }
}

async function setPageKey(id: string, key: string, value: string | null): Promise<void> {
  const store = await openPageKv(id)
  store.commit([{ cartridge: id, key, value: value === null ? null : new TextEncoder().encode(value) }])
  await store.settled()
  store.close()
}
