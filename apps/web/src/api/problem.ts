/** Requests that failed, told so that a person knows what to do. */

/** The node refused a request, or could not be reached (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** Stable code of the node's error, such as `agent/session-busy`. */
  readonly code: string | undefined

  constructor(status: number, message: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.code = options.code
  }
}

/** What went wrong, for a notice. */
export interface Problem {
  readonly kind: 'offline' | 'signed-out' | 'missing' | 'refused'
  readonly title: string
  readonly detail: string
}

/** Explains any failure of a request, the chat's own included. */
export function describeProblem(error: unknown): Problem {
  const status = statusOf(error)
  if (status === 401) {
    return { kind: 'signed-out', title: 'You are signed out', detail: 'Sign in with the token of this node.' }
  }
  if (status === undefined || status === 0) {
    return {
      kind: 'offline',
      title: 'Salp cannot be reached',
      detail: 'Check that it still runs in its terminal. Nothing you wrote is lost.',
    }
  }
  const { title, detail } = parseProblemDetails(bodyOf(error))
  const kind = status === 404 ? 'missing' : 'refused'
  return { kind, title: title ?? `Salp refused the request (${status})`, detail: detail ?? '' }
}

/** Reads problem details (RFC 9457); whatever is missing or malformed is left out. */
export function parseProblemDetails(body: string): { title?: string; detail?: string; code?: string } {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return {}
  }
  if (typeof value !== 'object' || value === null) return {}
  const problem: { title?: string; detail?: string; code?: string } = {}
  if ('title' in value && typeof value.title === 'string') problem.title = value.title
  if ('detail' in value && typeof value.detail === 'string') problem.detail = value.detail
  if ('code' in value && typeof value.code === 'string') problem.code = value.code
  return problem
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof ApiError) return error.status
  // The chat transport of the AI SDK throws its own class, with the body as its message.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode
  return error instanceof TypeError ? 0 : 500
}

function bodyOf(error: unknown): string {
  if (error instanceof ApiError) return JSON.stringify({ title: error.message })
  if (error instanceof Error) {
    return 'responseBody' in error && typeof error.responseBody === 'string'
      ? error.responseBody
      : JSON.stringify({ title: 'The turn failed', detail: error.message })
  }
  return ''
}
