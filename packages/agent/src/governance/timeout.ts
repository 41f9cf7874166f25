/** Ends calls that show no sign of life. */

import type { Clock } from '@salp/core'
import { orAborted, startWatchdog } from '../watchdog.js'
import { failure, type Layer } from './pipeline.js'

/** What decides how long a call may take. */
export interface TimeoutDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** How long `tool` may go without progress, in ms, given what it asks for. */
  timeoutMs(tool: string, baseMs: number): number
}

/**
 * Aborts a call that made no progress for its time. The outcome is a time-out even if the tool takes no notice of the
 * signal, or throws something else because of it. A tool whose time is infinite waits for a person.
 */
export function timeout({ clock, timeoutMs }: TimeoutDeps): Layer {
  return {
    name: 'timeout',
    async apply(call, next) {
      const baseMs = call.tool.timeoutMs
      if (!Number.isFinite(baseMs)) return next(call)
      const limitMs = timeoutMs(call.tool.name, baseMs)
      const watchdog = startWatchdog(clock, limitMs)
      const context = {
        ...call.context,
        signal: AbortSignal.any([call.context.signal, watchdog.signal]),
        progress: (text: string) => {
          watchdog.touch()
          call.context.progress(text)
        },
      }
      try {
        return await orAborted(next({ ...call, context }), watchdog.signal)
      } catch (error) {
        if (!watchdog.signal.aborted || call.context.signal.aborted) throw error
        return failure(
          'timeout',
          `Cannot finish ${call.tool.name}: no sign of life for ${Math.round(limitMs / 100) / 10} s`,
        )
      } finally {
        watchdog.stop()
      }
    },
  }
}
