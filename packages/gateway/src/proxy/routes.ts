/** The way of a request to an endpoint: read once, limited, paid for, forwarded. */

import { type Clock, type IdSource, type Logger, SalpError } from '@salp/core'
import type { Analytics } from '../registry/analytics.js'
import type { Endpoint } from '../registry/endpoint.js'
import { priceOf } from '../registry/price.js'
import type { Registry } from '../registry/registry.js'
import { callerHeader, type SignText, writeCaller } from './caller.js'
import { requestHeaders, responseHeaders, rewriteLocation } from './headers.js'
import { joinTarget, mayBeMounted, parsePath, splitMounted } from './path.js'
import { type Problem, toFaultResponse, toProblemResponse } from './problem.js'
import { addressKey, type RateLimiter } from './rate-limiter.js'
import { type Upstream, UpstreamError } from './upstream.js'

/** What is known of a payment when a request is served. */
export interface Paid {
  /** Verified. */
  readonly payer?: string | undefined
  /** In base units. */
  readonly amount?: bigint | undefined
  /** Hash of the settlement, where that came first. */
  readonly transaction?: string | undefined
}

/** What is sold to one request. */
export interface Offer {
  readonly endpoint: Endpoint
  /** For this method and path, as its owner wrote it. */
  readonly price: string
  /**
   * Counts a request of a payer whose signature proved right, before anything is asked of a chain. Left out, it is made
   * up for when the request is served.
   *
   * @returns The refusal, if there were too many.
   */
  admit(payer: string): Response | undefined
}

/** Forwards a request that may be served. An answer of 400 or above means that it was not served, and is not to be paid. */
export type Serve = (paid: Paid, request: Request) => Promise<Response>

/** Lets a request through once it is paid for: the paywall. */
export type Protect = (offer: Offer, request: Request, serve: Serve) => Promise<Response>

/** What the routes are made of. */
export interface ProxyRoutesDeps {
  readonly registry: Pick<Registry, 'find'>
  readonly upstream: Pick<Upstream, 'send'>
  readonly analytics: Pick<Analytics, 'record'>
  readonly limiter: RateLimiter
  readonly protect: Protect
  /** Signs what an endpoint's upstream is told of the caller; without a signer it is told nothing. */
  signerOf(endpoint: Endpoint): SignText | undefined
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly ids: IdSource
  readonly log: Logger
}

/** How the routes behave. */
export interface ProxyRoutesOptions {
  /** Requests of one address a minute, to all endpoints together. */
  readonly addressPerMinute: number
  /** Requests to one endpoint a minute that were paid for or free: who only asks for the price keeps nobody out. */
  readonly routePerMinute: number
  /** Longest stream that was paid for first, in ms. @defaultValue `3600000` */
  readonly streamMs?: number | undefined
  /** Where endpoints are. @defaultValue `'/g'` */
  readonly mount?: string | undefined
}

/** Answers what is under the mount, and leaves the rest: `undefined`. */
export type ProxyHandler = (
  request: Request,
  from: { readonly address: string | undefined },
) => Promise<Response | undefined>

