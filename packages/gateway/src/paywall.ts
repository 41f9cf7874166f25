/** Lets a request through once it is paid for: x402 over HTTP, versions 1 and 2, around any handler of the web's Request. */

import { type Clock, type IdSource, SalpError, toHex } from '@salp/core'
import type { Account, Address } from '@salp/wallet'
import { challengeResponse, isBrowser, type PreparedChallenge, pageResponse, prepareChallenge } from './challenge.js'
import { FacilitatorError } from './facilitator/facilitator.js'
import { checkTimeout, createOffer, findOffer, type Offer, type PaymentMethod } from './offer.js'
import type { Admission, Paid, Payments, SettleMode, Sold } from './payments/payments.js'
import { type Price, priceIn } from './price.js'
import { problem } from './problem.js'
import { encodeHeader } from './wire/base64.js'
import { readBytes } from './wire/body.js'
import { headerNames, presentedPayment } from './wire/headers.js'
import { networkOf, v1NetworkOf } from './wire/networks.js'
import type { JsonObject, PaymentPayload, PaymentPayloadV1, SettleResponse } from './wire/objects.js'
import { paymentIdentifier, paymentIdOf } from './wire/payment-identifier.js'
import { toReasonV1 } from './wire/reasons-v1.js'
import { signReceipt } from './wire/signed-receipt.js'

/** Answers a request that is paid for. @param paid - Who pays, and how much. */
export type PaidHandler = (
  request: Request,
  paid: Paid,
  options: { readonly signal: AbortSignal },
) => Response | Promise<Response>

/** What differs from request to request. */
export interface HandleOptions {
  /** In place of that of {@link PaywallOptions}. */
  readonly admit?: ((payer: Address) => Admission) | undefined
}

/** A route that asks for money. */
export interface Paywall {
  /**
   * Answers one request: with the handler's answer if it is paid for, else with what there is to say.
   *
   * @throws What the handler throws; its payment was given back then, or a refund noted.
   */
  handle(request: Request, handler: PaidHandler, options?: HandleOptions): Promise<Response>
}

/** What a paywall needs. */
export interface PaywallDeps {
  readonly payments: Pick<Payments, 'sell'>
  /** Ways to pay, those preferred first. */
  readonly methods: readonly PaymentMethod[]
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  /** Signs receipts, for the payee or as the payee. */
  readonly issuer?: Pick<Account, 'signTypedData'> | undefined
  readonly log: { error(message: string, fields?: Readonly<Record<string, unknown>>): void }
}

/** What is sold, and how. */
export interface PaywallOptions {
  /** Names the route, in the ledger and in receipts. */
  readonly route: string
  /** A function is asked for each request; it may look at all but the body. */
  readonly price: Price | ((request: Request) => Price | Promise<Price>)
  /** @defaultValue `'after'` */
  readonly mode?: SettleMode | undefined
  readonly description?: string | undefined
  readonly mimeType?: string | undefined
  /** How long a signature should last, in s. Integer, 7 or more. @defaultValue `300` */
  readonly maxTimeoutSeconds?: number | undefined
  /** Longest time that the handler takes, in ms; it is told to stop then. @defaultValue `30000` */
  readonly serveMs?: number | undefined
  /** Largest body of a request, in bytes: it is read whole, for a payment buys one body. @defaultValue `1048576` */
  readonly maxBodyBytes?: number | undefined
  /** Whether bodies are left alone: streams of any length, and a payment buys an address whatever is sent there. @defaultValue `false` */
  readonly streamBody?: boolean | undefined
  /** Whether payers must name their payments. @defaultValue `false` */
  readonly requirePaymentId?: boolean | undefined
  /** Where the outside finds us, such as `https://api.example.org`, where requests do not tell. */
  readonly publicOrigin?: string | undefined
  /** Says whether a payer whose signature holds is served: limits, and what is free. */
  readonly admit?: ((payer: Address) => Admission) | undefined
}

/** Reason for which the payer has something to do before it can pay. */
const needsAllowance = 'permit2_allowance_required'

/** Addresses whose challenge is kept. */
const keptChallenges = 256

/**
 * Creates a paywall.
 *
 * @throws RangeError if no way of paying moves the price's token, or an option makes no sense.
 * @throws {@link AmountError} (`wallet/amount`) for a fixed price that is none.
 */
