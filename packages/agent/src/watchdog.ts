/** A signal that aborts when nothing has been heard for a while. */

import type { Clock } from '@salp/core'

/** Watches for signs of life until it is stopped. */
export interface Watchdog {
  /** Aborts when `limitMs` passed without {@link Watchdog.touch}. */
  readonly signal: AbortSignal
  touch(): void
  stop(): void
}

/** Why a watch ends that is no longer needed. Made once: each new one would record the stack. */
const over = new DOMException('The watch is over', 'AbortError')

/** Starts watching. An infinite limit never aborts. */
export function startWatchdog(clock: Pick<Clock, 'monotonic' | 'sleep'>, limitMs: number): Watchdog {
  const expiry = new AbortController()
  const stopped = new AbortController()
  let lastSign = clock.monotonic()
  const watch = async (): Promise<void> => {
    for (let left = limitMs; left > 0; left = lastSign + limitMs - clock.monotonic()) {
      await clock.sleep(left, { signal: stopped.signal })
    }
    expiry.abort(new DOMException(`Nothing was heard for ${limitMs} ms`, 'TimeoutError'))
  }
  if (Number.isFinite(limitMs)) watch().catch(() => undefined)
  return {
    signal: expiry.signal,
    touch: () => {
      lastSign = clock.monotonic()
    },
    stop: () => stopped.abort(over),
  }
}

/** Waits for `work`, but no longer than `signal` lets it. @throws The signal's reason if it aborts first. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // Nobody waits for it any more, however it ends.
    work.catch(() => undefined)
    return Promise.reject(signal.reason)
  }
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
