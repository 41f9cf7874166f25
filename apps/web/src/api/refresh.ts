/** Keeps a view up to date where no event tells of a change. */

import { useEffect } from 'react'
import { pause } from './pause.js'
import type { Resource } from './resource.js'

/** Loads a resource again `everyMs` after each answer, as long as the page is looked at. */
export function useRefresh({ loading, reload }: Pick<Resource<unknown>, 'loading' | 'reload'>, everyMs: number): void {
  useEffect(() => {
    if (loading) return
    const controller = new AbortController()
    whenSeen(everyMs, controller.signal).then(reload, () => {
      // It waits for nothing but its time, so it can only have been abandoned.
    })
    return () => controller.abort()
  }, [loading, reload, everyMs])
}

async function whenSeen(ms: number, signal: AbortSignal): Promise<void> {
  do await pause(ms, signal)
  while (document.visibilityState !== 'visible')
}