/** Creates the handler of `/g/:slug` and all below it. */
export function createProxyRoutes(deps: ProxyRoutesDeps, options: ProxyRoutesOptions): ProxyHandler {
  const { registry, analytics, limiter, protect, ids, log } = deps
  const { mount = '/g', addressPerMinute, routePerMinute, streamMs = 3_600_000 } = options

  const answer = async (
    request: Request,
    address: string | undefined,
    requestId: string,
  ): Promise<Response | undefined> => {
    const refuse = (problem: Omit<Problem, 'requestId'>): Response => toProblemResponse({ ...problem, requestId })
    const parsed = parsePath(request.url)
    if (parsed.status === 'refused') {
      if (!mayBeMounted(request.url, mount)) return undefined
      return refuse({
        status: 400,
        code: 'gateway/path',
        detail: `The path has more than one reading: ${parsed.reason}`,
      })
    }
    const place = splitMounted(parsed.path, mount)
    if (place === undefined) return undefined
    const { slug, rest } = place
    const tooMany = (key: string, perMinute: number): Response | undefined => {
      const decision = limiter.take(key, perMinute)
      return decision.status === 'granted'
        ? undefined
        : refuse({
            status: 429,
            code: 'gateway/rate',
            detail: `Too many requests. Try again in ${decision.retryAfterSeconds} s`,
            headers: { 'retry-after': String(decision.retryAfterSeconds) },
          })
    }
    const early = tooMany(`address ${addressKey(address)}`, addressPerMinute)
    if (early !== undefined) return early
    const endpoint = registry.find(slug)
    if (endpoint?.active !== true)
      return refuse({ status: 404, code: 'gateway/endpoint-unknown', detail: 'There is no such endpoint' })
    const unfit = problemOf(request, endpoint, mount)
    if (unfit !== undefined) return refuse(unfit)
    const priced = priceOf(endpoint, request.method, rest)
    if (priced.status === 'ambiguous') {
      const detail = 'The path is almost one with a price of its own. Mind letter case, escapes and semicolons'
      return refuse({ status: 404, code: 'gateway/path', detail })
    }

    let upstreamMs: number | undefined
    let upstreamFailed = false
    let admitted: string | undefined
    const tooManyHere = (): Response | undefined => tooMany(`route ${slug}`, routePerMinute)
    const admit = (payer: string): Response | undefined => {
      admitted = payer
      return tooMany(`payer ${slug} ${payer}`, endpoint.ratePerMinute) ?? tooManyHere()
    }
    const serve: Serve = async (paid, paidRequest) => {
      const { payer } = paid
      const limited = payer === undefined ? tooManyHere() : payer === admitted ? undefined : admit(payer)
      if (limited !== undefined) return limited
      const started = deps.clock.monotonic()
      const forwarding = { endpoint, paid, request: paidRequest, requestId, mount: `${mount}/${slug}`, streamMs }
      const result = await forward(deps, joinTarget(new URL(endpoint.target), rest, parsed.query), forwarding)
      upstreamMs = deps.clock.monotonic() - started
      upstreamFailed = result instanceof Response ? result.status >= 500 : result.status !== 413
      return result instanceof Response ? result : refuse(result)
    }
    const response = await protect({ endpoint, price: priced.price, admit }, request, serve)
    analytics.record({
      slug,
      challenged: response.status === 402,
      limited: response.status === 429 && upstreamMs === undefined,
      upstreamFailed,
      upstreamMs,
    })
    return response
  }

  return async (request, { address }) => {
    const requestId = ids()
    try {
      return await answer(request, address, requestId)
    } catch (error) {
      if (request.signal.aborted)
        return toProblemResponse({ status: 499, code: 'gateway/client-left', detail: 'The client left', requestId })
      return toFaultResponse(error, { requestId, log })
    }
  }
}

/** Why a request cannot be sold, as far as it and the endpoint tell. */
function problemOf(request: Request, endpoint: Endpoint, mount: string): Omit<Problem, 'requestId'> | undefined {
  if (/\bwebsocket\b/i.test(request.headers.get('upgrade') ?? '')) {
    const detail = `WebSockets are not passed on: a payment buys one request and its answer. Streams and server-sent events work at ${mount}/${endpoint.slug}`
    return { status: 501, code: 'gateway/upgrade', detail }
  }
  if (!endpoint.methods.some((method) => method === request.method)) {
    const allow = endpoint.methods.join(', ')
    return { status: 405, code: 'gateway/method', detail: `This endpoint takes ${allow}`, headers: { allow } }
  }
  const length = Number(request.headers.get('content-length') ?? 0)
  return length > endpoint.maxBytes ? tooLarge(endpoint) : undefined
}

