/** A server on loopback for one test, which answers as its handler says. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request, with its body read. */
export interface ServedRequest {
  readonly method: string
  /** Path with its query. */
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** A server that runs. */
export interface Served extends AsyncDisposable {
  readonly url: string
  readonly requests: ServedRequest[]
}

/** Serves until disposed. */
export async function serve(
  handle: (request: ServedRequest, response: ServerResponse) => void | Promise<void>,
): Promise<Served> {
  const requests: ServedRequest[] = []
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      requests.push(request)
      return handle(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response
    .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
    .end(JSON.stringify(value))
}

/** Writes events as server-sent events. `end`: whether the answer ends with them, breaks off, or stays open. */
export function sendEvents(
  response: ServerResponse,
  events: readonly { readonly name: string; readonly sequence: number }[],
  end: 'end' | 'break' | 'open' = 'end',
): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  const text = events
    .map((event) => `id: ${event.sequence}\nevent: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
  response.write(text, () => {
    if (end === 'break') response.destroy()
    if (end === 'end') response.end()
  })
}

async function readRequest(incoming: IncomingMessage): Promise<ServedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
