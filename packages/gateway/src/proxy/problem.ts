/** Refusals as problem details (RFC 9457): a code and a sentence for the client, nothing of our insides. */

import { type Logger, SalpError } from '@salp/core'

/** A refusal. */
export interface Problem {
  /** HTTP status. */
  readonly status: number
  /** Stable, such as `gateway/endpoint-unknown`. */
  readonly code: string
  /** A sentence that says what to do, where that is not plain. */
  readonly detail: string
  /** Names the request in the log. */
  readonly requestId: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Wrong type of content',
  429: 'Too many requests',
  499: 'Client left',
  501: 'Not supported',
  502: 'Upstream failed',
  503: 'Unavailable',
  504: 'Upstream took too long',
}

/** Writes a refusal; it is never cached. */
export function toProblemResponse({ status, code, detail, requestId, headers }: Problem): Response {
  const body = { type: 'about:blank', title: titles[status] ?? 'Something broke', status, detail, code, requestId }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
  })
}

/** Turns what was thrown into a refusal that tells nothing of it; the log gets it whole. */
export function toFaultResponse(
  error: unknown,
  { requestId, log }: { requestId: string; log: Pick<Logger, 'error'> },
): Response {
  log.error('Cannot answer a request', { requestId, error })
  const unavailable = SalpError.is(error) && (error.retryable || error.code.startsWith('core/database'))
  return toProblemResponse(
    unavailable
      ? {
          status: 503,
          code: 'gateway/unavailable',
          detail: 'The gateway cannot do this now. Try again later',
          requestId,
        }
      : {
          status: 500,
          code: 'gateway/fault',
          detail: 'The gateway failed. Its operator finds the reason by the request id',
          requestId,
        },
  )
}
