/** Waits for a person where policy says so. */

import type { Approval, Decision, Outcome } from '../protocol.js'
import type { JsonValue } from '../tool.js'
import { failure, type GovernedCall, type Layer } from './pipeline.js'

/** What became of a request to a person. */
export type Answer =
  | { readonly status: 'approved'; readonly input?: Decision['input'] }
  | { readonly status: RefusalStatus; readonly reason?: string | undefined }

/** Why there is no approval; `unattended`: nobody could be asked. */
type RefusalStatus = Exclude<Approval['status'], 'approved' | 'pending'> | 'unattended'

/** What a person is asked. */
export type ApprovalRequest = Pick<
  Approval,
  'callId' | 'sessionId' | 'turnId' | 'tool' | 'input' | 'effect' | 'risk' | 'grant'
>

/** Asks a person, through whatever surface they use. */
export interface Approver {
  /** Whether this was approved for the whole session before. */
  granted(sessionId: string, grant: string): boolean
  /**
   * Waits for the answer, across restarts.
   *
   * @throws The signal's reason if it aborts.
   */
  request(request: ApprovalRequest, signal: AbortSignal): Promise<Answer>
}

/** Asks about calls of tier `ask` that no grant covers. An input that a person edits is checked anew. */
export function approval({
  approver,
  reassess,
}: {
  approver: Approver
  reassess(call: GovernedCall, input: unknown): Promise<GovernedCall | string>
}): Layer {
  return {
    name: 'approval',
    async apply(call, next) {
      if (call.tier === 'allow') return next(call)
      const { sessionId, turnId, signal } = call.context
      const grant = grantOf(call)
      if (approver.granted(sessionId, grant)) return next(call)
      call.place?.release()
      const answer = await approver.request(
        {
          callId: call.id,
          sessionId,
          turnId,
          tool: call.tool.name,
          input: call.input as JsonValue,
          effect: call.tool.effect,
          risk: call.assessment?.risk ?? { level: 'high', reasons: [] },
          grant,
        },
        signal,
      )
      await call.place?.take(signal)
      if (answer.status !== 'approved') return refuse(call, answer)
      if (answer.input === undefined) return next(call)
      const edited = await reassess(call, answer.input)
      return typeof edited === 'string' ? failure('invalid', edited) : next(edited)
    },
  }
}

/** What approving `call` for the session covers: what the tool says, or this very input. */
function grantOf(call: GovernedCall): string {
  return call.assessment?.grant ?? `${call.tool.name}: ${JSON.stringify(call.input)}`
}

const refusals: Readonly<Record<RefusalStatus, string>> = {
  denied: 'a person said no',
  expired: 'nobody answered in time',
  cancelled: 'the turn was stopped',
  unattended: 'it needs approval and nobody is there to ask; a rule of the operator could allow it',
}

function refuse(
  { tool, taint }: GovernedCall,
  { status, reason }: { status: RefusalStatus; reason?: string | undefined },
): Outcome {
  const isAlone = status === 'unattended' && taint !== undefined
  const why = isAlone ? `it ${taint}, which nobody is there to approve` : refusals[status]
  const said = reason === undefined ? '' : ` (${reason})`
  return failure(
    'denied',
    `Cannot call ${tool.name}: ${why}${said}`,
    'Do not repeat the call; go on without it or ask what to do',
  )
}
