/** A paywall before handlers of Node's own requests, as Express and Fastify have them. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Paywall } from '../paywall.js'

/** A request of Node, with what Express and body parsers add to it. */
export type NodeRequest = IncomingMessage & {
  /** Path before routers took their part of it. */
  readonly originalUrl?: string | undefined
  /** What a body parser made of the body. */
  readonly body?: unknown
}

/** How the server is reached. */
export interface NodePaywallOptions {
  /** Such as `https://api.example.org`. @defaultValue `http://` and the request's own `Host` */
  readonly origin?: string | undefined
}

/** Goes on to the next handler. */
type Next = (error?: unknown) => void

/** What Fastify hands to a hook, as far as it is used. */
interface FastifyReply {
  readonly raw: ServerResponse
  hijack(): unknown
}

/**
 * Puts a paywall before a route of Express, or of any server with handlers of `(request, response, next)`.
 *
 * It stands behind the body parser, if there is one: the payment is good for the body as parsed. What the handler
 * answers is held until the money moved, streams too; serve streams by the paywall of hono or of the web's Request.
 */
export function expressPaywall(
  paywall: Paywall,
  options: NodePaywallOptions = {},
): (request: NodeRequest, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    const answer = capture(response)
    void sell(paywall, toRequest(request, response, options), answer, () => next()).then(
      ({ final }) => answer.release(final),
      (error: unknown) => {
        answer.restore()
        next(error)
      },
    )
  }
}

/** A hook `preHandler` of Fastify: `{ preHandler: fastifyPaywall(paywall) }`. See {@link expressPaywall}. */
export function fastifyPaywall(
  paywall: Paywall,
  options: NodePaywallOptions = {},
): (
  request: { readonly raw: IncomingMessage; readonly body?: unknown },
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void {
  return ({ raw, body }, reply, done) => {
    const answer = capture(reply.raw)
    let begun = false
    const begin = (): void => {
      begun = true
      done()
    }
    void sell(paywall, toRequest(Object.assign(raw, { body }), reply.raw, options), answer, begin).then(
      ({ final, served }) => {
        // An answer that is not the handler's goes out without Fastify.
        if (!served) reply.hijack()
        return answer.release(final)
      },
      (error: unknown) => {
        if (begun) return answer.release(new Response(null, { status: 500 }))
        answer.restore()
        return done(error instanceof Error ? error : new TypeError('The paywall failed', { cause: error }))
      },
    )
  }
}

/** Asks the paywall, and the server's own handler by `begin` once it is paid for. */
async function sell(
  paywall: Paywall,
  request: Request | TypeError,
  answer: Captured,
  begin: () => void,
): Promise<{ final: Response; served: boolean }> {
  if (request instanceof TypeError) return { final: new Response(null, { status: 400 }), served: false }
  let served = false
  const final = await paywall.handle(request, () => {
    served = true
    begin()
    return answer.captured
  })
  return { final, served }
}

/** A response whose answer is held back. */
interface Captured {
  /** What the handler answered. */
  readonly captured: Promise<Response>
  /** Lets another answer out in its place. */
  release(final: Response): Promise<void>
  restore(): void
}

function capture(response: ServerResponse): Captured {
  const { write, end, writeHead, flushHeaders } = response
  const chunks: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<Response>()
  const keep = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string')
      chunks.push(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const callbackOf = (args: readonly unknown[]): (() => void) | undefined =>
    args.find((argument): argument is () => void => typeof argument === 'function')

  response.writeHead = (status: number, ...more: unknown[]) => {
    response.statusCode = status
    const headers = more.find((argument) => typeof argument === 'object' && argument !== null) ?? {}
    for (const [name, value] of Array.isArray(headers) ? pairs(headers) : Object.entries(headers))
      response.setHeader(name, value)
    return response
  }
  response.flushHeaders = () => undefined
  response.write = (...args: unknown[]) => {
    keep(args[0], args[1])
    callbackOf(args)?.()
    return true
  }
  response.end = (...args: unknown[]) => {
    keep(args[0], args[1])
    const body = Buffer.concat(chunks)
    const headers = new Headers()
    for (const [name, value] of Object.entries(response.getHeaders())) {
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each))
    }
    resolve(new Response(body.length === 0 ? null : body, { status: response.statusCode, headers }))
    callbackOf(args)?.()
    return response
  }
  const restore = (): void => void Object.assign(response, { write, end, writeHead, flushHeaders })
  return {
    captured: promise,
    restore,
    async release(final) {
      restore()
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      for (const [name, value] of final.headers) response.appendHeader(name, value)
      response.statusCode = final.status
      const body = Buffer.from(await final.arrayBuffer())
      response.removeHeader('transfer-encoding')
      response.setHeader('content-length', body.length)
      response.end(body)
    },
  }
}

/** Names and values of headers in one list after the other, as `writeHead` takes them too. */
function pairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : []))
}

/** The request as the web has it; an error for an address that is none. */
function toRequest(
  request: NodeRequest,
  response: ServerResponse,
  { origin = `http://${request.headers.host ?? 'localhost'}` }: NodePaywallOptions,
): Request | TypeError {
  const path = request.originalUrl ?? request.url ?? '/'
  // Not relative to the origin: of `//host/path`, that would make another host.
  const url = URL.parse(path.startsWith('/') ? `${origin}${path}` : path)
  if (url === null) return new TypeError('The address of the request is none')
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each)
  }
  headers.delete('content-length')
  const aborted = new AbortController()
  response.once('close', () => aborted.abort())
  const hasBody =
    request.method !== 'GET' && request.method !== 'HEAD' && request.body !== undefined && request.body !== null
  return new Request(url, {
    method: request.method ?? 'GET',
    headers,
    signal: aborted.signal,
    ...(hasBody && { body: bodyText(request.body) }),
  })
}

function bodyText(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return JSON.stringify(body)
}
