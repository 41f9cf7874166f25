/** Ends a turn that cannot begin, such as one whose folder is gone. */

import { describeError, SalpError } from '@salp/core'
import type { Feed } from '../session/feed.js'
import type { OpenTurn, SessionStore } from '../session/store.js'
import type { TurnResult } from './running-turn.js'

/** Keeps and tells that a turn failed before its first step, so that a later one can follow it. */
export function refuseTurn(
  { store, feed }: { readonly store: SessionStore; readonly feed: Feed },
  turn: OpenTurn,
  error: unknown,
): TurnResult {
  const place = { sessionId: turn.sessionId, turnId: turn.id }
  const reason = describeError(error)
  const result: TurnResult = {
    ...{ status: 'failed', text: '', reason, steps: 0, calls: 0, usage: {}, durationMs: 0 },
    ...(SalpError.is(error) && { code: error.code }),
  }
  store.transaction(() => {
    if (store.turnEvents(turn.id).length === 0)
      feed.tell(place, 'turn:started', { input: turn.input, channel: turn.channel })
    const note = `[The turn could not begin: ${reason}]`
    store.addMessage(turn.sessionId, turn.id, { role: 'assistant', content: [{ type: 'text', text: note }] })
    store.closeTurn(turn.id, result)
    feed.tell(place, 'turn:finished', result)
  })
  return result
}
