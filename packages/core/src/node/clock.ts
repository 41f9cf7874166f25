/** The clock and the chance of the machine. */

import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.js'
import { createRng, type Rng } from '../rng.js'

/** Longest delay a Node timer takes without firing at once. */
const maxDelayMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (!(ms > 0)) return resolve()
      const until = performance.now() + ms
      let timer: NodeJS.Timeout
      const wait = (): void => {
        const left = until - performance.now()
        if (left > 0) timer = setTimeout(wait, Math.min(left, maxDelayMs))
        else finish()
      }
      const finish = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
      wait()
    }),
}

/** Creates a generator that nobody can foretell, seeded by the operating system. */
export function createSystemRng(): Rng {
  return createRng(randomBytes(32).toString('hex'))
}
