/** Carries the lines of a program, such as an editor, to a node and back, as they are. */

import { once } from 'node:events'
import { SalpError } from '@salp/core'
import type { Endpoint } from '../client/api.js'
import { toApiError } from '../client/api-error.js'
import { type Invocation, withNode } from '../invocation.js'
import type { Io } from '../io.js'

/** What carrying asks of the application. */
export type CarryDeps = Pick<Io, 'stdin' | 'stdout' | 'fetch'>

/** A connection to a node. */
export interface NodeLines {
  send(lines: Uint8Array<ArrayBuffer>): Promise<void>
  /** Whole messages, each with its end of line. */
  readonly lines: ReadableStream<Uint8Array>
}

/**
 * Opens a connection, which lasts until `signal` aborts.
 *
 * @throws ApiError if the node does not let us in, {@link AcpLostError} (`cli/acp-lost`) if nobody answers.
 */
export async function openLines(
  fetch: CarryDeps['fetch'],
  { url, token }: Endpoint,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<NodeLines> {
  const headers = { authorization: `Bearer ${token}` }
  const post = async (to: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> => {
    const init = { method: 'POST', headers, signal, ...(body !== undefined && { body }) }
    const response = await fetch(`${url}${to}`, init).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new AcpLostError(`nobody answers at ${url}`, { cause })
    })
    if (!response.ok) throw await toApiError(response)
    return response
  }
  const { headers: told, body } = await post(path)
  const id = told.get('salp-connection')
  if (id === null || body === null) throw new AcpLostError(`who answers at ${url} is no node`)
  return {
    send: async (lines) => void (await post(`${path}/${id}`, lines)),
    lines: body.pipeThrough(withoutEmptyLines()),
  }
}

/**
 * Carries until the program closes its end, or `signal` aborts.
 *
 * @param input - What the program sends, from {@link gathered}.
 * @param options - `farewell`: sent when the program has closed its end; what the node still has to say is then carried too.
 * @throws {@link AcpLostError} (`cli/acp-lost`) when the node ends first.
 */
export async function carryLines(
  stdout: CarryDeps['stdout'],
  input: AsyncIterable<Uint8Array<ArrayBuffer>>,
  node: NodeLines,
  { signal, farewell }: { readonly signal: AbortSignal; readonly farewell?: Uint8Array<ArrayBuffer> | undefined },
): Promise<void> {
  let over = false
  const up = async (): Promise<void> => {
    for await (const lines of input) await node.send(lines)
    if (farewell === undefined || signal.aborted) return
    over = true
    await node.send(farewell)
    await said
  }
  const down = async (): Promise<void> => {
    for await (const lines of node.lines) {
      if (!stdout.write(lines)) await once(stdout, 'drain', { signal })
    }
    if (!over) throw new AcpLostError('it ended the connection')
  }
  const said = down()
  try {
    await Promise.race([up(), said])
  } catch (error) {
    if (signal.aborted) return
    throw SalpError.is(error) ? error : new AcpLostError('the connection broke', { cause: error })
  }
}

/** Carries between standard streams and the node of the home folder. */
export function serveLines(
  invocation: Invocation,
  path: string,
  { farewell }: { readonly farewell?: Uint8Array<ArrayBuffer> | undefined } = {},
): Promise<void> {
  const { io } = invocation
  return withNode(invocation, ({ endpoint }) =>
    untilDone(invocation.signal, async (signal) => {
      const lines = await openLines(io.fetch, endpoint, { path, signal })
      await carryLines(io.stdout, gathered(io.stdin, signal), lines, { signal, farewell })
    }),
  )
}

/** Gives a signal that aborts when the work is done, too. */
export async function untilDone(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController()
  try {
    await work(AbortSignal.any([signal, over.signal]))
  } finally {
    over.abort()
  }
}

/** What `input` gives, until it ends or `signal` aborts; pieces that come while nobody reads are joined. */
export async function* gathered(
  input: CarryDeps['stdin'],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunks: Buffer[] = []
  let ended = false
  let wake = Promise.withResolvers<void>()
  const end = (): void => {
    ended = true
    wake.resolve()
  }
  input.on('data', (chunk: Buffer | string) => {
    chunks.push(Buffer.from(chunk))
    wake.resolve()
  })
  input.once('end', end)
  signal.addEventListener('abort', end, { once: true })
  for (;;) {
    await wake.promise
    wake = Promise.withResolvers()
    if (chunks.length > 0) {
      const bytes = Buffer.concat(chunks)
      chunks = []
      yield bytes
    }
    if (ended && chunks.length === 0) return
    if (ended) wake.resolve()
  }
}

/** Takes out empty lines, by which the node shows that it lives. */
function withoutEmptyLines(): TransformStream<Uint8Array, Uint8Array> {
  const newline = 0x0a
  let last = newline
  return new TransformStream({
    transform(bytes, controller) {
      const kept = bytes.filter((byte) => {
        const empty = byte === newline && last === newline
        last = byte
        return !empty
      })
      if (kept.length > 0) controller.enqueue(kept)
    },
  })
}

/** The node went away: `cli/acp-lost`. The editor starts the program again and loads its sessions. */
class AcpLostError extends SalpError {
  constructor(why: string, options?: { cause?: unknown }) {
    super('cli/acp-lost', `Cannot go on without the node: ${why}. Its sessions are kept; start again and load them`, {
      ...options,
      retryable: true,
    })
  }
}
