/** Two-way streams of lines over HTTP: down one response that stays open, and up one request after another. */

import type { Clock, IdSource } from '@salp/core'
import { RequestError } from './problem.js'
import { defineRoute, type Route } from './route.js'

/** One end of a stream of lines. */
export interface LineStream {
  /** Every chunk is whole lines. */
  readonly down: WritableStream<Uint8Array>
  /** Chunks may break anywhere. It ends when the other end goes away. */
  readonly up: ReadableStream<Uint8Array>
}

/** What the routes ask of the application. */
export interface LineRoutesDeps {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ids: IdSource
  /** Serves one connection. @returns A promise that resolves when it has ended. */
  serve(stream: LineStream): Promise<void>
}

/** Header that names the connection. */
const connectionHeader = 'salp-connection'
/** How often an idle connection shows that it lives, by an empty line, in ms. */
const heartbeatMs = 15_000

/** Routes at `path`, which opens a connection, and below it. A connection lasts as long as its response is read. */
export function lineRoutes(
  { clock, ids, serve }: LineRoutesDeps,
  { path, about }: { path: string; about: string },
): Route[] {
  const connections = new Map<string, (bytes: Uint8Array) => void>()

  const beat = async (to: ReadableStreamDefaultController<Uint8Array>, over: AbortSignal): Promise<void> => {
    while (!over.aborted) {
      to.enqueue(new Uint8Array([0x0a]))
      await clock.sleep(heartbeatMs, { signal: over }).catch(() => undefined)
    }
  }
  const connect = (): Response => {
    const id = ids()
    const up = new TransformStream<Uint8Array, Uint8Array>()
    const writer = up.writable.getWriter()
    const over = new AbortController()
    const end = (): void => {
      over.abort()
      connections.delete(id)
      writer.close().catch(() => undefined)
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const down = new WritableStream<Uint8Array>({ write: (bytes) => controller.enqueue(bytes) })
        void beat(controller, over.signal)
        void serve({ down, up: up.readable }).then(() => {
          if (over.signal.aborted) return
          end()
          controller.close()
        })
      },
      cancel: end,
    })
    connections.set(id, (bytes) => void writer.write(bytes).catch(() => undefined))
    return new Response(body, { headers: { 'content-type': 'application/x-ndjson', [connectionHeader]: id } })
  }

  return [
    defineRoute({
      method: 'post',
      path,
      summary: `Opens a connection of ${about}, which lasts as long as the response is read`,
      streams: `JSON-RPC messages, one a line; the header \`${connectionHeader}\` names the connection`,
      answer: connect,
    }),
    defineRoute({
      method: 'post',
      path: `${path}/{id}`,
      summary: `Sends lines of JSON-RPC messages up a connection of ${about}`,
      async answer({ params: { id = '' }, context }) {
        const take = connections.get(id)
        if (take === undefined) throw new RequestError(404, 'agent/connection-unknown', 'That connection is closed')
        take(new Uint8Array(await context.req.arrayBuffer()))
      },
    }),
  ]
}
