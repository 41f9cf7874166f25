/** Bounds how many calls run at once. */

import type { Layer } from './pipeline.js'

/** A number of places, handed out in the order of asking. */
export interface Gate {
  /** Waits for a place. @throws The signal's reason if it aborts. */
  take(signal: AbortSignal): Promise<void>
  release(): void
}

/** Creates a gate with `places` places. */
export function createGate(places: number): Gate {
  let free = places
  const waiting: (() => void)[] = []
  return {
    take(signal) {
      signal.throwIfAborted()
      if (free > 0) {
        free--
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(enter), 1)
          reject(signal.reason)
        }
        waiting.push(enter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    release() {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    },
  }
}

/** Holds a place for as long as the call runs; a call that waits for a person gives its place back meanwhile. */
export function concurrency(gate: Gate): Layer {
  return {
    name: 'concurrency',
    async apply(call, next) {
      let held = false
      const place = {
        take: async (signal: AbortSignal): Promise<void> => {
          await gate.take(signal)
          held = true
        },
        release: (): void => {
          if (held) gate.release()
          held = false
        },
      }
      await place.take(call.context.signal)
      try {
        return await next({ ...call, place })
      } finally {
        place.release()
      }
    },
  }
}