export function createPaywall(
  { payments, methods, clock, ids, log, issuer }: PaywallDeps,
  options: PaywallOptions,
): Paywall {
  const { route, price, mode = 'after', description, mimeType, publicOrigin, admit: admitAll } = options
  const { maxTimeoutSeconds = 300, serveMs = 30_000, maxBodyBytes = 2 ** 20, streamBody = false } = options
  const { requirePaymentId = false } = options
  const flow = mode === 'before' ? 'upfront' : 'authorization'
  const extensions = paymentIdentifier(requirePaymentId)
  checkTimeout(maxTimeoutSeconds)

  const offersAt = (asked: Price): readonly Offer[] => {
    const offers = methods.flatMap(({ asset, payTo, scheme }) => {
      const amount = priceIn(asked, asset)
      return amount === undefined ? [] : [createOffer(scheme, { asset, amount, payTo, maxTimeoutSeconds, flow })]
    })
    if (offers.length === 0) throw new RangeError(`Cannot sell "${route}": no token that is taken is that of its price`)
    return offers
  }
  const fixed = typeof price === 'function' ? undefined : offersAt(price)
  const prepared = new Map<string, PreparedChallenge>()

  const challengeOf = (request: Request, offers: readonly Offer[], error: string): Response => {
    const url = publicUrl(request, publicOrigin)
    const challenge = { offers, error, extensions, resource: { url, description, mimeType } }
    if (isBrowser(request.headers)) return pageResponse(prepareChallenge(challenge), challenge)
    const status = error === needsAllowance ? 412 : 402
    if (offers !== fixed) return challengeResponse(prepareChallenge(challenge), status)
    const id = `${error}\n${url}`
    const ready = prepared.get(id) ?? prepareChallenge(challenge)
    if (prepared.size >= keptChallenges) prepared.clear()
    prepared.set(id, ready)
    return challengeResponse(ready, status)
  }

  const sell = async (
    request: Request,
    payment: PaymentPayload | PaymentPayloadV1,
    offers: readonly Offer[],
    handler: PaidHandler,
    { admit = admitAll }: HandleOptions,
  ): Promise<Response> => {
    const offer = findOffer(offers, payment)
    if (offer === undefined) return challengeOf(request, offers, 'No matching payment requirements')
    const id = paymentIdOf(payment)
    if (id.status === 'malformed' || (id.status === 'none' && requirePaymentId)) {
      return problem(
        400,
        'gateway/payment-id',
        'Name the payment: payment-identifier, 16 to 128 of a-z, A-Z, 0-9, _ and -',
      )
    }
    const body = streamBody ? 'stream' : await readBody(request, maxBodyBytes)
    if (body === undefined) return problem(413, 'gateway/body', `Send at most ${maxBodyBytes} bytes`)
    const order = {
      ...{ payment, offer, route, mode, serveMs, admit },
      resource: publicUrl(request, publicOrigin),
      binding: await bindingOf(request, body),
      paymentId: id.status === 'named' ? id.id : undefined,
    }
    const serve = async (paid: Paid): Promise<Response> => {
      const deadline = AbortSignal.timeout(serveMs)
      const until = AbortSignal.any([request.signal, deadline])
      const inner = innerRequest(request, body)
      try {
        return await withDeadline(Promise.resolve(handler(inner, paid, { signal: until })), deadline)
      } catch (error) {
        throw new HandlerFailure(error)
      }
    }
    const sold = await payments.sell(order, serve, { signal: request.signal })
    return answer(sold, {
      ...{ payment, offer, challenge: (error) => challengeOf(request, offers, error) },
      signed:
        issuer &&
        (({ payer, transaction }) =>
          signReceipt(issuer, {
            ...{ network: offer.requirements.network, resourceUrl: order.resource, payer, transaction },
            issuedAt: Math.floor(clock.now() / 1_000),
          })),
    })
  }

  return {
    async handle(request, handler, own = {}) {
      const offers = fixed ?? offersAt(await (price as (request: Request) => Price | Promise<Price>)(request))
      const presented = presentedPayment(request.headers)
      if (presented.status === 'none') return challengeOf(request, offers, 'Payment required')
      if (presented.status === 'malformed') return problem(400, 'gateway/payment', presented.reason)
      try {
        return await sell(request, presented.payment, offers, handler, own)
      } catch (error) {
        if (error instanceof HandlerFailure) throw error.cause
        if (!isOurs(error)) throw error
        const id = ids()
        log.error('Cannot take a payment', { route, request: id, error })
        return problem(503, 'gateway/unavailable', 'The payment cannot be checked now; it was not used', {
          request: id,
          retryAfterSeconds: 2,
        })
      }
    },
  }
}

