/** The turns that run now: followed by any number of readers, stopped from anywhere. */

import type { Subscriber } from '@salp/core'
import type { AgentEvent } from '../protocol.js'
import type { AgentEventMap } from '../session/feed.js'
import type { OpenTurn } from '../session/store.js'
import type { TurnResult } from './running-turn.js'

/** A turn that runs whether or not anybody looks. */
export interface LiveTurn {
  readonly sessionId: string
  readonly turnId: string
  /** Everything that happened in it, then what happens, to its end. May be read more than once. */
  events(): AsyncIterable<AgentEvent>
  /** How it ended. Rejects only when the process shuts down. */
  readonly result: Promise<TurnResult>
}

/** Turns by session; one at a time in each. */
export interface LiveTurns {
  /** Runs a turn. `before`: what happened in it in an earlier process. */
  launch(turn: OpenTurn, before: readonly AgentEvent[], run: (signal: AbortSignal) => Promise<TurnResult>): LiveTurn
  get(sessionId: string): LiveTurn | undefined
  stop(sessionId: string, reason: Error): void
  /** Stops every turn and waits until all have ended. */
  stopAll(reason: Error): Promise<void>
}

interface Entry {
  readonly live: LiveTurn
  readonly controller: AbortController
  readonly log: EventLog
}

/** Creates the collection; events reach it through the bus. */
export function createLiveTurns(events: Subscriber<AgentEventMap>): LiveTurns {
  const entries = new Map<string, Entry>()
  events.subscribeAll((_, event) => {
    const entry = entries.get(event.sessionId)
    if (entry?.live.turnId === event.turnId) entry.log.add(event)
  })
  return {
    launch(turn, before, run) {
      const controller = new AbortController()
      const log = createEventLog(before)
      const result = Promise.resolve()
        .then(() => run(controller.signal))
        .finally(() => {
          entries.delete(turn.sessionId)
          log.end()
        })
      result.catch(() => undefined)
      const live = { sessionId: turn.sessionId, turnId: turn.id, events: log.read, result }
      entries.set(turn.sessionId, { live, controller, log })
      return live
    },
    get: (sessionId) => entries.get(sessionId)?.live,
    stop: (sessionId, reason) => entries.get(sessionId)?.controller.abort(reason),
    async stopAll(reason) {
      const all = [...entries.values()]
      for (const { controller } of all) controller.abort(reason)
      await Promise.allSettled(all.map(({ live }) => live.result))
    },
  }
}

interface EventLog {
  add(event: AgentEvent): void
  end(): void
  read(): AsyncIterable<AgentEvent>
}

/** A growing list that can be read from its start while it grows. */
function createEventLog(before: readonly AgentEvent[]): EventLog {
  const events = [...before]
  let ended = false
  let wake = Promise.withResolvers<void>()
  const ring = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  return {
    add(event) {
      events.push(event)
      ring()
    },
    end() {
      ended = true
      ring()
    },
    async *read() {
      for (let next = 0; ; ) {
        while (next < events.length) {
          const event = events[next++]
          if (event !== undefined) yield event
        }
        if (ended) return
        await wake.promise
      }
    },
  }
}
