/** JSON-RPC 2.0 over a fetch that is passed in. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { Hex } from './hex.js'
import { BodyTooLarge, readBody } from './internal/read-body.js'

/** Asks a node. */
export interface Rpc {
  /** Host and port of the node, for messages: the URL itself may hold a key. */
  readonly host: string
  /**
   * Calls a method once; nothing is tried again.
   *
   * @typeParam T - What the caller takes the result for; it is not checked.
   * @throws {@link RpcError} (`wallet/rpc-unreachable`) without an answer: the call may or may not have had its effect.
   * @throws {@link RpcError} (`wallet/rpc-refused`) if the node answered with an error.
   * @throws The signal's reason if it aborts.
   */
  call<T>(
    method: string,
    params: readonly unknown[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<T>
}

/** Where the node is, and how long and how much it may answer. */
export interface RpcOptions {
  /** http or https. */
  readonly url: string
  /** Until the answer is whole, in ms. @defaultValue `15000` */
  readonly timeoutMs?: number | undefined
  /** Largest answer, in bytes. @defaultValue `33554432` */
  readonly maxAnswerBytes?: number | undefined
  /** Sent along, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const answerSchema = z.union([
  z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.looseObject({ error: z.null().optional(), result: z.unknown() }).refine((answer) => 'result' in answer),
])

/** Creates a client of one node. Redirects are not followed. @throws RangeError if the URL is not http or https. */
export function createRpc(
  { fetch }: { readonly fetch: typeof globalThis.fetch },
  { url, timeoutMs = 15_000, maxAnswerBytes = 2 ** 25, headers = {} }: RpcOptions,
): Rpc {
  const host = hostOf(url)
  let id = 0

  const exchange = async (body: string, signal: AbortSignal): Promise<{ status: number; text: string }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal,
      redirect: 'error',
    })
    return { status: response.status, text: await readBody(response, maxAnswerBytes) }
  }
  return {
    host,
    async call<T>(method: string, params: readonly unknown[], { signal }: { signal?: AbortSignal | undefined } = {}) {
      signal?.throwIfAborted()
      const deadline = AbortSignal.timeout(timeoutMs)
      const unreachable = (why: string, retryable = true): RpcError =>
        new RpcError('unreachable', { host, method, why, retryable })
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })
      const { status, text } = await exchange(
        body,
        signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      ).catch((error: unknown) => {
        signal?.throwIfAborted()
        // What fetch throws may quote the URL, and goes no further.
        if (deadline.aborted) throw unreachable(`no answer within ${timeoutMs} ms`)
        throw unreachable(error instanceof BodyTooLarge ? `more than ${maxAnswerBytes} bytes` : 'no connection')
      })
      const answer = answerSchema.safeParse(parseJson(text))
      if (!answer.success) {
        const passing = status < 400 || status >= 500 || status === 429 || status === 408
        throw unreachable(`HTTP ${status} without an answer of JSON-RPC`, passing)
      }
      if (answer.data.error) {
        const { code, message, data } = answer.data.error
        throw new RpcError('refused', {
          host,
          method,
          why: message.slice(0, 500),
          rpcCode: code,
          data: revertData(data),
        })
      }
      return answer.data.result as T
    },
  }
}

function hostOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new RangeError('Cannot use the URL of the node: expected http or https')
  }
  return parsed.host
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a contract reverted with: nodes give it as hex, or as hex within an object. */
function revertData(data: unknown): Hex | undefined {
  const found = typeof data === 'object' && data !== null && 'data' in data ? data.data : data
  return typeof found === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(found) ? (found as Hex) : undefined
}

interface RpcFailure {
  readonly host: string
  readonly method: string
  readonly why: string
  readonly retryable?: boolean | undefined
  readonly rpcCode?: number | undefined
  readonly data?: Hex | undefined
}

/** A node that gave no answer (`wallet/rpc-unreachable`), or answered with an error (`wallet/rpc-refused`). */
export class RpcError extends SalpError {
  readonly host: string
  readonly method: string
  /** The node's own words, where it refused. They may be anything. */
  readonly why: string
  /** Number of the error, where the node refused. */
  readonly rpcCode: number | undefined
  /** What a contract reverted with. */
  readonly data: Hex | undefined
  constructor(condition: 'unreachable' | 'refused', failure: RpcFailure) {
    const { host, method, why, retryable = false, rpcCode, data } = failure
    super(`wallet/rpc-${condition}`, `Cannot ask ${host} for ${method}: ${why}`, { retryable })
    this.host = host
    this.method = method
    this.why = why
    this.rpcCode = rpcCode
    this.data = data
  }
}
