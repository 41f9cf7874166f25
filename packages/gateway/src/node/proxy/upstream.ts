/** Forwards requests over connections to checked addresses. */

import {
  type ClientRequest,
  Agent as HttpAgent,
  type ClientRequestArgs as HttpOptions,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, type RequestOptions as HttpsOptions, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Clock } from '@salp/core'
import { type Upstream, UpstreamError, type UpstreamLimits, type UpstreamRequest } from '../../proxy/upstream.js'
import { createAddressFinder, type Resolve, type ResolvedAddress } from './address-finder.js'
import { createWatch, type Watch } from './watch.js'

/** How to reach upstreams. */
export interface NodeUpstreamOptions {
  /** Hosts, or `host:port`, that may be local. For tests, and for what the operator runs. @defaultValue none */
  readonly allowHosts?: readonly string[] | undefined
  /** For finding the name and connecting, in ms. @defaultValue `5000` */
  readonly connectMs?: number | undefined
  /** Without a byte either way, in ms; ends streams that fell silent. @defaultValue `120000` */
  readonly idleMs?: number | undefined
  /** How long an answer of the resolver is kept, in ms. @defaultValue `30000` */
  readonly rememberMs?: number | undefined
  /** Certificates to trust in place of the system's, as PEM. */
  readonly ca?: string | undefined
}

/** An {@link Upstream} with a lifetime. */
export interface NodeUpstream extends Upstream {
  /** Closes the connections that are kept; exchanges under way fail. May be called twice. */
  close(): void
}

/** Idle connections are closed before a server that keeps them for five seconds, as Node does, closes them under us. */
const keepMs = 4_000

const pool = { keepAlive: true, maxSockets: 512, maxFreeSockets: 64, timeout: keepMs }

/** A lookup that gives checked addresses and no others, whatever it is asked. */
interface Pin extends LookupFunction {
  readonly pins: string
}

