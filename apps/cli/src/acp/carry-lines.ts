/** Carries the lines of an editor to a node and back, as they are. */

import { once } from 'node:events'
import { SalpError } from '@salp/core'
import type { Endpoint } from '../client/api.js'
import { toApiError } from '../client/api-error.js'
import type { Io } from '../io.js'

/** What carrying asks of the application. */
export type CarryDeps = Pick<Io, 'stdin' | 'stdout' | 'fetch'>

/**
 * Carries until the editor closes its end, or `signal` aborts.
 *
 * @throws {@link AcpLostError} (`cli/acp-lost`) when the node ends first; ApiError if it does not let us in.
 */
export async function carryLines(
  { stdin, stdout, fetch }: CarryDeps,
  { url, token }: Endpoint,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const headers = { authorization: `Bearer ${token}` }
  const opened = await fetch(`${url}/api/acp`, { method: 'POST', headers, signal: until })
  if (!opened.ok) throw await toApiError(opened)
  const id = opened.headers.get('salp-connection')
  const { body } = opened
  if (id === null || body === null) throw new AcpLostError('it answers as no node does')

  const up = async (): Promise<void> => {
    for await (const bytes of gathered(stdin, until)) {
      const sent = await fetch(`${url}/api/acp/${id}`, { method: 'POST', headers, body: bytes, signal: until })
      if (!sent.ok) throw await toApiError(sent)
    }
    over.abort()
  }
  const down = async (): Promise<void> => {
    for await (const bytes of body.pipeThrough(withoutEmptyLines())) {
      if (!stdout.write(bytes)) await once(stdout, 'drain', { signal: until })
    }
    throw new AcpLostError('it ended the connection')
  }
  try {
    await Promise.race([up(), down()])
  } catch (error) {
    if (until.aborted) return
    throw SalpError.is(error) ? error : new AcpLostError('the connection broke', { cause: error })
  } finally {
    over.abort()
  }
}

/** What `input` gives; pieces that come while nobody reads are joined. */
async function* gathered(input: CarryDeps['stdin'], signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
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
export class AcpLostError extends SalpError {
  constructor(why: string, options?: { cause?: unknown }) {
    super('cli/acp-lost', `Cannot go on without the node: ${why}. Sessions are kept; start again and load them`, {
      ...options,
      retryable: true,
    })
  }
}
