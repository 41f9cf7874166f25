/** Signs payments, each within the spend policy or not at all. */

import type { Clock } from '@salp/core'
import { hexlify, randomBytes } from 'ethers'
import {
  paymentAuthorization,
  permit2Transfer,
  type TransferAuthorization,
  transferWithAuthorization,
} from './authorization.js'
import type { Address, Hex } from './hex.js'
import type { Account } from './keyring.js'
import type { Asset, Money } from './money.js'
import type { SpendDecision, Spending, SpendRequest } from './spending.js'
import type { TypedData } from './typed-data.js'

/** A payment to sign. */
export interface PaymentRequest extends Pick<SpendRequest, 'id' | 'payee' | 'task' | 'approved'> {
  readonly money: Money
  /**
   * How the money will move. For `tempo-tip20` a settlement contract keeps the signature from being used twice. For `permit2`
   * the nonce of the authorisation is its number, `validBefore` its deadline, and `spender` the contract that pays the payee.
   */
  readonly method:
    | { readonly type: 'eip3009' }
    | { readonly type: 'tempo-tip20'; readonly settlement?: Address | undefined }
    | { readonly type: 'permit2'; readonly permit2: Address; readonly spender: Address }
  /** How long the signature may be used, in s; what is more than {@link maxValiditySeconds} becomes that. */
  readonly validSeconds: number
}

/** A payment that was signed, or why not. */
export type SignedPayment =
  | Exclude<SpendDecision, { status: 'reserved' }>
  | { readonly status: 'signed'; readonly authorization: TransferAuthorization; readonly signature: Hex }

/** Longest use of a signature, in s, whatever the payee asks for. */
export const maxValiditySeconds = 600

/** How far the chain's clock may lag behind ours, in ms: so long after its end a signature counts as usable. */
const clockMarginMs = 60_000

/**
 * Reserves the amount, then signs.
 *
 * The signature is a bearer credential: whoever holds it can move the money until it expires. Then `settle` or `release`
 * the id, by what the chain says; without either it counts until a minute after it expired.
 *
 * @throws RangeError if `validSeconds` is not a positive integer, and whatever {@link Spending} throws: nothing is signed then.
 */
export function signPayment(
  { account, spending, clock }: { account: Account; spending: Spending; clock: Pick<Clock, 'now'> },
  { id, payee, task, approved, money: { amount, asset }, method, validSeconds }: PaymentRequest,
): SignedPayment {
  if (!Number.isInteger(validSeconds) || validSeconds <= 0) {
    throw new RangeError(`Cannot sign for ${validSeconds} seconds: not a positive integer`)
  }
  const validBefore = Math.floor(clock.now() / 1_000) + Math.min(validSeconds, maxValiditySeconds)
  const expiresAt = validBefore * 1_000 + clockMarginMs
  const decision = spending.reserve({ id, asset, payee, amount, task, approved, expiresAt })
  if (decision.status !== 'reserved') return decision
  try {
    const authorization: TransferAuthorization = {
      from: account.address,
      to: payee,
      value: amount,
      validAfter: 0n,
      validBefore: BigInt(validBefore),
      nonce: hexlify(randomBytes(32)) as Hex,
    }
    return {
      status: 'signed',
      authorization,
      signature: account.signTypedData(toTypedData(asset, authorization, method)),
    }
  } catch (error) {
    spending.release(id)
    throw error
  }
}

function toTypedData(asset: Asset, authorization: TransferAuthorization, method: PaymentRequest['method']): TypedData {
  if (method.type === 'eip3009') return transferWithAuthorization(asset, authorization)
  if (method.type === 'tempo-tip20')
    return paymentAuthorization(asset, authorization, { settlement: method.settlement })
  const { to, value, validAfter, validBefore, nonce } = authorization
  return permit2Transfer(
    { chainId: asset.chainId, permit2: method.permit2 },
    {
      token: asset.address,
      amount: value,
      spender: method.spender,
      nonce: BigInt(nonce),
      deadline: validBefore,
      to,
      validAfter,
    },
  )
}
