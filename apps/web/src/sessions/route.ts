/** Which conversation the address names: `#/sessions/<id>`, or none for a new one. */

import { useSyncExternalStore } from 'react'

/** The conversation the address names. */
export function useSessionRoute(): string | undefined {
  return useSyncExternalStore(
    (callback) => {
      addEventListener('hashchange', callback)
      return () => removeEventListener('hashchange', callback)
    },
    () => parseSessionHash(location.hash),
  )
}

/** Reads the id out of a hash. */
export function parseSessionHash(hash: string): string | undefined {
  const encoded = /^#\/sessions\/([^/]+)$/.exec(hash)?.[1]
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** Opens a conversation, or a new one. */
export function openSession(id: string | undefined): void {
  location.hash = id === undefined ? '#/' : `#/sessions/${encodeURIComponent(id)}`
}