function pin(addresses: readonly ResolvedAddress[]): Pin {
  const [first] = addresses
  const lookup: LookupFunction = (_host, { all }, callback) => {
    if (all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
  const pins = addresses.map(({ address }) => address).sort()
  return Object.assign(lookup, { pins: pins.join() })
}

/** The addresses are part of a kept connection's name, so that it serves none but requests checked for the same ones. */
function pinsOf(lookup: LookupFunction | undefined): string {
  return lookup !== undefined && 'pins' in lookup ? String(lookup.pins) : ''
}

class HttpPool extends HttpAgent {
  override getName(options?: HttpOptions): string {
    return `${super.getName(options)}|${pinsOf(options?.lookup)}`
  }
}

class HttpsPool extends HttpsAgent {
  override getName(options?: HttpsOptions): string {
    return `${super.getName(options)}|${pinsOf(options?.lookup)}`
  }
}

/**
 * Creates the way out.
 *
 * @param deps - `resolve` finds the addresses of a name: `systemResolve`.
 */
export function createUpstream(
  { clock, resolve }: { clock: Pick<Clock, 'monotonic' | 'sleep'>; resolve: Resolve },
  options: NodeUpstreamOptions = {},
): NodeUpstream {
  const { allowHosts = [], connectMs = 5_000, idleMs = 120_000, rememberMs = 30_000, ca } = options
  const finder = createAddressFinder({ clock, resolve }, { allowHosts, rememberMs })
  const http = new HttpPool(pool)
  const https = new HttpsPool({ ...pool, ...(ca !== undefined && { ca }) })
  const closing = new AbortController()

  const open = (request: UpstreamRequest, target: URL, addresses: readonly ResolvedAddress[]): ClientRequest => {
    const secure = target.protocol === 'https:'
    const settings = {
      hostname: target.hostname.replace(/^\[|\]$/g, ''),
      port: target.port,
      path: `${target.pathname}${target.search}`,
      method: request.method,
      headers: headersOf(request),
      agent: secure ? https : http,
      lookup: pin(addresses),
      maxHeaderSize: 32_768,
    }
    return secure ? httpsRequest(settings) : httpRequest(settings)
  }

  return {
    async send(request, target, limits) {
      limits.signal.throwIfAborted()
      const end = new AbortController()
      const watch = createWatch(
        { clock },
        {
          totalMs: limits.totalMs,
          expire: (phase) => end.abort(new UpstreamError('timeout', target, `it took too long (${phase})`)),
        },
      )
      const callOff = (): void => end.abort(limits.signal.reason)
      const shut = (): void => end.abort(new UpstreamError('unreachable', target, 'the gateway is closing'))
      limits.signal.addEventListener('abort', callOff)
      closing.signal.addEventListener('abort', shut)
      end.signal.addEventListener('abort', () => watch.close())
      const finish = (): void => {
        watch.close()
        limits.signal.removeEventListener('abort', callOff)
        closing.signal.removeEventListener('abort', shut)
      }
      try {
        if (closing.signal.aborted) shut()
        watch.begin('connect', connectMs)
        const addresses = await untilAborted(finder.find(target), end.signal)
        const exchange = { request, target, limits, watch, idleMs, end, finish }
        try {
          return await run(open(request, target, addresses), exchange)
        } catch (error) {
          // The server may close a kept connection just as it is used again. A request that says nothing is said anew.
          if (!(error instanceof StaleConnection) || request.body !== null || !/^(?:GET|HEAD)$/.test(request.method))
            throw error
          return await run(open(request, target, addresses), exchange)
        }
      } catch (error) {
        finish()
        throw error
      }
    },
    async check(url, { signal }) {
      try {
        await untilAborted(finder.find(url), signal)
        return { status: 'allowed' }
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        return { status: 'refused', reason: error.message.slice(error.message.indexOf(': ') + 2) }
      }
    },
    close() {
      closing.abort()
      http.destroy()
      https.destroy()
    },
  }
}

/** Headers with the length settled, so that no body can pass for a second request. */
function headersOf({ headers, method, body }: UpstreamRequest): Record<string, string> {
  const { host: _, connection: _c, 'content-length': length = '', ...rest } = Object.fromEntries(headers)
  if (body === null) return /^(?:POST|PUT|PATCH)$/.test(method) ? { ...rest, 'content-length': '0' } : rest
  return /^\d{1,15}$/.test(length) ? { ...rest, 'content-length': length } : { ...rest, 'transfer-encoding': 'chunked' }
}

/** A kept connection that was closed by the other side before it answered. */
class StaleConnection extends UpstreamError {}

interface Exchange {
  readonly request: UpstreamRequest
  readonly target: URL
  readonly limits: UpstreamLimits
  readonly watch: Watch
  readonly idleMs: number
  /** Aborted, with the reason, to end it early. */
  readonly end: AbortController
  /** Releases what the exchange holds. */
  finish(): void
}

/** Sends the request and waits for the start of the answer. */
function run(outgoing: ClientRequest, exchange: Exchange): Promise<Response> {
  const { request, target, limits, watch, idleMs, end } = exchange
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  let answered = false
  const stop = (): void => void outgoing.destroy(end.signal.reason)
  end.signal.addEventListener('abort', stop)

  const fail = (cause?: Error): void => {
    if (!answered) reject(end.signal.aborted ? end.signal.reason : failure(outgoing, target, cause))
  }
  outgoing.on('error', fail)
  outgoing.once('close', () => {
    end.signal.removeEventListener('abort', stop)
    fail()
  })
  const connected = (): void => {
    if (answered) return
    if (request.body === null) {
      watch.begin('first byte', limits.firstByteMs)
      outgoing.end()
      return
    }
    watch.begin('request', idleMs)
    // Now, not with the first of the body: both sides may stream at once.
    outgoing.flushHeaders()
    upload(request.body, outgoing, exchange).then(
      () => void (answered || watch.begin('first byte', limits.firstByteMs)),
      (reason: unknown) => end.abort(reason),
    )
  }
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
    else connected()
  })
  outgoing.once('response', (incoming) => {
    answered = true
    watch.begin('silence', idleMs)
    try {
      resolve(toResponse(incoming, outgoing, exchange))
    } catch (error) {
      reject(error)
      outgoing.destroy()
    }
  })
  return promise
}

