/** Ends what takes too long: each phase has its limit, and all of them together. */

import type { Clock } from '@salp/core'

/** Watches one exchange. */
export interface Watch {
  /** Begins a phase, which replaces the one before: it expires `ms` after its last sign of life. */
  begin(phase: string, ms: number): void
  /** Lets the phase last, until a sign of life. */
  rest(): void
  /** A sign of life. */
  touch(): void
  /** Stops watching. */
  close(): void
}

/** Why a wait was called off; told to nobody, and cheaper than the error that `abort()` makes up. */
const calledOff = 'called off'

/** Creates a watch. `expire` is told, once, which limit was passed: a phase, or `total`. */
export function createWatch(
  { clock }: { clock: Pick<Clock, 'monotonic' | 'sleep'> },
  { totalMs, expire }: { totalMs: number; expire(phase: string): void },
): Watch {
  const all = new AbortController()
  let current = new AbortController()
  let touchedAt = clock.monotonic()
  let resting = false

  const close = (): void => {
    all.abort(calledOff)
    current.abort(calledOff)
  }
  const wait = async (phase: string, ms: number, signal: AbortSignal): Promise<void> => {
    try {
      for (let left = ms; left > 0; left = resting ? ms : touchedAt + ms - clock.monotonic()) {
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
      current.abort(calledOff)
      current = new AbortController()
      touchedAt = clock.monotonic()
      resting = false
      void wait(phase, ms, current.signal)
    },
    rest() {
      resting = true
    },
    touch() {
      resting = false
      touchedAt = clock.monotonic()
    },
    close,
  }
}
