/** Editors over HTTP: lines of JSON, down one response that stays open, and up one request after another. */

import { ndJsonStream } from '@agentclientprotocol/sdk/unstable'
import type { Clock, IdSource } from '@salp/core'
import { RequestError } from '../http/problem.js'
import { defineRoute, type Route } from '../http/route.js'
import { type AcpDeps, type AcpOptions, serveAcp } from './serve-acp.js'

/** What the routes ask of the application. */
export interface AcpRoutesDeps extends AcpDeps {
  readonly clock: Clock
  readonly ids: IdSource
}

/** Header that names the connection. */
const connectionHeader = 'salp-connection'
/** How often an idle connection shows that it lives, by an empty line, in ms. */
const heartbeatMs = 15_000

/** Routes under `/api/acp`: what `salp acp` carries between an editor and the agent. */
export function acpRoutes(deps: AcpRoutesDeps, options: AcpOptions): Route[] {
  const connections = new Map<string, (line: Uint8Array) => void>()

  const beat = async (to: ReadableStreamDefaultController<Uint8Array>, over: AbortSignal): Promise<void> => {
    while (!over.aborted) {
      to.enqueue(new Uint8Array([0x0a]))
      await deps.clock.sleep(heartbeatMs, { signal: over }).catch(() => undefined)
    }
  }
  const connect = (): Response => {
    const id = deps.ids()
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
        void serveAcp(deps, ndJsonStream(down, up.readable), options).closed.then(() => {
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
      path: '/api/acp',
      summary: 'Opens a connection of the Agent Client Protocol, which lasts as long as the response is read',
      streams: `JSON-RPC messages, one a line; the header \`${connectionHeader}\` names the connection`,
      answer: connect,
    }),
    defineRoute({
      method: 'post',
      path: '/api/acp/{id}',
      summary: 'Sends lines of JSON-RPC messages up a connection',
      async answer({ params: { id = '' }, context }) {
        const take = connections.get(id)
        if (take === undefined) throw new RequestError(404, 'agent/connection-unknown', 'That connection is closed')
        take(new Uint8Array(await context.req.arrayBuffer()))
      },
    }),
  ]
}
