/** A turn that is taken once, whatever cuts it off. */

import type { Agent } from '../agent.js'
import type { TurnEvents } from '../protocol.js'
import type { SessionStore } from '../session/store.js'
import type { LiveTurn } from './live-turns.js'

/** How many turns were begun in a session. */
export function turnsOf(store: Pick<SessionStore, 'get'>, sessionId: string): number {
  return store.get(sessionId)?.messageCount ?? 0
}

/**
 * Takes the turn of a session that follows `before` others, unless it is taken already: one that a crash cut off is gone on with
 * by the agent, and one that ended is not taken again.
 *
 * @param turn.begin - Begins it.
 * @param turn.left - Settles when the process ends, which leaves the turn to the next one.
 * @returns How it ended; nothing if it was left.
 */
export async function takeTurnOnce(
  agent: Pick<Agent, 'running' | 'store'>,
  {
    sessionId,
    before,
    begin,
    left,
  }: {
    readonly sessionId: string
    readonly before: number
    readonly begin: () => LiveTurn
    readonly left: Promise<undefined>
  },
): Promise<TurnEvents['turn:finished'] | undefined> {
  const isTaken = turnsOf(agent.store, sessionId) > before
  const live = agent.running(sessionId) ?? (isTaken ? undefined : begin())
  return live === undefined ? lastResult(agent.store, sessionId) : await Promise.race([live.result, left])
}

function lastResult(store: Pick<SessionStore, 'newest'>, sessionId: string): TurnEvents['turn:finished'] | undefined {
  return store
    .newest(['turn:finished'], { limit: 1, sessionId })
    .flatMap((event) => (event.name === 'turn:finished' ? [event.data] : []))[0]
}
