/** Checks of the node: that its port is free or its own, that it answers, and that its record of calls is intact. */

import { createServer } from 'node:net'
import { describeError, SalpError } from '@salp/core'
import { type Connection, connect, findRunning } from '../client/connect.js'
import type { Check, CheckDeps, Finding } from './check.js'

/** Where a node would listen. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Gives the checks of the node. They share one connection: `close` ends it. */
export function nodeChecks(
  { home, io, signal }: CheckDeps,
  address: Address,
): { checks: Check[]; close(): Promise<void> } {
  let connection: Connection | undefined
  const fresh = async (): Promise<Connection> => {
    connection ??= await connect(io, { home, signal, onStarting: () => undefined })
    return connection
  }
  return {
    checks: [
      {
        id: 'port',
        title: 'Port',
        async find() {
          const running = await findRunning(io, home, signal).catch((error: unknown) => {
            if (SalpError.is(error, 'cli/node-mismatch')) return undefined
            throw error
          })
          if (running === undefined) return checkPort(address)
          connection = running
          return { status: 'pass', detail: `the node of this home answers at ${running.api.url}` }
        },
      },
      {
        id: 'node',
        title: 'Node',
        async find() {
          const begun = io.clock.monotonic()
          try {
            const { own } = await fresh()
            const tookMs = Math.round(io.clock.monotonic() - begun)
            return { status: 'pass', detail: own ? `starts and answers, after ${tookMs} ms` : 'runs' }
          } catch (error) {
            signal.throwIfAborted()
            return {
              status: 'fail',
              detail: describeError(error),
              fix: `Mend what is said here, then try: salp run. More is in ${home.log}`,
            }
          }
        },
      },
      {
        id: 'audit',
        title: 'Audit record',
        async find() {
          if (connection === undefined) return { status: 'skip', detail: 'needs a node' }
          const { chain } = await connection.api.audit()
          return chain.intact
            ? { status: 'pass', detail: `intact, ${chain.checked} calls` }
            : {
                status: 'fail',
                detail: `changed after it was written, from call ${chain.brokenAt ?? '?'} on`,
                fix: `Keep a copy of "${home.database}" and find out who changed it; calls before that one can be trusted`,
              }
        },
      },
    ],
    close: async () => connection?.close(),
  }
}

/** Checks that nobody listens there. */
export async function checkPort({ host, port }: Address): Promise<Finding> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
  if (code === undefined) return { status: 'pass', detail: port === 0 ? 'any free one' : `${port} is free` }
  if (code === 'EADDRINUSE') {
    return { status: 'warn', detail: `another program has ${port}`, fix: 'Stop it, or start with: salp run --port 0' }
  }
  return {
    status: 'fail',
    detail: `cannot listen on ${host}:${port}: ${code}`,
    fix: 'Choose another with: salp run --host ADDRESS --port NUMBER',
  }
}
