/** What was said and done in a session, as an editor shows it again. */

import type { SessionUpdate } from '@agentclientprotocol/sdk/unstable'
import { imagesIn, type TurnImage } from '../images.js'
import type { SessionStore } from '../session/store.js'
import { createUpdateWriter } from './updates.js'

/**
 * Gives the updates of every turn; of the one that runs, what the person said.
 *
 * Of a session that was forked, earlier turns are there as words alone: their calls belong to the other session.
 */
export function* replaySession(
  store: Pick<SessionStore, 'events' | 'messages'>,
  { sessionId, running, folder }: { sessionId: string; running: string | undefined; folder: string },
): Generator<SessionUpdate> {
  const events = store.events({ sessionId })
  const own = new Set(events.map(({ turnId }) => turnId))
  const images = new Map<string, TurnImage[]>()
  for (const { turnId, message } of store.messages(sessionId)) {
    if (message.role !== 'user' && message.role !== 'assistant') continue
    const sent = imagesIn(message)
    if (own.has(turnId)) {
      if (sent.length > 0) images.set(turnId, sent)
      continue
    }
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    if (text !== '') yield spoken(message.role, text)
    yield* sent.map(shownImage)
  }
  const writer = createUpdateWriter({ folder, contextTokens: 0 })
  for (const event of events) {
    if (event.name === 'turn:started') {
      yield spoken('user', event.data.input)
      yield* (images.get(event.turnId) ?? []).map(shownImage)
    }
    if (event.turnId === running) continue
    for (const update of writer.write(event)) if (update.sessionUpdate !== 'usage_update') yield update
  }
}

function spoken(role: 'user' | 'assistant', text: string): SessionUpdate {
  const sessionUpdate = role === 'user' ? 'user_message_chunk' : 'agent_message_chunk'
  return { sessionUpdate, content: { type: 'text', text } }
}

function shownImage({ mediaType: mimeType, data }: TurnImage): SessionUpdate {
  return { sessionUpdate: 'user_message_chunk', content: { type: 'image', mimeType, data } }
}
