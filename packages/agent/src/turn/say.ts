/** Something that the agent says without being asked: a turn that is whole from the start, without a model. */

import type { Feed } from '../session/feed.js'
import type { OpenTurn, SessionStore } from '../session/store.js'

/** Keeps and tells such a turn, all of it or nothing. `turn.input` stands for what brought it about. */
export function keepSaid(
  { store, feed }: { readonly store: SessionStore; readonly feed: Feed },
  turn: OpenTurn,
  text: string,
): void {
  const place = { sessionId: turn.sessionId, turnId: turn.id }
  store.transaction(() => {
    store.openTurn(turn)
    store.addMessage(turn.sessionId, turn.id, { role: 'user', content: [{ type: 'text', text: turn.input }] })
    store.addMessage(turn.sessionId, turn.id, { role: 'assistant', content: [{ type: 'text', text }] })
    const result = { status: 'completed', text, steps: 0, calls: 0, usage: {}, durationMs: 0 } as const
    feed.tell(place, 'turn:started', { input: turn.input, channel: turn.channel })
    feed.tell(place, 'text:streamed', { delta: text })
    store.closeTurn(turn.id, result)
    feed.tell(place, 'turn:finished', result)
  })
}
