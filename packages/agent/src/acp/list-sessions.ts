/** The sessions of an agent, as an editor lists them. */

import { RequestError, type SessionInfo } from '@agentclientprotocol/sdk/unstable'
import type { Agent } from '../agent.js'
import type { SessionSummary } from '../protocol.js'
import type { SessionPlaces } from './places.js'

/** Sessions of one page of a list. */
const pageSize = 50
/** Sessions that are listed at all, the most recently used first. */
const listed = 500

/** One page of the sessions, of a folder or of all. */
export function listSessions(
  { agent, places }: { readonly agent: Pick<Agent, 'store'>; readonly places: Pick<SessionPlaces, 'folderOf'> },
  { cwd, cursor }: { readonly cwd?: string | null | undefined; readonly cursor?: string | null | undefined },
): { sessions: SessionInfo[]; nextCursor?: string } {
  const from = cursor == null ? 0 : Number(cursor)
  if (!Number.isSafeInteger(from) || from < 0)
    throw RequestError.invalidParams({ cursor }, 'There is no such page of sessions')
  const all = agent.store
    .list(listed)
    .map((session) => toInfo(session, places.folderOf(session.id)))
    .filter((info) => cwd == null || info.cwd === cwd)
  const next = from + pageSize
  return { sessions: all.slice(from, next), ...(next < all.length && { nextCursor: String(next) }) }
}

function toInfo({ id: sessionId, title, updatedAt }: SessionSummary, cwd: string): SessionInfo {
  return { sessionId, cwd, updatedAt: new Date(updatedAt).toISOString(), ...(title !== '' && { title }) }
}
