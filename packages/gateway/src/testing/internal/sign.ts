/** Payments of `exact` by EIP-3009 that are really signed, with whatever a test wants otherwise. */

import { type Address, type Asset, type Hex, type TransferAuthorization, transferWithAuthorization } from '@salp/wallet'
import { writeAuthorization } from '../../schemes/authorization.js'
import { decodeHeader, encodeHeader } from '../../wire/base64.js'
import { headerNames } from '../../wire/headers.js'
import { paymentRequiredSchema, type Requirements } from '../../wire/objects.js'
import { randomNonce, testAccount } from './test-chain.js'

/** What a test may want otherwise. */
export interface Otherwise extends Partial<TransferAuthorization> {
  /** What the signature is for, in place of the token that is asked for. */
  readonly asset?: Asset | undefined
  /** Changes the signature that is sent. */
  readonly signature?: ((signed: Hex) => string) | undefined
  readonly version?: 1 | 2 | undefined
  readonly accepted?: Partial<Requirements> | undefined
}

/** A signed payment: what it authorises, its signature, and the headers that present it. */
export interface Signed {
  readonly authorization: TransferAuthorization
  readonly signature: string
  readonly headers: Record<string, string>
}

/** Signs as account `n` what the first offer of a challenge asks. */
export function sign(asset: Asset, challenge: Response, n: number, otherwise: Otherwise = {}): Signed {
  const required = paymentRequiredSchema.parse(decodeHeader(challenge.headers.get(headerNames.required) ?? ''))
  const [accepted] = required.accepts
  if (accepted === undefined) throw new RangeError('Cannot pay: nothing is offered')
  const { asset: signedFor = asset, signature: change = (signed) => signed, version = 2, ...changed } = otherwise
  const { accepted: changedTerms, ...parts } = changed
  const authorization: TransferAuthorization = {
    from: testAccount(n).address,
    to: accepted.payTo as Address,
    value: BigInt(accepted.amount),
    validAfter: 0n,
    validBefore: BigInt(Math.floor(Date.now() / 1_000) + 300),
    nonce: randomNonce(),
    ...parts,
  }
  const signature = change(testAccount(n).signTypedData(transferWithAuthorization(signedFor, authorization)))
  const payload = writeAuthorization(signature as Hex, authorization)
  const headers =
    version === 1
      ? { [headerNames.paymentV1]: encodeHeader({ x402Version: 1, scheme: 'exact', network: 'base-sepolia', payload }) }
      : {
          [headerNames.payment]: encodeHeader({
            ...{ x402Version: 2, accepted: { ...accepted, ...changedTerms }, payload },
            extensions: required.extensions,
          }),
        }
  return { authorization, signature, headers }
}
