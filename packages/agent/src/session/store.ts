/** Sessions on disk: what was said, what ran, what happened, in the order it did. */

import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { type Clock, type IdSource, SalpError, type SqlDatabase } from '@salp/core'
import type { AgentEvent, Outcome, SessionSummary, TurnEvents } from '../protocol.js'
import type { JsonValue } from '../tool.js'

/** A message of the model's conversation, with the turn it belongs to. */
export interface StoredMessage {
  readonly turnId: string
  readonly message: LanguageModelV4Message
}

/** A turn that was not finished. */
export interface OpenTurn {
  readonly id: string
  readonly sessionId: string
  readonly channel: string
  readonly input: string
  /** ms since the epoch. */
  readonly startedAt: number
  /** Nobody can be asked. */
  readonly unattended: boolean
}

/** A call as far as it got. `started` without an outcome means that its end was not seen. */
export interface StoredCall {
  readonly id: string
  readonly tool: string
  readonly input: JsonValue
  readonly status: 'requested' | 'started' | 'finished'
  readonly outcome?: Outcome | undefined
}

/** What sessions are made of. Every method is one transaction, or part of the one around it. */
export interface SessionStore {
  /** Joins writes: all of `work` is kept or none. */
  transaction<T>(work: () => T): T
  create(options?: { id?: string | undefined; title?: string | undefined }): SessionSummary
  get(id: string): SessionSummary | undefined
  /** The most recently used first. */
  list(limit: number): SessionSummary[]
  count(): number
  rename(id: string, title: string): void
  /** Removes the session with everything in it but its audit entries. */
  remove(id: string): void
  openTurn(turn: OpenTurn): void
  closeTurn(id: string, result: TurnEvents['turn:finished']): void
  /** Turns that were running when their process ended, oldest first. */
  openTurns(): OpenTurn[]
  addMessage(sessionId: string, turnId: string, message: LanguageModelV4Message): void
  messages(sessionId: string): StoredMessage[]
  hasCall(id: string): boolean
  addCall(sessionId: string, turnId: string, call: { id: string; tool: string; input: JsonValue }): void
  /** Notes that a call with an effect begins: from here on, how it ends must be seen. */
  startCall(id: string): void
  /** Notes how a call ended. `input`: what is kept of its input from now on, since nobody will make it again. */
  finishCall(id: string, outcome: Outcome, input?: JsonValue): void
  calls(turnId: string): StoredCall[]
  addEvent(event: AgentEvent): void
  /** Events of one session, or of all, after a sequence, in order. */
  events(options: {
    sessionId?: string | undefined
    after?: number | undefined
    limit?: number | undefined
  }): AgentEvent[]
  /** The newest events of some names up to a sequence, of one session or of all, in order. */
  newest(
    names: readonly AgentEvent['name'][],
    options: { limit: number; sessionId?: string | undefined; upTo?: number | undefined },
  ): AgentEvent[]
  turnEvents(turnId: string): AgentEvent[]
  lastSequence(): number
}

interface SessionRow {
  id: string
  title: string
  created_at: number
  updated_at: number
  message_count: number
  active: number
}

interface EventRow {
  sequence: number
  at: number
  session_id: string
  turn_id: string
  name: string
  data: string
}

const summary = `
  SELECT s.*, (SELECT count(*) FROM agent_turns t WHERE t.session_id = s.id) AS message_count,
    EXISTS (SELECT 1 FROM agent_turns t WHERE t.session_id = s.id AND t.status = 'running') AS active
  FROM agent_sessions s`

