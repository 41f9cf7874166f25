/** Runs a search in slices, so that others have their turn. */

import type { Clock } from '@salp/core'
import type { Search } from './search.js'

/** How long a search runs before others have their turn, in ms. */
const sliceMs = 30

/**
 * Runs a search until its budget is spent, or it is told to stop.
 *
 * @param step - Called after each step of the search; ends it by giving true.
 * @param slice - Called some thirty times a second.
 * @throws The signal's reason if it aborts.
 */
export async function runSearch(
  { clock, signal }: { readonly clock: Pick<Clock, 'monotonic' | 'sleep'>; readonly signal?: AbortSignal | undefined },
  search: Search,
  {
    step = () => false,
    slice = () => undefined,
  }: { readonly step?: () => boolean | Promise<boolean>; readonly slice?: () => void } = {},
): Promise<void> {
  let turn = clock.monotonic()
  for (const _ of search.run()) {
    const ends = step()
    if (typeof ends === 'boolean' ? ends : await ends) return
    if (clock.monotonic() - turn < sliceMs) continue
    slice()
    // Not 0, which would give no one else a turn.
    await clock.sleep(1, { signal })
    turn = clock.monotonic()
  }
}
