/** Log lines as JSON, through pino. */

import { type DestinationStream, type Logger as Pino, pino } from 'pino'
import type { Logger } from '../log.js'
import type { Redactor } from '../redact.js'

/** How much is written. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent'

/**
 * Creates a logger that writes one JSON object a line, secrets taken out of messages and fields.
 *
 * Lines that cannot be written, on a full disk say, are dropped: nothing fails because its log does.
 *
 * @param destination - A file path, or a stream such as `process.stderr`.
 */
export function createLogger({
  level,
  destination,
  redactor,
}: {
  level: LogLevel
  destination: string | DestinationStream
  redactor: Redactor
}): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const stream = typeof destination === 'string' ? openFile(destination) : destination
  return wrap(pino(options, stream), redactor)
}

function openFile(path: string): DestinationStream {
  const file = pino.destination({ dest: path, mkdir: true, sync: true, mode: 0o600 })
  file.on('error', () => undefined)
  return file
}

function wrap(logger: Pino, redactor: Redactor): Logger {
  const at =
    (level: 'error' | 'warn' | 'info' | 'debug'): Logger['info'] =>
    (message, fields = {}) => {
      if (logger.isLevelEnabled(level)) logger[level](redactor.data(fields), redactor.text(message))
    }
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (name) => wrap(logger.child({ name }), redactor),
  }
}