/** Whether a failure is of the money's side, and not the handler's. */
function isOurs(error: unknown): boolean {
  return error instanceof FacilitatorError || (SalpError.is(error) && error.code.startsWith('core/database-'))
}

interface Answering {
  /** Signs that a payment was taken; absent where receipts are not signed. */
  readonly signed: ((settled: { readonly payer: Address; readonly transaction: string }) => JsonObject) | undefined
  readonly payment: PaymentPayload | PaymentPayloadV1
  readonly offer: Offer
  readonly challenge: (error: string) => Response
}

function answer(sold: Sold, { payment, offer, challenge, signed }: Answering): Response {
  const version = payment.x402Version
  const word = (reason: string): string => (version === 1 ? toReasonV1(reason) : reason)
  switch (sold.status) {
    case 'served':
      return withReceipt(sold.response, receiptOf(offer, version, sold, signed), version)
    case 'unserved':
      return sold.response
    case 'refused':
      return challenge(word(sold.reason))
    case 'unsettled': {
      const receipt = {
        success: false,
        transaction: '',
        network: networkFor(offer, version),
        payer: sold.payer,
        errorReason: word(sold.reason),
      }
      const failed =
        version === 1
          ? challenge(word(sold.reason))
          : Response.json({}, { status: 402, headers: { 'cache-control': 'no-store' } })
      return withReceipt(failed, receipt, version)
    }
    case 'unknown':
      return problem(
        503,
        'gateway/settlement-pending',
        'The payment was sent and is not confirmed; send it again for the answer',
        {
          retryAfterSeconds: 2,
          transaction: sold.transaction,
        },
      )
    case 'busy':
      return problem(503, 'gateway/busy', 'The payment is being used; send it again', sold)
    case 'limited':
      return problem(429, 'gateway/rate', 'Too many requests', sold)
    case 'conflict':
      return problem(409, 'gateway/payment-id-used', 'Another payment has that name')
  }
}

function networkFor(offer: Offer, version: 1 | 2): string {
  const { chainId } = offer.asset
  return version === 1 ? (v1NetworkOf(chainId) ?? networkOf(chainId)) : networkOf(chainId)
}

/** What is said of the money. Where none moved yet, or none will, there is no transaction. */
function receiptOf(
  offer: Offer,
  version: 1 | 2,
  { settled, payer, free }: Extract<Sold, { status: 'served' }>,
  signed: Answering['signed'],
): SettleResponse {
  const network = networkFor(offer, version)
  if (settled === undefined) return { success: true, transaction: '', network, payer, ...(free && { amount: '0' }) }
  const { transaction } = settled
  const more = version === 2 ? { amount: String(settled.amount), extensions: signed?.(settled) } : {}
  return { success: true, transaction, network, payer: settled.payer, ...more }
}

function withReceipt(response: Response, receipt: SettleResponse, version: 1 | 2): Response {
  const headers = new Headers(response.headers)
  headers.set(version === 1 ? headerNames.responseV1 : headerNames.response, encodeHeader(receipt))
  if (receipt.success && !/no-store|private/i.test(headers.get('cache-control') ?? ''))
    headers.set('cache-control', 'private')
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

function publicUrl(request: Request, origin: string | undefined): string {
  if (origin === undefined) return request.url
  const { pathname, search } = new URL(request.url)
  return `${origin}${pathname}${search}`
}

/** What a payment is for: the method, the address and the body, in any order of headers. */
async function bindingOf(request: Request, body: Uint8Array<ArrayBuffer> | 'stream'): Promise<string> {
  const { pathname, search } = new URL(request.url)
  const what = `${request.method} ${pathname}${search}`
  if (body === 'stream' || body.byteLength === 0) return what
  return `${what} ${toHex(await crypto.subtle.digest('SHA-256', body))}`
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined
  return readBytes(request.body, maxBytes)
}

/** The request as the handler sees it: its body to be read again. */
function innerRequest(request: Request, body: Uint8Array<ArrayBuffer> | 'stream'): Request {
  return body === 'stream' || body.byteLength === 0 ? request : new Request(request, { body })
}

/** Rejects at the deadline, even for a handler that does not listen to it. */
async function withDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  let stop = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    const end = (): void => reject(deadline.reason)
    deadline.addEventListener('abort', end)
    stop = () => deadline.removeEventListener('abort', end)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    stop()
  }
}

/** What a handler threw, told apart from what the money's side throws. */
class HandlerFailure extends Error {
  constructor(cause: unknown) {
    super('The handler failed', { cause })
  }
}
