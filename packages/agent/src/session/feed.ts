/** Everything that happens in turns, numbered, kept where it must last, and told to whoever listens. */

import type { Clock, EventBus } from '@salp/core'
import type { AgentEvent, TurnEvents } from '../protocol.js'
import type { SessionStore } from './store.js'

/** Event name to the whole event. */
export type AgentEventMap = { [Name in keyof TurnEvents]: Extract<AgentEvent, { name: Name }> }

/** Where an event belongs. */
export interface EventPlace {
  readonly sessionId: string
  readonly turnId: string
}

/** Numbers and passes on events. */
export interface Feed {
  /** Tells an event; `kept` (default) writes it to disk first. Streamed pieces of a text are told, and kept as a whole later. */
  tell<Name extends keyof TurnEvents>(
    place: EventPlace,
    name: Name,
    data: TurnEvents[Name],
    options?: { kept?: boolean | undefined },
  ): AgentEvent
  /** Keeps an event without telling it: what was told in pieces. */
  keep<Name extends keyof TurnEvents>(place: EventPlace, name: Name, data: TurnEvents[Name]): void
}

/**
 * Creates the feed.
 *
 * Sequences ascend over restarts even when the last ones told were not kept: each starts at the clock's microseconds.
 */
export function createFeed({
  clock,
  store,
  bus,
}: {
  clock: Pick<Clock, 'now'>
  store: SessionStore
  bus: Pick<EventBus<AgentEventMap>, 'publish'>
}): Feed {
  let last = Math.max(store.lastSequence(), clock.now() * 1_000)
  const make = (place: EventPlace, name: keyof TurnEvents, data: unknown): AgentEvent =>
    ({ sequence: ++last, at: clock.now(), ...place, name, data }) as AgentEvent
  return {
    tell(place, name, data, { kept = true } = {}) {
      const event = make(place, name, data)
      if (kept) store.addEvent(event)
      bus.publish(name, event as AgentEventMap[typeof name])
      return event
    },
    keep: (place, name, data) => store.addEvent(make(place, name, data)),
  }
}
