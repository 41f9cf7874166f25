/** Requests that failed, told so that a person knows what to do. */

import { SalpError } from '@salp/core'

/** The node refused a request; `code` is the node's own, such as `agent/session-busy`. */
export class ApiError extends SalpError {
  /** HTTP status. */
  readonly status: number
  constructor(status: number, code: string, message: string) {
    super(code, message, { retryable: status === 503 })
    this.status = status
  }
}

/** The node did not answer, or not to the end: `cli/node-silent`. */
export class NodeSilentError extends SalpError {
  /** Whether nobody was there at all, so that the request was not taken. */
  readonly refused: boolean
  constructor(url: string, cause: unknown) {
    super('cli/node-silent', `Cannot reach the node at ${url}. Look whether it still runs; "salp doctor" tells more`, {
      cause,
      retryable: true,
    })
    this.refused = isRefusal(cause)
  }
}

/** Makes the error of an answer that is not a success, from problem details (RFC 9457) where it has them. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text()
  let problem: unknown
  try {
    problem = JSON.parse(text)
  } catch {
    problem = undefined
  }
  const { code, detail, title } = { ...(typeof problem === 'object' ? problem : undefined) } as Record<string, unknown>
  const message = [detail, title].find((words) => typeof words === 'string' && words !== '')
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : 'cli/request-refused',
    typeof message === 'string' ? message : `The node refused the request (HTTP ${response.status})`,
  )
}

/** A `fetch` that failed says why in its cause; one to a name with several addresses, in the errors of that. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const errors = cause instanceof AggregateError ? cause.errors : [cause]
  return errors.every((one) => one instanceof Error && 'code' in one && one.code === 'ECONNREFUSED')
}