function failure(outgoing: ClientRequest, target: URL, cause: Error | undefined): UpstreamError {
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : (cause?.message ?? 'no answer')
  const Failure = outgoing.reusedSocket && /^(?:ECONNRESET|EPIPE)$/.test(code) ? StaleConnection : UpstreamError
  return new Failure('unreachable', target, `it cannot be reached (${code})`, cause)
}

/** Sends a body as fast as it is taken. */
async function upload(
  body: ReadableStream<Uint8Array>,
  outgoing: ClientRequest,
  { watch, target }: Exchange,
): Promise<void> {
  const reader = body.getReader()
  // Ends a read that waits, and tells the client's side.
  const stop = (): void => void reader.cancel().catch(() => undefined)
  outgoing.once('close', stop)
  const length = outgoing.getHeader('content-length')
  let left = length === undefined ? Number.POSITIVE_INFINITY : Number(length)
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    left -= value.length
    if (left < 0) throw new UpstreamError('refused', target, 'the request is longer than it says')
    watch.touch()
    if (!outgoing.write(value)) await drained(outgoing)
  }
  if (Number.isFinite(left) && left > 0)
    throw new UpstreamError('refused', target, 'the request is shorter than it says')
  outgoing.removeListener('close', stop)
  outgoing.end()
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.removeListener('drain', done)
      outgoing.removeListener('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })
}

/** @throws UpstreamError if the start of the answer tells enough. */
function toResponse(incoming: IncomingMessage, outgoing: ClientRequest, exchange: Exchange): Response {
  const { request, target, limits } = exchange
  const status = incoming.statusCode ?? 0
  if (status < 200 || status > 599) throw new UpstreamError('unreachable', target, `it answered with status ${status}`)
  const headers = new Headers()
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '')
  }
  if (request.method === 'HEAD' || status === 204 || status === 205 || status === 304) {
    incoming.once('close', exchange.finish)
    incoming.resume()
    return new Response(null, { status, headers })
  }
  if (Number(headers.get('content-length')) > limits.maxBytes) throw tooLarge(exchange)
  return new Response(bodyOf(incoming, outgoing, exchange), { status, headers })
}

/** Most bytes of an answer that wait to be read. */
const aheadBytes = 262_144

function bodyOf(incoming: IncomingMessage, outgoing: ClientRequest, exchange: Exchange): ReadableStream<Uint8Array> {
  const { target, limits, watch, end } = exchange
  let size = 0
  const stop = (): void => void incoming.destroy()
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    end.signal.addEventListener('abort', stop)
    incoming.on('data', (chunk: Buffer) => {
      watch.touch()
      size += chunk.length
      if (size > limits.maxBytes) return end.abort(tooLarge(exchange))
      controller.enqueue(chunk)
      if ((controller.desiredSize ?? 0) <= 0) {
        // Whoever reads slowly is not the upstream's silence.
        watch.rest()
        incoming.pause()
      }
    })
    let cause: unknown
    incoming.once('error', (error) => {
      cause = error
    })
    incoming.once('close', () => {
      end.signal.removeEventListener('abort', stop)
      exchange.finish()
      if (incoming.readableEnded && !end.signal.aborted) controller.close()
      else
        controller.error(
          end.signal.reason ?? new UpstreamError('unreachable', target, 'it broke off its answer', cause),
        )
      // An answer that is complete needs no more of the request.
      if (!outgoing.writableEnded) outgoing.destroy()
    })
    incoming.pause()
  }
  return new ReadableStream(
    {
      start,
      pull() {
        if (!incoming.isPaused()) return
        watch.touch()
        incoming.resume()
      },
      cancel(reason) {
        end.abort(reason)
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: aheadBytes }),
  )
}

function tooLarge({ target, limits }: Exchange): UpstreamError {
  return new UpstreamError('too-large', target, `its answer is larger than ${limits.maxBytes} bytes`)
}

/** Waits for `promise`, no longer than until the signal aborts. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: raced, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return raced
}
