/** Structured logs as a port. */

/** Values beside a log line; never a secret, see {@link redact}. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Writes log lines: a constant sentence and fields.
 *
 * error needs a person, warn may come to that, info tells the story, debug the detail.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** A logger whose lines carry this name. */
  child(name: string): Logger
}

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silentLogger,
}
