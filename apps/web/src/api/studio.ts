/** What every view needs: the client and the live agent. */

import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Api } from './client.js'
import type { Live, LiveSnapshot } from './live.js'

/** Parts made once, in `main.tsx`. */
export interface Studio {
  readonly api: Api
  readonly live: Live
}

/** Provides {@link Studio} to the views. */
export const StudioContext = createContext<Studio | undefined>(undefined)

/** The client and the live agent. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext)
  if (!studio) throw new TypeError('Cannot use Studio outside its provider')
  return studio
}

/** One part of what is known of the running agent. `select` returns a part as it is, not a new object. */
export function useLive<Part>(select: (snapshot: LiveSnapshot) => Part): Part {
  const { live } = useStudio()
  return useSyncExternalStore(live.subscribe, () => select(live.snapshot()))
}
