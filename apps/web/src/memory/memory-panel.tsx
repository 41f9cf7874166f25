/** What the agent remembers: search it, add to it, make it forget. */

import type { RecalledMemory } from '@salp/agent'
import { useDeferredValue, useState } from 'react'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Provenance, provenanceLine } from '../chat/provenance.js'
import { ConfirmDialog } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { PanelProblem } from '../design/panel-problem.js'
import { truncate } from '../format/quantity.js'
import { AddMemory } from './add-memory.js'
import { memoryHash } from './page/route.js'
import { useSettled } from './use-settled.js'

/** Shows the newest memories, or those that answer the search. */
export function MemoryPanel() {
  const { api } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  const revision = useLive((live) => live.revisions.memory)
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(useSettled(typed.trim()))
  const { value, error, reload } = useResource(
    (options) => api.memories({ query, limit: 50 }, options),
    `${revision} ${query}`,
  )
  const [forgetting, setForgetting] = useState<RecalledMemory>()

  return (
    <div className="stack">
      <AddMemory
        onAdd={async (content) => {
          if (!(await attempt('remember this', () => api.addMemory({ content })))) return false
          notice('Remembered')
          reload()
          return true
        }}
      />
      <label className="search">
        <Icon name="search" size={16} />
        <input
          type="search"
          aria-label="Search memory"
          placeholder="Search memory"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <a className="memory-all" href={memoryHash({ view: 'records', query })}>
        Everything remembered, by time and by name
      </a>
      {error !== undefined && !value && <PanelProblem error={error} onRetry={reload} />}
      {value && (
        <p className="visually-hidden" role="status">
          {value.hits.length} found
        </p>
      )}
      {value?.hits.length === 0 && (
        <p className="muted">
          {query === ''
            ? 'Nothing is remembered yet. Write something above, or say “remember that …” in a conversation.'
            : `Nothing fits “${query}”.`}
        </p>
      )}
      <ul className="memories" aria-label="Memories">
        {value?.hits.map((memory) => (
          <MemoryRow key={memory.id} memory={memory} onForget={() => setForgetting(memory)} />
        ))}
      </ul>
      {forgetting && (
        <ConfirmDialog
          title="Forget this?"
          detail={`“${truncate(forgetting.content, 160)}” is deleted from memory.`}
          action="Forget"
          onClose={() => setForgetting(undefined)}
          onConfirm={async () => {
            if (await attempt('forget this', () => api.forgetMemory(forgetting.id))) reload()
          }}
        />
      )}
    </div>
  )
}

function MemoryRow({ memory, onForget }: { memory: RecalledMemory; onForget: () => void }) {
  const [open, setOpen] = useState(false)
  return (
    <li className="memory">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className="memory-content">{memory.content}</span>
          <span className="memory-source">{provenanceLine(memory, Date.now())}</span>
        </summary>
        <Provenance memory={memory} />
        {open && <MemoryHistory id={memory.id} />}
        <div className="actions">
          <a
            className="button button-small"
            href={memoryHash({ view: 'records', id: memory.id })}
            aria-label={`Open ${truncate(memory.content, 60)}`}
          >
            <Icon name="edit" size={15} /> Open
          </a>
          <button
            type="button"
            className="button button-small"
            aria-label={`Forget ${truncate(memory.content, 60)}`}
            onClick={onForget}
          >
            <Icon name="trash" size={15} /> Forget
          </button>
        </div>
      </details>
    </li>
  )
}

/** What was believed before; nothing, if this took no other's place. */
function MemoryHistory({ id }: { id: string }) {
  const { api } = useStudio()
  const { value } = useResource((options) => api.memoryVersions(id, options), id)
  const before = value?.hits.slice(value.hits.findIndex((version) => version.id === id) + 1) ?? []
  if (before.length === 0) return null
  return (
    <ul className="memory-history" aria-label="Believed before">
      {before.map((memory) => (
        <li key={memory.id}>
          <s>{memory.content}</s> <span className="memory-source">{provenanceLine(memory, Date.now())}</span>
        </li>
      ))}
    </ul>
  )
}
