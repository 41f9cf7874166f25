/** Keeps the page in step with the agent: follows its events, and loads what is pending when it connects. */

import type { AgentEvent } from '@salp/agent'
import type { Api } from './client.js'
import { type Connection, type EventStreamDeps, followEvents } from './event-stream.js'
import { initialLiveState, type LiveState, reduceLive } from './live-state.js'

/** The agent as the page knows it now. */
export interface LiveSnapshot extends LiveState {
  readonly connection: Connection
  /** Whether the node could not be reached last, also while it is tried again. */
  readonly away: boolean
}

/** See {@link createLive}. */
export interface Live {
  snapshot(): LiveSnapshot
  /** Calls back on every change. @returns What ends it. */
  subscribe(callback: () => void): () => void
  /** Follows the agent until the signal aborts. */
  start(signal: AbortSignal): void
}

/** Creates the store that the views read; it does nothing before `start`. */
export function createLive(deps: EventStreamDeps & { api: Pick<Api, 'approvals' | 'questions'> }): Live {
  let current: LiveSnapshot = { ...initialLiveState, connection: { status: 'connecting' }, away: false }
  const subscribers = new Set<() => void>()

  function set(next: LiveSnapshot): void {
    current = next
    for (const callback of subscribers) callback()
  }

  async function load(signal: AbortSignal): Promise<void> {
    const [{ approvals }, { questions }] = await Promise.all([
      deps.api.approvals({ signal }),
      deps.api.questions({ signal }),
    ])
    set({ ...current, ...reduceLive(current, { type: 'loaded', approvals, questions }) })
  }

  return {
    snapshot: () => current,
    subscribe(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    start(signal) {
      void followEvents(deps, {
        url: '/api/events',
        signal,
        onConnection(connection) {
          const { status } = connection
          set({ ...current, connection, away: status === 'waiting' || (status === 'connecting' && current.away) })
          // A failed load is not told twice: the stream breaks for the same reason and comes back.
          if (connection.status === 'open') load(signal).catch(() => undefined)
        },
        onData(data) {
          const event = JSON.parse(data) as AgentEvent
          set({ ...current, ...reduceLive(current, { type: 'received', event }) })
        },
      })
    },
  }
}
