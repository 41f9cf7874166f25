/** Requests to a person that outlive the process, and what people answered. */

import { type Clock, type IdSource, SalpError, type SqlDatabase } from '@salp/core'
import type { Answer, ApprovalRequest, Approver } from '../governance/approval.js'
import { type Approval, type Decision, decisionSchema } from '../protocol.js'
import { TurnSuspended } from '../turn/interruption.js'
import type { Feed } from './feed.js'

/** Approvals: asked by governance, answered from any surface. */
export interface Approvals extends Approver {
  /** Approves beforehand, for a whole session. @param covers - As a tool's `grant`; `change *` covers all that begin with `change`. */
  grant(sessionId: string, covers: string): void
  pending(): Approval[]
  /**
   * Answers a request. The first answer stands; repeating it changes nothing.
   *
   * @throws {@link ApprovalError} (`agent/approval-unknown`, `agent/approval-decided`).
   */
  decide(id: string, decision: Decision): Approval
}

interface Row {
  id: string
  session_id: string
  turn_id: string
  call_id: string
  tool: string
  input: string
  effect: Approval['effect']
  risk: string
  covers: string
  status: Approval['status']
  requested_at: number
  expires_at: number
  decision: string | null
  basis: string | null
}

/** Creates approvals over the agent's tables. `expiryMs`: how long a person has, in ms. */
export function createApprovals(
  { db, clock, ids, feed }: { db: SqlDatabase; clock: Pick<Clock, 'now' | 'sleep'>; ids: IdSource; feed: Feed },
  { expiryMs }: { expiryMs: number },
): Approvals {
  const insert = db.prepare(
    `INSERT INTO agent_approvals (id, session_id, turn_id, call_id, tool, input, effect, risk, covers, basis, status, requested_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)`,
  )
  const byId = db.prepare<Row>('SELECT * FROM agent_approvals WHERE id = ?')
  const byCall = db.prepare<Row>('SELECT * FROM agent_approvals WHERE call_id = ?')
  const open = db.prepare<Row>("SELECT * FROM agent_approvals WHERE status = 'pending' ORDER BY requested_at, id")
  const close = db.prepare('UPDATE agent_approvals SET status = ?, decided_at = ?, decision = ? WHERE id = ?')
  const grant = db.prepare('INSERT INTO agent_grants (session_id, covers) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const findGrant = db.prepare('SELECT 1 FROM agent_grants WHERE session_id = ? AND covers = ?')
  const waiting = new Map<string, (answer: Answer) => void>()

  const settle = (row: Row, status: Approval['status'], decision?: Decision): Approval => {
    db.transaction(() => {
      close.run(status, clock.now(), decision === undefined ? null : JSON.stringify(decision), row.id)
      if (status === 'approved' && decision?.scope === 'session') grant.run(row.session_id, row.covers)
      feed.tell({ sessionId: row.session_id, turnId: row.turn_id }, 'approval:resolved', {
        approvalId: row.id,
        callId: row.call_id,
        tool: row.tool,
        status,
        ...(decision?.reason !== undefined && { reason: decision.reason }),
      })
    })
    waiting.get(row.id)?.(toAnswer({ ...row, status }, decision))
    return toApproval({ ...row, status })
  }

  /** Puts the request, unless it was put before a restart; a listener may have answered it before this returns. */
  const ask = (request: ApprovalRequest): Row => {
    if (byCall.get(request.callId) === undefined) put(request)
    const row = byCall.get(request.callId)
    if (row === undefined) throw new RangeError(`Cannot find the approval of call "${request.callId}"`)
    return row
  }
  const put = ({
    sessionId,
    turnId,
    callId,
    tool,
    input,
    effect,
    risk,
    grant: covers,
    basis,
  }: ApprovalRequest): void => {
    const id = ids()
    const now = clock.now()
    const approval = { id, sessionId, turnId, callId, tool, input, effect, risk, grant: covers }
    const times = { requestedAt: now, expiresAt: now + expiryMs }
    const texts = [JSON.stringify(input), effect, JSON.stringify(risk), covers, basis ?? null] as const
    db.transaction(() => {
      insert.run(id, sessionId, turnId, callId, tool, ...texts, times.requestedAt, times.expiresAt)
      feed.tell({ sessionId, turnId }, 'approval:requested', { approval: { ...approval, ...times, status: 'pending' } })
    })
  }

  return {
    granted: (sessionId, covers) =>
      findGrant.get(sessionId, covers) !== undefined ||
      findGrant.get(sessionId, covers.replace(/(?<=^\S+ ).*$/s, '*')) !== undefined,
    grant: (sessionId, covers) => void grant.run(sessionId, covers),
    async request(request, signal) {
      signal.throwIfAborted()
      const row = ask(request)
      if (row.status !== 'pending') return toAnswer(row, parseDecision(row.decision))
      const done = new AbortController()
      const expiry = AbortSignal.any([signal, done.signal])
      try {
        return await new Promise<Answer>((resolve, reject) => {
          waiting.set(row.id, resolve)
          clock.sleep(Math.max(0, row.expires_at - clock.now()), { signal: expiry }).then(
            () => settle(row, 'expired'),
            () => reject(expiry.reason),
          )
        })
      } catch (error) {
        if (signal.aborted && !(signal.reason instanceof TurnSuspended)) settle(row, 'cancelled')
        throw error
      } finally {
        waiting.delete(row.id)
        done.abort()
      }
    },
    pending: () => open.all().map(toApproval),
    decide(id, decision) {
      const row = byId.get(id)
      if (row === undefined) throw new ApprovalError('unknown', id)
      const status = decision.decision === 'approve' ? 'approved' : 'denied'
      if (row.status === status) return toApproval(row)
      if (row.status !== 'pending') throw new ApprovalError('decided', id, row.status)
      return settle(row, status, decision)
    },
  }
}

function parseDecision(text: string | null): Decision | undefined {
  return text === null ? undefined : decisionSchema.parse(JSON.parse(text))
}

function toAnswer({ status, basis }: Pick<Row, 'status' | 'basis'>, decision: Decision | undefined): Answer {
  if (status === 'approved')
    return { status, basis: basis ?? undefined, ...(decision?.input !== undefined && { input: decision.input }) }
  return { status: status === 'pending' ? 'cancelled' : status, reason: decision?.reason }
}

function toApproval(row: Row): Approval {
  return {
    id: row.id,
    sessionId: row.session_id,
    turnId: row.turn_id,
    callId: row.call_id,
    tool: row.tool,
    input: JSON.parse(row.input),
    effect: row.effect,
    risk: JSON.parse(row.risk),
    grant: row.covers,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    status: row.status,
  }
}

/** An approval that cannot be decided: `agent/approval-unknown` or `agent/approval-decided`. */
export class ApprovalError extends SalpError {
  readonly approvalId: string
  constructor(condition: 'unknown' | 'decided', approvalId: string, status?: string) {
    const why = condition === 'unknown' ? 'there is no such request' : `it is already ${status}`
    super(`agent/approval-${condition}`, `Cannot decide approval "${approvalId}": ${why}`)
    this.approvalId = approvalId
  }
}
