/** What was written and not sent yet, kept for the tab so that a reload loses nothing. */

import { useState } from 'react'

/** The draft of a conversation, and how to change it. */
export function useDraft(conversation: string): [string, (draft: string) => void] {
  const key = `salp:draft:${conversation}`
  const [draft, setDraft] = useState(() => read(key))
  return [
    draft,
    (next) => {
      setDraft(next)
      try {
        sessionStorage.setItem(key, next)
      } catch {
        // Storage is switched off: the draft lives as long as the page.
      }
    },
  ]
}

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}
