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
): Generator<{ readonly turnId: string; readonly update: SessionUpdate }> {
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
    if (text !== '') yield { turnId, update: spoken(message.role, text) }
    for (const image of sent) yield { turnId, update: shownImage(image) }
  }
  const writer = createUpdateWriter({ folder, contextTokens: 0 })
  for (const event of events) {
    const { turnId } = event
    if (event.name === 'turn:started') {
      yield { turnId, update: spoken('user', event.data.input) }
      for (const image of images.get(turnId) ?? []) yield { turnId, update: shownImage(image) }
    }
    if (turnId === running) continue
    for (const update of writer.write(event)) if (update.sessionUpdate !== 'usage_update') yield { turnId, update }
  }
}

function spoken(role: 'user' | 'assistant', text: string): SessionUpdate {
  const sessionUpdate = role === 'user' ? 'user_message_chunk' : 'agent_message_chunk'
  return { sessionUpdate, content: { type: 'text', text } }
}

function shownImage({ mediaType: mimeType, data }: TurnImage): SessionUpdate {
  return { sessionUpdate: 'user_message_chunk', content: { type: 'image', mimeType, data } }
}
