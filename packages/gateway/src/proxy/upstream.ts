/** The way to a service elsewhere, as the proxy needs it. `createUpstream` of `@salp/gateway/node` is the real one. */

import { SalpError } from '@salp/core'

/** What is sent; a `Request` is one. */
export interface UpstreamRequest {
  readonly method: string
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array> | null
}

/** Bounds of one exchange. */
export interface UpstreamLimits {
  /** Ends the exchange, the body of the answer included. */
  readonly signal: AbortSignal
  /** From the end of the request to the start of the answer, in ms. */
  readonly firstByteMs: number
  /** For all of it, in ms. */
  readonly totalMs: number
  /** Largest body of the answer as it travels: what is compressed counts compressed, and is passed on so. */
  readonly maxBytes: number
}

/** Sends requests where they may go. */
export interface Upstream {
  /**
   * Sends one request, to an address that was checked, and follows no redirect.
   *
   * Bodies stream both ways, no faster than they are taken. An answer that breaks off, lasts too long or grows too large
   * after its start fails while its body is read.
   *
   * @throws {@link UpstreamError}, also from the body.
   * @throws The signal's reason if it aborts, and whatever reading the request's body throws.
   */
  send(request: UpstreamRequest, target: URL, limits: UpstreamLimits): Promise<Response>
  /** Tells whether the name in a URL leads only to addresses that may be reached now. */
  check(
    url: URL,
    options: { signal: AbortSignal },
  ): Promise<{ status: 'allowed' } | { status: 'refused'; reason: string }>
}

/** An upstream that gave no usable answer. */
export class UpstreamError extends SalpError {
  readonly condition: 'refused' | 'unreachable' | 'timeout' | 'too-large'
  /** Origin of the target. */
  readonly origin: string

  /** @param condition - The end of the code: `gateway/upstream-refused`, `-unreachable`, `-timeout` or `-too-large`. */
  constructor(condition: UpstreamError['condition'], target: URL, why: string, cause?: unknown) {
    super(`gateway/upstream-${condition}`, `Cannot forward to "${target.origin}": ${why}`, {
      cause,
      retryable: condition === 'unreachable' || condition === 'timeout',
    })
    this.condition = condition
    this.origin = target.origin
  }
}
