/** The word of a peer beside that of the person: bound to the very call, and to a time. */

import type { Redactor } from '@salp/core'
import type { JsonValue } from '../tool.js'
import type { Sha256 } from './audit.js'
import type { GovernedCall } from './pipeline.js'

/** What a peer is asked to agree to. */
export interface SecondKeyRequest {
  readonly callId: string
  /** Name of the peer, as the rule names it. */
  readonly peer: string
  readonly tool: string
  readonly input: JsonValue
  /** Why it may be harmful, short phrases. */
  readonly reasons: readonly string[]
  /** SHA-256 of the call, its tool and its input, as hex: what an answer has to name. */
  readonly hash: string
}

/** What a peer said. One of another hash, or that cannot be trusted, is no answer. */
export type SecondKeyAnswer =
  | { readonly status: 'approved'; readonly hash: string }
  | { readonly status: 'denied'; readonly reason?: string | undefined }

/** Asks peers. */
export interface SecondKey {
  /**
   * Waits for a peer's answer, which it has checked to be that peer's.
   *
   * @throws The signal's reason if it aborts; anything else means that the peer could not be asked.
   */
  ask(request: SecondKeyRequest, options: { readonly signal: AbortSignal }): Promise<SecondKeyAnswer>
}

/** Makes the request for a call. A peer sees no secrets. */
export function secondKeyRequest(
  call: GovernedCall,
  peer: string,
  { sha256, redactor }: { readonly sha256: Sha256; readonly redactor: Pick<Redactor, 'data'> },
): SecondKeyRequest {
  const { id: callId, tool, input, assessment } = call
  const shown = { callId, peer, tool: tool.name, input: redactor.data(input as JsonValue) }
  return { ...shown, reasons: assessment?.risk.reasons ?? [], hash: hashOfRequest(shown, sha256) }
}

/** Binds a request to everything that its reader is shown. */
export function hashOfRequest(
  { callId, peer, tool, input }: Pick<SecondKeyRequest, 'callId' | 'peer' | 'tool' | 'input'>,
  sha256: Sha256,
): string {
  return sha256([callId, peer, tool, JSON.stringify(input ?? null)].map((part) => `${part.length}:${part}`).join(''))
}
