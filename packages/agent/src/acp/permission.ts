/** Approvals as the editor asks them. Whatever is not a clear yes is a no. */

import type { PermissionOption, RequestPermissionResponse } from '@agentclientprotocol/sdk/unstable'
import { cut } from '@salp/core'
import type { Approval, Decision } from '../protocol.js'

const optionIds = { once: 'allow-once', session: 'allow-session', no: 'reject' } as const

/** What a person may answer. */
export function permissionOptions({ grant }: Pick<Approval, 'grant'>): PermissionOption[] {
  return [
    { optionId: optionIds.once, kind: 'allow_once', name: 'Allow once' },
    { optionId: optionIds.session, kind: 'allow_always', name: `Allow in this session: ${cut(grant, 200)}` },
    { optionId: optionIds.no, kind: 'reject_once', name: 'Reject' },
  ]
}

/** What an answer means; `undefined` stands for a client that failed or left. */
export function toDecision(response: RequestPermissionResponse | undefined): Decision {
  const outcome = response?.outcome
  if (outcome?.outcome === 'selected') {
    if (outcome.optionId === optionIds.once) return { decision: 'approve', scope: 'once' }
    if (outcome.optionId === optionIds.session) return { decision: 'approve', scope: 'session' }
    if (outcome.optionId === optionIds.no) return { decision: 'deny', scope: 'once' }
  }
  const why =
    outcome === undefined
      ? 'the editor left, or could not ask'
      : outcome.outcome === 'cancelled'
        ? 'the person dismissed the question'
        : 'the editor gave an answer that was not offered'
  return { decision: 'deny', scope: 'once', reason: why }
}
