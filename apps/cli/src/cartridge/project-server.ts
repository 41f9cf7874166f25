/** A backend under development, over HTTP on this machine. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { CartridgeTrap } from '@salp/cartridge'
import { readRequest, toResponse } from '@salp/cartridge/host'
import type { ThreadHost } from '@salp/cartridge/node'
import { type Clock, describeError, SalpError } from '@salp/core'

/** A request that was answered. */
export interface ServedCall {
  readonly method: string
  /** Path with its query. */
  readonly target: string
  readonly status: number
  /** From the request read to the answer handed over. */
  readonly durationMs: number
  /** Absent where no call succeeded. */
  readonly version?: number | undefined
  readonly fuel?: number | undefined
  /** Why a call was ended, which its client is not told. */
  readonly trap?: string | undefined
}

/** A server that runs. */
export interface ProjectServer {
  readonly url: string
  /** Answers from now on with this cartridge of the host. */
  use(id: string): void
  /** Takes no more, and waits for what is under way; what lasts when the signal aborts is broken off. */
  close(signal: AbortSignal): Promise<void>
}

type Outcome = Omit<ServedCall, 'method' | 'target' | 'durationMs'>

/**
 * Serves on the loopback address, as a node serves what is published: the same of a request reaches the cartridge, the same
 * of an answer its client.
 *
 * @param port - 0 for a free one.
 * @throws {@link PortTakenError} (`cli/port-taken`).
 */
export async function openProjectServer(
  { host, clock, onServed }: { host: ThreadHost; clock: Clock; onServed: (call: ServedCall) => void },
  { port }: { port: number },
): Promise<ProjectServer> {
  let id: string | undefined
  const answer = async (request: Request): Promise<{ response: Response; outcome: Omit<Outcome, 'status'> }> => {
    const read = await readRequest(request, new URL(request.url).pathname)
    if (read === undefined) return { response: problem(413, 'The body is too long'), outcome: {} }
    if (id === undefined) return { response: problem(503, 'The cartridge was not built yet'), outcome: {} }
    try {
      const { output, version, fuel } = await host.call(id, 'request', { request: read })
      return { response: toResponse(output), outcome: { version, fuel } }
    } catch (error) {
      if (!(error instanceof CartridgeTrap)) throw error
      const trap = `${error.message} (${error.code})`
      return { response: problem(500, 'The cartridge could not answer'), outcome: { trap } }
    }
  }
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<Outcome> => {
    const { response, outcome } = await answer(toRequest(incoming))
    const body = Buffer.from(await response.arrayBuffer())
    outgoing.writeHead(response.status, [...response.headers].flat()).end(body)
    return { status: response.status, ...outcome }
  }

  const server = createServer((incoming, outgoing) => {
    const began = clock.monotonic()
    const { method = 'GET', url: target = '/' } = incoming
    const done = (outcome: Outcome): void =>
      onServed({ method, target, ...outcome, durationMs: clock.monotonic() - began })
    serve(incoming, outgoing).then(done, (error: unknown) => {
      // Its client left, or there is a fault of ours: this request ends, others go on.
      outgoing.destroy()
      done({ status: 499, trap: describeError(error) })
    })
  })
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    use(next) {
      id = next
    },
    async close(signal) {
      const closed = new Promise((resolve) => server.close(resolve))
      const breakOff = (): void => server.closeAllConnections()
      signal.addEventListener('abort', breakOff, { once: true })
      if (signal.aborted) breakOff()
      await closed
      signal.removeEventListener('abort', breakOff)
    },
  }
}

function toRequest(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, 'http://127.0.0.1'), {
    ...{ method, headers },
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
  })
}

/** An answer with problem details (RFC 9457). */
function problem(status: number, detail: string): Response {
  return Response.json({ title: 'Cannot answer the request', status, detail }, { status, headers: problemHeaders })
}

const problemHeaders = { 'content-type': 'application/problem+json' }

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Another program listens there: `cli/port-taken`. */
class PortTakenError extends SalpError {
  constructor(port: number) {
    super('cli/port-taken', `Cannot listen on port ${port}: another program has it. Choose one: --port ${port + 1}`)
  }
}
