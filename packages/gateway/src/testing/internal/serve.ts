/** Servers on loopback, for tests. */

import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net'
import { certificate, certificateKey } from './certificate.js'

/** A server that listens. */
export interface Served extends AsyncDisposable {
  readonly port: number
  /** `http://127.0.0.1:port`, without a path. */
  readonly origin: string
  /** Connections accepted so far. */
  connections(): number
}

/** Serves HTTP. */
export function serve(listener: RequestListener, at: { host?: string; port?: number } = {}): Promise<Served> {
  return listen(createServer(listener), at)
}

/** Serves HTTPS as `pinned.test`. */
export function serveSecure(listener: RequestListener): Promise<Served> {
  return listen(createSecureServer({ cert: certificate, key: certificateKey }, listener), {})
}

/** Serves whatever `onSocket` writes. */
export function serveRaw(onSocket: (socket: Socket) => void): Promise<Served> {
  return listen(createRawServer(onSocket), {})
}

async function listen(
  server: Server | RawServer,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number },
): Promise<Served> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    port: bound,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