function tooLarge({ maxBytes }: Endpoint): Omit<Problem, 'requestId'> {
  return { status: 413, code: 'gateway/request-too-large', detail: `This endpoint takes at most ${maxBytes} bytes` }
}

interface Forwarding {
  readonly endpoint: Endpoint
  readonly paid: Paid
  readonly request: Request
  readonly requestId: string
  /** The endpoint's path here. */
  readonly mount: string
  readonly streamMs: number
}

/** Sends a request on and makes the answer fit to be given. */
async function forward(
  { upstream, signerOf, clock, log }: ProxyRoutesDeps,
  target: URL,
  { endpoint, paid, request, requestId, mount, streamMs }: Forwarding,
): Promise<Response | Omit<Problem, 'requestId'>> {
  const headers = requestHeaders(request.headers)
  headers.set('x-request-id', requestId)
  const sign = signerOf(endpoint)
  if (sign !== undefined) {
    const bound = { method: request.method, path: `${target.pathname}${target.search}` }
    headers.set(callerHeader, await writeCaller({ ...paid, requestId, at: clock.now() }, bound, sign))
  }
  const body = request.body === null ? null : bounded(request.body, endpoint)
  try {
    const response = await upstream.send({ method: request.method, headers, body }, target, {
      signal: request.signal,
      firstByteMs: endpoint.timeoutMs,
      totalMs: endpoint.settle === 'before' ? streamMs : endpoint.timeoutMs,
      maxBytes: endpoint.maxBytes,
    })
    return await toAnswer(response, { from: target, target: new URL(endpoint.target), mount, requestId })
  } catch (error) {
    if (error instanceof RequestSizeError) return tooLarge(endpoint)
    if (!(error instanceof UpstreamError)) throw error
    log.warn('Cannot get an answer of an upstream', { slug: endpoint.slug, requestId, error })
    const detail = details[error.condition]
    return { status: error.condition === 'timeout' ? 504 : 502, code: error.code, detail }
  }
}

const details: Readonly<Record<UpstreamError['condition'], string>> = {
  refused: 'The service behind this endpoint may not be reached',
  unreachable: 'The service behind this endpoint cannot be reached',
  timeout: 'The service behind this endpoint took too long',
  'too-large': 'The answer of the service behind this endpoint is too large',
}

/** Fails a body that grows beyond what the endpoint takes. */
function bounded(body: ReadableStream<Uint8Array>, { maxBytes }: Endpoint): ReadableStream<Uint8Array> {
  let size = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length
        if (size > maxBytes) throw new RequestSizeError(maxBytes)
        controller.enqueue(chunk)
      },
    }),
  )
}

/** Takes from an answer what is not the upstream's to say. */
async function toAnswer(
  response: Response,
  { requestId, ...way }: { from: URL; target: URL; mount: string; requestId: string },
): Promise<Response | Omit<Problem, 'requestId'>> {
  const { status } = response
  const sent = response.headers.get('location')
  const location = sent === null ? undefined : rewriteLocation(sent, way)
  const redirects = status >= 300 && status < 400 && status !== 304
  // 402 and 407 ask for money and credentials on behalf of someone the client does not know.
  if (status === 402 || status === 407 || (redirects && location === undefined)) {
    await response.body?.cancel()
    const detail = redirects
      ? 'The service behind this endpoint sends its callers elsewhere'
      : 'The service behind this endpoint asks its callers for payment or credentials'
    return { status: 502, code: 'gateway/upstream-answer', detail }
  }
  const headers = responseHeaders(response.headers)
  headers.set('x-request-id', requestId)
  if (location !== undefined) headers.set('location', location)
  return new Response(response.body, { status, headers })
}

/** A request body larger than its endpoint takes, found out while it streams. */
class RequestSizeError extends SalpError {
  constructor(maxBytes: number) {
    super('gateway/request-too-large', `Cannot forward a request of more than ${maxBytes} bytes`)
  }
}
