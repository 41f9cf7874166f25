/** Doubles for the ports of core: a clock that stands still, recorders for events and log lines. */

import type { Clock } from '../clock.js'
import type { EventMap, Publisher } from '../events.js'
import type { LogFields, Logger } from '../log.js'

/** A clock that moves only when told to. */
export interface StoppedClock extends Clock {
  /** Moves on by `ms`, waking sleepers whose time has come, earliest first. */
  advance(ms: number): Promise<void>
}

/** Creates a clock that shows `start` (ms since the epoch) until it is advanced. */
export function stoppedClock(start = 0): StoppedClock {
  let elapsed = 0
  let sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep(ms, { signal } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason)
        if (ms <= 0) return resolve()
        const sleeper = { at: elapsed + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal.reason)
        })
      })
    },
    async advance(ms) {
      const until = elapsed + ms
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        sleepers = sleepers.filter((other) => other !== next)
        elapsed = Math.max(elapsed, next.at)
        next.wake()
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      elapsed = until
    },
  }
}

/** A publisher that keeps what was published, in order. */
export interface RecordingPublisher<Events extends EventMap> extends Publisher<Events> {
  readonly published: { [Name in keyof Events & string]: [Name, Events[Name]] }[keyof Events & string][]
}

/** Creates a publisher that only records. */
export function recordingPublisher<Events extends EventMap>(): RecordingPublisher<Events> {
  const published: RecordingPublisher<Events>['published'] = []
  return { published, publish: (name, event) => void published.push([name, event]) }
}

/** A line that was logged. */
export interface LoggedLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly name: string
  readonly message: string
  readonly fields: LogFields
}

/** A logger that keeps its lines, children included. */
export interface RecordingLogger extends Logger {
  readonly lines: LoggedLine[]
}

/** Creates a logger that only records. */
export function recordingLogger(name = '', lines: LoggedLine[] = []): RecordingLogger {
  const at =
    (level: LoggedLine['level']): Logger['info'] =>
    (message, fields = {}) =>
      void lines.push({ level, name, message, fields })
  return {
    lines,
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (child) => recordingLogger(child, lines),
  }
}
