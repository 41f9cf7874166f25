/** Waits for a person where policy says so. */

import { describeError, type Redactor } from '@salp/core'
import type { Approval, Decision, Outcome } from '../protocol.js'
import type { JsonValue } from '../tool.js'
import type { Sha256 } from './audit.js'
import { failure, type GovernedCall, type Layer } from './pipeline.js'
import { type SecondKey, secondKeyRequest } from './second-key.js'

/** What became of a request to a person. */
export type Answer =
  | {
      readonly status: 'approved'
      readonly input?: Decision['input']
      /** That of the request, as it was first put. */
      readonly basis?: string | undefined
    }
  | { readonly status: RefusalStatus; readonly reason?: string | undefined }

/** Why there is no approval; `unattended`: nobody could be asked. */
type RefusalStatus = Exclude<Approval['status'], 'approved' | 'pending'> | 'unattended'

/** What a person is asked. */
export type ApprovalRequest = Pick<
  Approval,
  'callId' | 'sessionId' | 'turnId' | 'tool' | 'input' | 'effect' | 'risk' | 'grant'
> & {
  /** What the approval relies on; see `Tool.basis`. */
  readonly basis?: string | undefined
}

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

/**
 * Asks about calls of tier `ask` that no grant covers, and about those of tier `two-key` always: first the person, then the peer. An
 * input that a person edits is checked anew, and what it was approved for must still stand when all have agreed.
 */
export function approval({
  approver,
  reassess,
  secondKey,
  sha256,
  redactor,
}: {
  approver: Approver
  secondKey?: SecondKey | undefined
  sha256: Sha256
  redactor: Pick<Redactor, 'data'>
  reassess(call: GovernedCall, input: unknown): Promise<GovernedCall | string>
}): Layer {
  const askPeer = async (call: GovernedCall, peer: string): Promise<Outcome | undefined> => {
    const { signal } = call.context
    const deny = (why: string) => failure('denied', `Cannot call ${call.tool.name}: ${why}`, 'Do not repeat the call')
    if (secondKey === undefined) return deny(`"${peer}" has to agree to it, and cannot be asked here`)
    const request = secondKeyRequest(call, peer, { sha256, redactor })
    try {
      const answer = await secondKey.ask(request, { signal })
      if (answer.status === 'approved')
        return answer.hash === request.hash ? undefined : deny(`"${peer}" agreed to something else`)
      return deny(`"${peer}" said no${answer.reason === undefined ? '' : ` (${answer.reason})`}`)
    } catch (error) {
      signal.throwIfAborted()
      return deny(`"${peer}" could not be asked: ${describeError(error)}`)
    }
  }
  return {
    name: 'approval',
    async apply(call, next) {
      if (call.tier === 'allow') return next(call)
      const { sessionId, turnId, signal } = call.context
      const grant = grantOf(call)
      if (call.tier === 'ask' && approver.granted(sessionId, grant)) return next(call)
      const basis = await call.tool.basis?.(call.input)
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
          basis,
        },
        signal,
      )
      const agreed =
        answer.status === 'approved' && answer.input !== undefined ? await reassess(call, answer.input) : call
      const refused =
        answer.status !== 'approved'
          ? refuse(call, answer)
          : typeof agreed === 'string'
            ? failure('invalid', agreed)
            : agreed.secondKey === undefined
              ? undefined
              : await askPeer(agreed, agreed.secondKey)
      await call.place?.take(signal)
      if (refused !== undefined || typeof agreed === 'string' || answer.status !== 'approved')
        return refused ?? next(call)
      return (await outdated(agreed, answer.basis)) ?? next(agreed)
    },
  }
}

/** Why an approved call may not run any more: what it was approved for has changed. */
async function outdated({ tool, input }: GovernedCall, basis: string | undefined): Promise<Outcome | undefined> {
  if (basis === undefined || (await tool.basis?.(input)) === basis) return undefined
  return failure(
    'failed',
    `Cannot call ${tool.name}: what it would change has changed since somebody was asked about it`,
    'Look at it again before you repeat the call',
  )
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
