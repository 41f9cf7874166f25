/** A facilitator for others, over HTTP: `/verify`, `/settle`, `/supported`. Whoever may call it spends our gas, so not all may. */

import { type Logger, toHex } from '@salp/core'
import { z } from 'zod'
import { problem } from '../problem.js'
import { readBytes } from '../wire/body.js'
import { chainIdOf, networkOf } from '../wire/networks.js'
import {
  type PaymentPayload,
  type PaymentPayloadV1,
  paymentPayloadSchema,
  paymentPayloadV1Schema,
  type Requirements,
  requirementsSchema,
  requirementsV1Schema,
  type SettleResponse,
  type VerifyResponse,
} from '../wire/objects.js'
import { toReasonV1 } from '../wire/reasons-v1.js'
import { type Claim, type Facilitator, FacilitatorError } from './facilitator.js'

/** Who calls, and how much it may. */
export interface Caller {
  readonly id: string
  /** Addresses it may have paid; `any` for all. */
  readonly payees: 'any' | readonly string[]
  /** Least amount that is worth our gas, in base units. */
  readonly leastAmount: bigint
}

/** What serving a facilitator needs. */
export interface FacilitatorHttpDeps {
  /** The facilitator as one caller has it: what was settled for one is used up for all others. */
  readonly facilitator: { for(caller: string): Facilitator }
  /** Says who calls; `undefined` for nobody we know. @param body - Exactly as it came, for those that sign it. */
  readonly authenticate: (request: Request, body: string) => Promise<Caller | undefined>
  /** Takes one request of a caller from its quota. @returns Seconds to wait if there is none left. */
  readonly take?: ((caller: string) => number | undefined) | undefined
  readonly log: Logger
}

/** Longest body. */
const maxBodyBytes = 65_536

const v2Schema = z.object({
  x402Version: z.literal(2),
  paymentPayload: paymentPayloadSchema,
  paymentRequirements: requirementsSchema,
})

const v1Schema = z.object({
  x402Version: z.literal(1),
  paymentPayload: paymentPayloadV1Schema,
  paymentRequirements: requirementsV1Schema,
})

/** Answers a request to a facilitator; `undefined` for paths that are none of its. */
export type FacilitatorHandler = (request: Request) => Promise<Response | undefined>

/** Creates the routes of a facilitator. @param options - `path`: before `/verify` and the others. @defaultValue `''` */
export function createFacilitatorHttp(
  { facilitator, authenticate, take, log }: FacilitatorHttpDeps,
  { path = '' }: { readonly path?: string | undefined } = {},
): FacilitatorHandler {
  const act = async (name: 'verify' | 'settle', request: Request): Promise<Response> => {
    if (request.method !== 'POST') return problem(405, 'gateway/method', 'POST it')
    const body = await readBytes(request.body, maxBodyBytes)
    if (body === undefined) return problem(413, 'gateway/body', `Send at most ${maxBodyBytes} bytes`)
    const text = new TextDecoder().decode(body)
    const caller = await authenticate(request, text)
    if (caller === undefined) return problem(401, 'gateway/credentials', 'Credentials are missing or wrong')
    const wait = take?.(caller.id)
    if (wait !== undefined) return problem(429, 'gateway/rate', 'Too many requests', { retryAfterSeconds: wait })
    const claim = readClaim(text)
    if (claim === undefined) return refusal(name, 'invalid_payload', '')
    const { payment, requirements } = claim
    const network = payment.x402Version === 1 ? payment.network : requirements.network
    if (!mayAsk(caller, requirements)) return refusal(name, 'invalid_payment_requirements', network)
    const word = (reason: string): string => (payment.x402Version === 1 ? toReasonV1(reason) : reason)
    const { signal } = request
    if (name === 'verify') {
      const verdict = await facilitator.for(caller.id).verify(claim, { signal })
      const answer: VerifyResponse =
        verdict.status === 'valid'
          ? { isValid: true, payer: verdict.payer }
          : { isValid: false, invalidReason: word(verdict.reason), payer: verdict.payer }
      return Response.json(answer)
    }
    const settlement = await facilitator.for(caller.id).settle(claim)
    switch (settlement.status) {
      case 'settled': {
        const { transaction, payer, amount } = settlement
        return Response.json({
          success: true,
          transaction,
          network,
          payer,
          amount: String(amount),
        } satisfies SettleResponse)
      }
      case 'failed':
        return refusal('settle', word(settlement.reason), network, settlement.payer)
      case 'unknown':
        return Response.json({
          success: false,
          errorReason: 'settlement_pending',
          transaction: settlement.transaction ?? '',
          network,
        } satisfies SettleResponse)
    }
  }
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(`${path}/`)) return undefined
    try {
      switch (pathname.slice(path.length)) {
        case '/supported':
          return Response.json(await facilitator.for('').supported())
        case '/verify':
          return await act('verify', request)
        case '/settle':
          return await act('settle', request)
        default:
          return undefined
      }
    } catch (error) {
      if (request.signal.aborted) throw error
      log.error('A facilitator call failed', { path: pathname, error })
      const why = error instanceof FacilitatorError ? 'The chain cannot be asked now' : 'Something went wrong here'
      return problem(503, 'gateway/unavailable', why, { retryAfterSeconds: 2 })
    }
  }
}

function refusal(name: 'verify' | 'settle', reason: string, network: string, payer?: string): Response {
  return Response.json(
    name === 'verify'
      ? ({ isValid: false, invalidReason: reason, payer } satisfies VerifyResponse)
      : ({ success: false, errorReason: reason, transaction: '', network, payer } satisfies SettleResponse),
  )
}

function mayAsk({ payees, leastAmount }: Caller, { payTo, amount }: Requirements): boolean {
  const known = payees === 'any' || payees.some((payee) => payee.toLowerCase() === payTo.toLowerCase())
  return known && /^[0-9]{1,78}$/.test(amount) && BigInt(amount) >= leastAmount
}

function readClaim(text: string): Claim | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const v2 = v2Schema.safeParse(value)
  if (v2.success) return claimOf(v2.data.paymentPayload, v2.data.paymentRequirements)
  const v1 = v1Schema.safeParse(value)
  if (!v1.success) return undefined
  const {
    network,
    maxAmountRequired: amount,
    scheme,
    asset,
    payTo,
    maxTimeoutSeconds,
    extra,
  } = v1.data.paymentRequirements
  const chainId = chainIdOf(network)
  if (chainId === undefined || v1.data.paymentPayload.network !== network) return undefined
  const requirements = {
    scheme,
    network: networkOf(chainId),
    amount,
    asset,
    payTo,
    maxTimeoutSeconds: Math.ceil(maxTimeoutSeconds),
    extra,
  }
  return claimOf(v1.data.paymentPayload, requirements)
}

function claimOf(payment: PaymentPayload | PaymentPayloadV1, requirements: Requirements): Claim {
  return { payment, requirements }
}

/**
 * Lets in who shows a token.
 *
 * @param callers - By token. Tokens are compared by their digests, so that time tells nothing of them.
 */
export function bearerAuthentication(callers: ReadonlyMap<string, Caller>): FacilitatorHttpDeps['authenticate'] {
  const digests = Promise.all([...callers].map(async ([token, caller]) => ({ digest: await digestOf(token), caller })))
  return async (request) => {
    const token = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (token === undefined) return undefined
    const shown = await digestOf(token)
    return (await digests).find(({ digest }) => digest === shown)?.caller
  }
}

async function digestOf(token: string): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
}
