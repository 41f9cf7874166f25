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
    paywall
      .handle(toRequest(request, response, options), () => {
        next()
        return answer.captured
      })
      .then(
        (final) => answer.release(final),
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
): (request: { readonly raw: IncomingMessage; readonly body?: unknown }, reply: FastifyReply, done: Next) => void {
  const express = expressPaywall(paywall, options)
  return (request, reply, done) => {
    const raw: NodeRequest = Object.assign(request.raw, { body: request.body })
    let served = false
    const { end } = reply.raw
    // An answer that is not the handler's goes out without Fastify, which must hear of it before.
    reply.raw.once('salp:answer', () => {
      if (!served) reply.hijack()
    })
    reply.raw.end = end
    express(raw, reply.raw, (error) => {
      served = true
      done(error)
    })
  }
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
    const headers = more.find((argument) => typeof argument === 'object' && argument !== null)
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value as string | string[])
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
      response.emit('salp:answer')
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

function toRequest(request: NodeRequest, response: ServerResponse, { origin }: NodePaywallOptions): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each)
  }
  headers.delete('content-length')
  const aborted = new AbortController()
  response.once('close', () => aborted.abort())
  const url = new URL(
    request.originalUrl ?? request.url ?? '/',
    origin ?? `http://${request.headers.host ?? 'localhost'}`,
  )
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
