/** What every view needs: the client and the live agent. */

import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Kept, WaitingMessage } from '../offline/kept.js'
import type { Outbox } from '../offline/outbox.js'
import type { ShellUpdates } from '../offline/shell-updates.js'
import type { InstallOffer } from '../settings/install-offer.js'
import type { Api } from './client.js'
import type { Live, LiveSnapshot } from './live.js'

/** Parts made once, in `main.tsx`. */
export interface Studio {
  readonly api: Api
  readonly live: Live
  /** What is read without the node. */
  readonly kept: Kept
  /** What is written without it. */
  readonly outbox: Outbox
  readonly updates: ShellUpdates
  readonly installOffer: InstallOffer
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

/** What waits to be sent, the oldest first. */
export function useOutbox(): readonly WaitingMessage[] {
  const { outbox } = useStudio()
  return useSyncExternalStore(outbox.subscribe, outbox.snapshot)
}

/** Whether the node is known to be away: what is written then waits. */
export function useOffline(): boolean {
  return useLive((live) => live.away)
}
