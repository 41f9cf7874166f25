/** Messages that a client sends again until it knows that they arrived: each begins one turn, however often it comes. */

import type { Clock, Migration, SqlDatabase } from '@salp/core'
import type { LiveTurn } from '../turn/live-turns.js'

/** A message that was taken. */
export interface TakenMessage {
  readonly sessionId: string
  readonly turnId: string
  /** Whether it came before. */
  readonly repeated: boolean
}

/** Messages that were taken, by the id that their client gave them. */
export interface Deliveries {
  /**
   * Begins the turn of a message, unless it was begun before.
   *
   * @param begin - Begins it; what it throws is thrown on, and the message may come again.
   */
  take(messageId: string, begin: () => Pick<LiveTurn, 'sessionId' | 'turnId'>): TakenMessage
}

/** Steps for `migrate(db, 'agent-deliveries', deliveryMigrations)`. */
export const deliveryMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'messages that were taken',
    up: `
      CREATE TABLE agent_deliveries (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL, turn_id TEXT NOT NULL, at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX agent_deliveries_at ON agent_deliveries (at);
    `,
  },
]

/** How long a message is known again, in ms: no client waits longer to be online. */
const keptMs = 90 * 86_400_000

/** Creates deliveries over their table, in the database of the sessions. */
export function createDeliveries({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): Deliveries {
  const find = db.prepare<{ session_id: string; turn_id: string }>(
    'SELECT session_id, turn_id FROM agent_deliveries WHERE id = ?',
  )
  const insert = db.prepare('INSERT INTO agent_deliveries (id, session_id, turn_id, at) VALUES (?, ?, ?, ?)')
  const prune = db.prepare('DELETE FROM agent_deliveries WHERE at < ?')
  return {
    take: (messageId, begin) =>
      db.transaction(() => {
        const known = find.get(messageId)
        if (known !== undefined) return { sessionId: known.session_id, turnId: known.turn_id, repeated: true }
        prune.run(clock.now() - keptMs)
        // The turn runs once this is on disk: it begins in a later step of the event loop.
        const { sessionId, turnId } = begin()
        insert.run(messageId, sessionId, turnId, clock.now())
        return { sessionId, turnId, repeated: false }
      }),
  }
}
