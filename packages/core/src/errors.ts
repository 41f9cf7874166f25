/** The one root of every failure a caller can act on. */

const mark = Symbol.for('salp.error')

/** What every {@link SalpError} may say beside its message. */
export interface SalpErrorOptions {
  /** What went wrong underneath. */
  readonly cause?: unknown
  /** Whether the same call may succeed later, unchanged. @defaultValue `false` */
  readonly retryable?: boolean | undefined
}

/**
 * A failure with a stable code.
 *
 * Subclasses add the values that explain them as fields. Callers ask for `code`, never match the message.
 * No secret, prompt or key belongs in either: errors travel into logs and into replies.
 */
export class SalpError extends Error {
  /** `package/condition`, stable across releases. */
  readonly code: string
  readonly retryable: boolean

  constructor(code: string, message: string, { cause, retryable = false }: SalpErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.retryable = retryable
    Object.defineProperty(this, mark, { value: true })
  }

  /**
   * Tells whether `error` is a SalpError of this or of another copy of the package, which `instanceof` cannot.
   *
   * @param code - Asks for this code too.
   */
  static is(error: unknown, code?: string): error is SalpError {
    return error instanceof Error && mark in error && (code === undefined || ('code' in error && error.code === code))
  }
}

/** Gives the message of anything that was thrown, for a reader: joined by colons to its causes, as far as they say more. */
export function describeError(error: unknown): string {
  const parts: string[] = []
  const seen = new Set<unknown>()
  let current = error
  while (current instanceof Error && !seen.has(current)) {
    seen.add(current)
    const message = current.message || current.name
    if (!parts.some((part) => part.includes(message))) parts.push(message)
    current = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined)
  }
  return parts.length === 0 ? String(error) : parts.join(': ')
}
