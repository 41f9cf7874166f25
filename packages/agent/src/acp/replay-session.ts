/** What was said and done in a session, as an editor shows it again. */

import type { SessionUpdate } from '@agentclientprotocol/sdk/unstable'
import type { SessionStore } from '../session/store.js'
import { createUpdateWriter } from './updates.js'

/**
 * Gives the updates of every turn but the one that runs.
 *
 * Of a session that was forked, earlier turns are there as words alone: their calls belong to the other session.
 */
export function* replaySession(
  store: Pick<SessionStore, 'events' | 'messages'>,
  { sessionId, running, folder }: { sessionId: string; running: string | undefined; folder: string },
): Generator<SessionUpdate> {
  const events = store.events({ sessionId })
  const own = new Set(events.map(({ turnId }) => turnId))
  for (const { turnId, message } of store.messages(sessionId)) {
    if (own.has(turnId) || (message.role !== 'user' && message.role !== 'assistant')) continue
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    if (text !== '') yield spoken(message.role, text)
  }
  const writer = createUpdateWriter({ folder, contextTokens: 0 })
  for (const event of events) {
    if (event.turnId === running) continue
    if (event.name === 'turn:started') yield spoken('user', event.data.input)
    for (const update of writer.write(event)) if (update.sessionUpdate !== 'usage_update') yield update
  }
}

function spoken(role: 'user' | 'assistant', text: string): SessionUpdate {
  const sessionUpdate = role === 'user' ? 'user_message_chunk' : 'agent_message_chunk'
  return { sessionUpdate, content: { type: 'text', text } }
}
