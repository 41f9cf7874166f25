/** Asks the agent to do a task alone. */

import type { WorkOrder } from '@salp/agent'
import { useState } from 'react'

/** A form for the commands that have to pass. */
export function DoAlone({
  title,
  onStart,
  onCancel,
}: {
  title: string
  onStart: (order: WorkOrder) => Promise<boolean>
  onCancel: () => void
}) {
  const [commands, setCommands] = useState('npm test')
  const [folder, setFolder] = useState('')
  const verify = commands.split('\n').flatMap((line) => line.trim() || [])
  return (
    <form
      className="task-form"
      aria-label={`Have Salp do ${title}`}
      onSubmit={async (event) => {
        event.preventDefault()
        const place = folder.trim()
        if (verify.length > 0 && (await onStart({ verify, ...(place !== '' && { folder: place }) }))) onCancel()
      }}
    >
      <p className="muted">
        Salp works on a branch of its own, and is done when every command exits with 0 in a clean copy of what it made.
      </p>
      <label className="field">
        Commands, one a line
        {/* biome-ignore lint/a11y/noAutofocus: the form was just asked for */}
        <textarea autoFocus rows={2} value={commands} onChange={(event) => setCommands(event.target.value)} />
      </label>
      <label className="field">
        Git repository
        <input
          value={folder}
          placeholder="The agent's own folder"
          onChange={(event) => setFolder(event.target.value)}
        />
      </label>
      <div className="actions">
        <button type="submit" className="button button-primary" disabled={verify.length === 0}>
          Start
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  )
}
