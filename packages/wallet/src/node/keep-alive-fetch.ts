/** A fetch for the one thing that clients of a chain do all day: post text to one server and read text back. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** How connections are kept. */
export interface KeepAliveFetchOptions {
  /** Most connections to one server. @defaultValue `64` */
  readonly maxSockets?: number | undefined
}

/** A {@link globalThis.fetch} with connections of its own. */
export interface KeepAliveFetch {
  readonly fetch: typeof globalThis.fetch
  /** Closes the connections that are kept. */
  close(): void
}

/**
 * Creates a fetch on Node's own client, which takes a third of the work of the global one.
 *
 * It sends text, follows no redirect (it fails at one), and aborts with its signal's reason.
 */
export function createKeepAliveFetch({ maxSockets = 64 }: KeepAliveFetchOptions = {}): KeepAliveFetch {
  const options = { keepAlive: true, maxSockets, timeout: 60_000 }
  const [http, https] = [new HttpAgent(options), new HttpsAgent(options)]
  const send = (url: URL, { method = 'GET', headers, body, signal }: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (body !== undefined && body !== null && typeof body !== 'string')
        throw new TypeError('Cannot send it: expected text')
      const secure = url.protocol === 'https:'
      const outgoing = (secure ? httpsRequest : httpRequest)(url, {
        method,
        agent: secure ? https : http,
        headers: Object.fromEntries(new Headers(headers)),
      })
      const abort = (): void => void outgoing.destroy(signal?.reason instanceof Error ? signal.reason : undefined)
      signal?.addEventListener('abort', abort, { once: true })
      const fail = (error: unknown): void => {
        signal?.removeEventListener('abort', abort)
        reject(signal?.aborted === true ? signal.reason : error)
      }
      outgoing.once('error', fail)
      outgoing.once('response', (incoming) => {
        const { statusCode = 0 } = incoming
        if (statusCode >= 300 && statusCode < 400) {
          incoming.resume()
          fail(new TypeError(`Cannot follow to elsewhere: the server answered ${statusCode}`))
          return
        }
        signal?.removeEventListener('abort', abort)
        resolve(toResponse(incoming, signal ?? undefined))
      })
      outgoing.end(body ?? undefined)
    })
  return {
    fetch: async (input, init = {}) => {
      if (input instanceof Request) throw new TypeError('Cannot send a Request: expected a URL and its options')
      return send(new URL(input), init)
    },
    close() {
      http.destroy()
      https.destroy()
    },
  }
}

/** The answer, its body read as it is asked for. */
function toResponse(incoming: IncomingMessage, signal: AbortSignal | undefined): Response {
  const abort = (): void => void incoming.destroy(signal?.reason instanceof Error ? signal.reason : undefined)
  const end = (): void => signal?.removeEventListener('abort', abort)
  signal?.addEventListener('abort', abort, { once: true })
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on('data', (chunk: Buffer) => {
        controller.enqueue(chunk)
        if ((controller.desiredSize ?? 1) <= 0) incoming.pause()
      })
      incoming.once('end', () => {
        end()
        controller.close()
      })
      incoming.once('error', (error) => {
        end()
        controller.error(signal?.aborted === true ? signal.reason : error)
      })
    },
    pull: () => void incoming.resume(),
    cancel() {
      end()
      incoming.destroy()
    },
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers.set(name, value)
  }
  return new Response(incoming.statusCode === 204 ? null : body, { status: incoming.statusCode ?? 502, headers })
}
