/** Sends what waits whenever there is reason to believe that it can be sent. */

import type { Live } from '../api/live.js'
import type { Outbox } from './outbox.js'
import type { ShellUpdates } from './shell-updates.js'

/** What it follows. */
export interface KeepSendingDeps {
  readonly live: Pick<Live, 'snapshot' | 'subscribe'>
  readonly outbox: Pick<Outbox, 'flush' | 'refresh' | 'snapshot'>
  readonly updates: Pick<ShellUpdates, 'check'>
  /** Tells of changes that another page made. */
  readonly others: Pick<BroadcastChannel, 'addEventListener'>
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Wait before another try while the node seems to be there, in ms. */
const againMs = 5_000

/** Follows the connection and the turns until the signal aborts. */
export function keepSending({ live, outbox, updates, others, pause }: KeepSendingDeps, signal: AbortSignal): void {
  let connected = false
  let turns = -1
  const send = async (): Promise<void> => {
    try {
      while ((await outbox.flush()) && connected && !signal.aborted) await pause(againMs, signal)
    } catch {
      // The browser keeps nothing here, so nothing waits either; or the page is going.
    }
  }
  const look = (): void => {
    const { connection, revisions } = live.snapshot()
    const isOpen = connection.status === 'open'
    const came = isOpen && !connected
    // A turn that ended may have held up what waits behind it.
    const turned = isOpen && revisions.sessions !== turns
    connected = isOpen
    turns = revisions.sessions
    // A node that was away may have come back as a newer one.
    if (came) updates.check()
    if ((came || turned) && outbox.snapshot().length > 0) void send()
  }
  const stop = live.subscribe(look)
  signal.addEventListener('abort', stop)
  others.addEventListener('message', () => void outbox.refresh().catch(() => undefined))
  outbox.refresh().then(
    () => {
      if (connected && outbox.snapshot().length > 0) void send()
    },
    () => undefined,
  )
}
