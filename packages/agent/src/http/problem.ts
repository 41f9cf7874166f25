/** Failures as problem details: what a client did wrong is told apart from what we did. */

import { describeError, SalpError } from '@salp/core'

/** A request that cannot be answered as it is. */
export class RequestError extends SalpError {
  /** HTTP status. */
  readonly status: number
  constructor(status: number, code: string, detail: string) {
    super(code, detail, { retryable: status === 429 || status === 503 })
    this.status = status
  }
}

/** Ends of our codes that are the client's to mend, with the status that says so. */
const statuses: readonly (readonly [RegExp, number, string])[] = [
  [/unknown$|not-found$/, 404, 'Not found'],
  [/busy$|circle$|decided$|conflict$/, 409, 'Conflict'],
  [/input$|invalid$/, 400, 'Bad request'],
  [/webhook-refused$/, 401, 'Not allowed'],
  [/mcp-authorization$/, 502, 'A server does not let the agent in'],
  [/database-(?:full|locked)$/, 503, 'Storage is unavailable'],
]

/** Turns whatever was thrown into a response, RFC 9457. `onFault` is told of faults of ours. */
export function toProblem(error: unknown, { onFault }: { onFault(error: unknown): void }): Response {
  const { status, title, detail, code } = classify(error)
  if (status >= 500) onFault(error)
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail, code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })
}

function classify(error: unknown): { status: number; title: string; detail: string; code: string } {
  if (error instanceof RequestError) {
    return { status: error.status, title: 'Cannot answer the request', detail: error.message, code: error.code }
  }
  if (SalpError.is(error)) {
    const known = statuses.find(([pattern]) => pattern.test(error.code))
    const [, status, title] = known ?? [undefined, 500, 'Something broke']
    return { status, title, detail: error.message, code: error.code }
  }
  return { status: 500, title: 'Something broke', detail: describeError(error), code: 'agent/fault' }
}
