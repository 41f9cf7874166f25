/** What a seller asks of whoever checks and carries out payments: the same in process and over HTTP. */

import { SalpError } from '@salp/core'
import type { Address, Hex } from '@salp/wallet'
import type { PaymentPayload, PaymentPayloadV1, Requirements, Supported } from '../wire/objects.js'

/** A payment beside what it has to satisfy. */
export interface Claim {
  readonly payment: PaymentPayload | PaymentPayloadV1
  /** The seller's own, in the form of version 2 whatever the version of the payment. */
  readonly requirements: Requirements
}

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** Whether a payment would hold if it were settled now. */
export type Verdict =
  | { readonly status: 'valid'; readonly payer: Address }
  | { readonly status: 'invalid'; readonly reason: string; readonly payer?: Address | undefined }

/** What became of a payment. */
export type Settlement =
  | { readonly status: 'settled'; readonly transaction: Hex; readonly payer: Address; readonly amount: bigint }
  /** Nothing moved, and nothing that was sent can still move it. */
  | { readonly status: 'failed'; readonly reason: string; readonly payer?: Address | undefined }
  /** Sent, and neither seen to have moved nor to have failed: ask again, with the same claim. */
  | { readonly status: 'unknown'; readonly transaction?: Hex | undefined }

/** Checks payments and carries them out. Whatever hinders an answer is thrown: {@link FacilitatorError}. */
export interface Facilitator {
  supported(options?: Waiting): Promise<Supported>
  /** @param options - `reserved`: base units of the same payer and token that other open payments count on. */
  verify(claim: Claim, options?: Waiting & { readonly reserved?: bigint | undefined }): Promise<Verdict>
  /**
   * Carries a payment out, once however often it is asked; verifies first what it has not just verified.
   *
   * @param options - `resume`: only finds out what became of what was sent before, and sends nothing new where the
   * facilitator can tell; what it never sent has `failed`.
   * @throws {@link FacilitatorError} (`gateway/facilitator`) if nothing was sent.
   */
  settle(claim: Claim, options?: Waiting & { readonly resume?: boolean | undefined }): Promise<Settlement>
}

/** A facilitator that cannot answer: the fault is ours or our chain's, not the payer's. */
export class FacilitatorError extends SalpError {
  constructor(why: string, cause?: unknown) {
    super('gateway/facilitator', `Cannot check or settle the payment: ${why}`, { cause, retryable: true })
  }
}
