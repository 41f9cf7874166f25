/** What both versions of the protocol do with sessions. */

import { RequestError } from '@agentclientprotocol/sdk/unstable'
import type { SessionSummary } from '../protocol.js'
import type { SessionStore } from '../session/store.js'

/** A session of the agent. @throws RequestError if there is none. */
export function knownSession(store: Pick<SessionStore, 'get'>, sessionId: string): SessionSummary {
  const found = store.get(sessionId)
  if (found === undefined) throw RequestError.sessionNotFound(sessionId)
  return found
}

/** A session that the editor has open. @throws RequestError if it has not. */
export function currentSession<Session>(sessions: ReadonlyMap<string, Session>, sessionId: string): Session {
  const session = sessions.get(sessionId)
  if (session === undefined) throw RequestError.sessionNotFound(sessionId)
  return session
}

/** Opens a session that was just made, which goes again if that fails. */
export async function openNew<State extends object>(
  store: Pick<SessionStore, 'remove'>,
  sessionId: string,
  open: (sessionId: string) => Promise<State>,
): Promise<State & { sessionId: string }> {
  try {
    return { sessionId, ...(await open(sessionId)) }
  } catch (error) {
    store.remove(sessionId)
    throw error
  }
}
