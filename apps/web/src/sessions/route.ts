/** Which conversation the address names: `#/sessions/<id>`, or none for a new one. */

import { useSyncExternalStore } from 'react'

/** The hash of the address, as it changes. */
export function useHash(): string {
  return useSyncExternalStore(
    (callback) => {
      addEventListener('hashchange', callback)
      return () => removeEventListener('hashchange', callback)
    },
    () => location.hash,
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

/** The hash of a conversation. */
export function sessionHash(id: string): string {
  return `#/sessions/${encodeURIComponent(id)}`
}

/** Opens a conversation, or a new one. */
export function openSession(id: string | undefined): void {
  location.hash = id === undefined ? '#/' : sessionHash(id)
}