/** Creates the store over the agent's tables. */
export function createSessionStore({
  db,
  clock,
  ids,
}: {
  db: SqlDatabase
  clock: Pick<Clock, 'now'>
  ids: IdSource
}): SessionStore {
  const insertSession = db.prepare('INSERT INTO agent_sessions (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)')
  const oneSession = db.prepare<SessionRow>(`${summary} WHERE s.id = ?`)
  const allSessions = db.prepare<SessionRow>(`${summary} ORDER BY s.updated_at DESC, s.id DESC LIMIT ?`)
  const countSessions = db.prepare<{ count: number }>('SELECT count(*) AS count FROM agent_sessions')
  const renameSession = db.prepare('UPDATE agent_sessions SET title = ? WHERE id = ?')
  const touchSession = db.prepare('UPDATE agent_sessions SET updated_at = ? WHERE id = ?')
  const removeSession = db.prepare('DELETE FROM agent_sessions WHERE id = ?')
  const insertTurn = db.prepare(
    "INSERT INTO agent_turns (id, session_id, channel, input, status, started_at, unattended) VALUES (?, ?, ?, ?, 'running', ?, ?)",
  )
  const endTurn = db.prepare('UPDATE agent_turns SET status = ?, finished_at = ?, result = ? WHERE id = ?')
  const running = db.prepare<{
    id: string
    session_id: string
    channel: string
    input: string
    started_at: number
    unattended: number
  }>(
    "SELECT id, session_id, channel, input, started_at, unattended FROM agent_turns WHERE status = 'running' ORDER BY started_at, id",
  )
  const insertMessage = db.prepare(
    'INSERT INTO agent_messages (session_id, turn_id, role, content) VALUES (?, ?, ?, ?)',
  )
  const allMessages = db.prepare<{ turn_id: string; content: string }>(
    'SELECT turn_id, content FROM agent_messages WHERE session_id = ? ORDER BY position',
  )
  const oneCall = db.prepare('SELECT 1 FROM agent_calls WHERE id = ?')
  const insertCall = db.prepare(
    "INSERT INTO agent_calls (id, session_id, turn_id, tool, input, status) VALUES (?, ?, ?, ?, ?, 'requested')",
  )
  const markStarted = db.prepare("UPDATE agent_calls SET status = 'started' WHERE id = ?")
  const markFinished = db.prepare(
    "UPDATE agent_calls SET status = 'finished', outcome = ?, input = coalesce(?, input) WHERE id = ?",
  )
  const turnCalls = db.prepare<{
    id: string
    tool: string
    input: string
    status: StoredCall['status']
    outcome: string | null
  }>('SELECT id, tool, input, status, outcome FROM agent_calls WHERE turn_id = ? ORDER BY rowid')
  const insertEvent = db.prepare(
    'INSERT INTO agent_events (sequence, at, session_id, turn_id, name, data) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const sessionEvents = db.prepare<EventRow>(
    'SELECT * FROM agent_events WHERE session_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  )
  const allEvents = db.prepare<EventRow>('SELECT * FROM agent_events WHERE sequence > ? ORDER BY sequence LIMIT ?')
  const newestEvents = db.prepare<EventRow>(
    `SELECT * FROM agent_events WHERE name IN (SELECT value FROM json_each(?)) AND sequence <= ?
     AND (? IS NULL OR session_id = ?) ORDER BY sequence DESC LIMIT ?`,
  )
  const eventsOfTurn = db.prepare<EventRow>('SELECT * FROM agent_events WHERE turn_id = ? ORDER BY sequence')
  const lastEvent = db.prepare<{ sequence: number }>('SELECT max(sequence) AS sequence FROM agent_events')

  const get = (id: string): SessionSummary | undefined => {
    const row = oneSession.get(id)
    return row && toSummary(row)
  }
  return {
    transaction: (work) => db.transaction(work),
    create({ id = ids(), title = '' } = {}) {
      const now = clock.now()
      insertSession.run(id, title, now, now)
      return { id, title, createdAt: now, updatedAt: now, messageCount: 0, active: false }
    },
    get,
    list: (limit) => allSessions.all(limit).map(toSummary),
    count: () => countSessions.get()?.count ?? 0,
    rename: (id, title) => {
      if (renameSession.run(title, id).changes === 0) throw new SessionError('unknown', id)
    },
    remove: (id) => {
      if (removeSession.run(id).changes === 0) throw new SessionError('unknown', id)
    },
    openTurn({ id, sessionId, channel, input, startedAt, unattended }) {
      insertTurn.run(id, sessionId, channel, input, startedAt, unattended ? 1 : 0)
      touchSession.run(startedAt, sessionId)
    },
    closeTurn: (id, result) => void endTurn.run(result.status, clock.now(), JSON.stringify(result), id),
    openTurns: () =>
      running.all().map((row) => ({
        id: row.id,
        sessionId: row.session_id,
        channel: row.channel,
        input: row.input,
        startedAt: row.started_at,
        unattended: row.unattended === 1,
      })),
    addMessage: (sessionId, turnId, message) =>
      void insertMessage.run(sessionId, turnId, message.role, JSON.stringify(message)),
    messages: (sessionId) =>
      allMessages.all(sessionId).map((row) => ({ turnId: row.turn_id, message: JSON.parse(row.content) })),
    hasCall: (id) => oneCall.get(id) !== undefined,
    addCall: (sessionId, turnId, { id, tool, input }) =>
      void insertCall.run(id, sessionId, turnId, tool, JSON.stringify(input)),
    startCall: (id) => void markStarted.run(id),
    finishCall: (id, outcome, input) =>
      void markFinished.run(JSON.stringify(outcome), input === undefined ? null : JSON.stringify(input), id),
    calls: (turnId) =>
      turnCalls.all(turnId).map((row) => ({
        id: row.id,
        tool: row.tool,
        input: JSON.parse(row.input),
        status: row.status,
        outcome: row.outcome === null ? undefined : JSON.parse(row.outcome),
      })),
    addEvent: ({ sequence, at, sessionId, turnId, name, data }) =>
      void insertEvent.run(sequence, at, sessionId, turnId, name, JSON.stringify(data)),
    events({ sessionId, after = 0, limit = -1 }) {
      const rows = sessionId === undefined ? allEvents.all(after, limit) : sessionEvents.all(sessionId, after, limit)
      return rows.map(toEvent)
    },
    newest(names, { limit, sessionId = null, upTo = Number.MAX_SAFE_INTEGER }) {
      return newestEvents.all(JSON.stringify(names), upTo, sessionId, sessionId, limit).map(toEvent).reverse()
    },
    turnEvents: (turnId) => eventsOfTurn.all(turnId).map(toEvent),
    lastSequence: () => lastEvent.get()?.sequence ?? 0,
  }
}

function toSummary(row: SessionRow): SessionSummary {
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    messageCount: row.message_count,
    active: row.active === 1,
  }
}

function toEvent(row: EventRow): AgentEvent {
  return {
    sequence: row.sequence,
    at: row.at,
    sessionId: row.session_id,
    turnId: row.turn_id,
    name: row.name,
    data: JSON.parse(row.data),
  } as AgentEvent
}

const why = {
  unknown: 'there is no session of that id',
  busy: 'a turn is running in it. Wait for it, or stop it first',
} as const

/** A session that cannot be used: `agent/session-unknown` or `agent/session-busy`. */
export class SessionError extends SalpError {
  readonly sessionId: string
  constructor(condition: keyof typeof why, sessionId: string) {
    super(`agent/session-${condition}`, `Cannot use session "${sessionId}": ${why[condition]}`, {
      retryable: condition === 'busy',
    })
    this.sessionId = sessionId
  }
}
