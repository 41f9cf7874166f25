/** A facilitator at the other end of HTTP. */

import { type Hex, parseAddress, parseBaseUnits } from '@salp/wallet'
import { toV1Requirements } from '../offer.js'
import { type Supported, settleResponseSchema, supportedSchema, verifyResponseSchema } from '../wire/objects.js'
import { type Claim, type Facilitator, FacilitatorError, type Settlement } from './facilitator.js'

/** Where it is, and how to be let in. */
export interface RemoteFacilitatorOptions {
  /** Its address, without `/verify`. */
  readonly url: string
  /** Headers that let us in, such as `Authorization`; asked for each request. */
  readonly headers?: ((path: 'verify' | 'settle' | 'supported') => Readonly<Record<string, string>>) | undefined
  /** How long it may take, in ms. @defaultValue `90000` */
  readonly timeoutMs?: number | undefined
}

/** Longest answer that is read, in characters. */
const maxAnswer = 262_144

/** A reason for which the same settlement may be asked for again. */
const pending = 'settlement_pending'

/**
 * Creates a client of a facilitator.
 *
 * Settling is asked for once; without a readable answer the outcome is `unknown`, and asking again is up to the caller:
 * a good facilitator settles an authorisation once, and the chain does in any case.
 *
 * @throws RangeError if the URL is not http or https.
 */
export function remoteFacilitator(
  { fetch }: { readonly fetch: typeof globalThis.fetch },
  { url, headers = () => ({}), timeoutMs = 90_000 }: RemoteFacilitatorOptions,
): Facilitator {
  const base = URL.parse(url.endsWith('/') ? url : `${url}/`)
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new RangeError('Cannot use the facilitator: its URL is not http or https')

  const ask = async (
    path: 'verify' | 'settle' | 'supported',
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<unknown> => {
    const deadline = AbortSignal.timeout(timeoutMs)
    const response = await fetch(new URL(path, base), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers(path), accept: 'application/json', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    const text = await response.text()
    if (response.status === 401 || response.status === 403)
      throw new FacilitatorError(`it answered ${response.status}: check the credentials`)
    if (text.length > maxAnswer) throw new FacilitatorError(`it answered ${text.length} characters`)
    return JSON.parse(text)
  }
  const answer = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof FacilitatorError) throw error
      throw new FacilitatorError(`${base.host} gave no readable answer`, error)
    }
  }
  return {
    supported: ({ signal } = {}) =>
      answer(async (): Promise<Supported> => supportedSchema.parse(await ask('supported', undefined, signal)), signal),
    verify: (claim, { signal } = {}) =>
      answer(async () => {
        const { isValid, invalidReason, payer } = verifyResponseSchema.parse(await ask('verify', bodyOf(claim), signal))
        const from = payer === undefined ? undefined : parseAddress(payer.toLowerCase())
        if (!isValid) return { status: 'invalid', reason: invalidReason ?? 'invalid_payment', payer: from } as const
        if (from === undefined) throw new FacilitatorError(`${base.host} names no payer`)
        return { status: 'valid', payer: from } as const
      }, signal),
    async settle(claim, { signal } = {}): Promise<Settlement> {
      signal?.throwIfAborted()
      try {
        const found = settleResponseSchema.parse(await ask('settle', bodyOf(claim), signal))
        const transaction = /^0x[0-9a-fA-F]{64}$/.test(found.transaction) ? (found.transaction as Hex) : undefined
        const payer = found.payer === undefined ? undefined : parseAddress(found.payer.toLowerCase())
        if (found.success && transaction !== undefined && payer !== undefined) {
          const amount = parseBaseUnits(found.amount ?? amountOf(claim))
          return { status: 'settled', transaction, payer, amount }
        }
        if (found.success || found.errorReason === pending) return { status: 'unknown', transaction }
        return { status: 'failed', reason: found.errorReason ?? 'unknown_settlement_error', payer }
      } catch (error) {
        if (error instanceof FacilitatorError) throw error
        return { status: 'unknown' }
      }
    },
  }
}

/** What moves where the facilitator does not say: what was signed in version 1, what is asked in version 2. */
function amountOf({ payment, requirements }: Claim): string {
  const { authorization } = payment.payload
  const signed =
    typeof authorization === 'object' && authorization !== null && 'value' in authorization
      ? authorization.value
      : undefined
  return payment.x402Version === 1 && typeof signed === 'string' ? signed : requirements.amount
}

function bodyOf({ payment, requirements }: Claim): unknown {
  return {
    x402Version: payment.x402Version,
    paymentPayload: payment,
    paymentRequirements: payment.x402Version === 2 ? requirements : toV1Requirements(requirements, payment.network),
  }
}
