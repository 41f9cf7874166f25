/** A deadline that moves on with every sign of life. */

import type { Clock } from '@salp/core'
import { UselessReply } from './failure.js'

/** Watches over one reply. */
export interface SilenceGuard {
  /** Aborts when the caller does, or after too long a silence. */
  readonly signal: AbortSignal
  /** Waits for `work`, but no longer than the signal allows; ends the silence. @throws The signal's reason. */
  wait<T>(work: PromiseLike<T>): Promise<T>
  /** Ends the watch. */
  stop(): void
}

/** Starts to watch. @param silenceMs - Longest silence, in ms. */
export function guardSilence(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  silenceMs: number,
  caller: AbortSignal | undefined,
): SilenceGuard {
  const silent = new AbortController()
  const stopped = new AbortController()
  const signal = caller === undefined ? silent.signal : AbortSignal.any([caller, silent.signal])
  let heardAt = clock.monotonic()
  const watch = async (): Promise<void> => {
    for (;;) {
      const left = heardAt + silenceMs - clock.monotonic()
      if (left <= 0) break
      await clock.sleep(left, { signal: stopped.signal })
    }
    silent.abort(new UselessReply('silent', `Cannot wait any longer: nothing arrived for ${silenceMs} ms`))
  }
  watch().catch((error: unknown) => {
    if (error !== stopped.signal.reason) silent.abort(error)
  })
  return {
    signal,
    async wait(work) {
      signal.throwIfAborted()
      let abort: (() => void) | undefined
      const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(signal.reason)
        signal.addEventListener('abort', abort)
      })
      try {
        return await Promise.race([work, aborted])
      } finally {
        heardAt = clock.monotonic()
        if (abort !== undefined) signal.removeEventListener('abort', abort)
      }
    },
    stop: () => stopped.abort(new Error('The watch is over')),
  }
}
