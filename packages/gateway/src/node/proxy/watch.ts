/** Ends what takes too long: each phase has its limit, and all of them together. */

import type { Clock } from '@salp/core'

/** Watches one exchange. */
export interface Watch {
  /** Begins a phase, which replaces the one before: it expires `ms` after its last sign of life. */
  begin(phase: string, ms: number): void
  /** Ends a phase and begins none. */
  rest(): void
  /** A sign of life. */
  touch(): void
  /** Stops watching. */
  close(): void
}

/** Creates a watch. `expire` is told, once, which limit was passed: a phase, or `total`. */
export function createWatch(
  { clock }: { clock: Pick<Clock, 'monotonic' | 'sleep'> },
  { totalMs, expire }: { totalMs: number; expire(phase: string): void },
): Watch {
  const all = new AbortController()
  let current = new AbortController()
  let touchedAt = clock.monotonic()

  const close = (): void => {
    all.abort()
    current.abort()
  }
  const wait = async (phase: string, ms: number, signal: AbortSignal): Promise<void> => {
    try {
      for (let left = ms; left > 0; left = touchedAt + ms - clock.monotonic()) {
        await clock.sleep(left, { signal })
        if (phase === 'total') break
      }
    } catch {
      // The one reason a sleep fails: it was called off.
      return
    }
    if (signal.aborted) return
    close()
    expire(phase)
  }

  void wait('total', totalMs, all.signal)
  return {
    begin(phase, ms) {
      if (all.signal.aborted) return
      current.abort()
      current = new AbortController()
      touchedAt = clock.monotonic()
      void wait(phase, ms, current.signal)
    },
    rest: () => current.abort(),
    touch() {
      touchedAt = clock.monotonic()
    },
    close,
  }
}
