/** What was found lately, bounded in number and age. */

import type { Clock } from '@salp/core'

/** Remembers values for a while. */
export interface Recent<T> {
  get(key: string): T | undefined
  /** Gets and forgets. */
  take(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * Creates an empty memory.
 *
 * @param options - `size`: most values kept; the one set longest ago goes first. `ageMs`: how long a value is good for.
 */
export function createRecent<T>({
  clock,
  size,
  ageMs,
}: {
  readonly clock: Pick<Clock, 'now'>
  readonly size: number
  readonly ageMs: number
}): Recent<T> {
  const entries = new Map<string, { readonly value: T; readonly at: number }>()
  const get = (key: string): T | undefined => {
    const entry = entries.get(key)
    // A clock that was set back makes nothing last longer.
    return entry === undefined || Math.abs(clock.now() - entry.at) > ageMs ? undefined : entry.value
  }
  return {
    get,
    take(key) {
      const value = get(key)
      entries.delete(key)
      return value
    },
    set(key, value) {
      entries.delete(key)
      const [oldest] = entries.keys()
      if (entries.size >= size && oldest !== undefined) entries.delete(oldest)
      entries.set(key, { value, at: clock.now() })
    },
  }
}
