/** The clock and the chance of the machine. */

import { getRandomValues, randomBytes } from 'node:crypto'
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

/**
 * Creates a generator that nobody can foretell: each draw comes from the operating system.
 *
 * Its forks are seeded streams, whose seed nobody knows, but whose later draws follow from earlier ones.
 */
export function createSystemRng(): Rng {
  const words = new Uint32Array(256)
  let used = words.length
  const draw = (): number => {
    if (used === words.length) {
      getRandomValues(words)
      used = 0
    }
    return (words[used++] ?? 0) / 0x1_0000_0000
  }
  return Object.assign(draw, { fork: createRng(randomBytes(32).toString('hex')).fork })
}
