/** Errors as HTTP answers: problem details (RFC 9457) with a code, and nothing of our insides. */

/** What else may be said. */
export interface ProblemOptions {
  /** Number of the request, which the log has too. */
  readonly request?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** Hash of a transaction that concerns the answer. */
  readonly transaction?: string | undefined
}

/** Answers with a problem. @param code - Stable, such as `gateway/busy`. */
export function problem(
  status: number,
  code: string,
  detail: string,
  { request, retryAfterSeconds, transaction }: ProblemOptions = {},
): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))))
  return new Response(JSON.stringify({ status, code, detail, request, transaction }), { status, headers })
}
