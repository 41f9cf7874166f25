/** A line to write something to be remembered. */

import { type FormEvent, useState } from 'react'

/** Asks for a memory; the line empties once `onAdd` says that it is kept. */
export function AddMemory({ onAdd }: { onAdd: (content: string) => Promise<boolean> }) {
  const [content, setContent] = useState('')
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (content.trim() !== '' && (await onAdd(content.trim()))) setContent('')
  }
  return (
    <form className="add-line" onSubmit={submit}>
      <input
        aria-label="New memory"
        placeholder="Something to remember"
        value={content}
        onChange={(event) => setContent(event.target.value)}
      />
      <button type="submit" className="button" disabled={content.trim() === ''}>
        Remember
      </button>
    </form>
  )
}
