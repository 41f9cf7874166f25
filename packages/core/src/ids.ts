/** Identifiers that sort by the time they were made. */

import type { Clock } from './clock.js'
import type { Rng } from './rng.js'

/** Makes one new identifier a call: a UUID of version 7, lower case. */
export type IdSource = () => string

/**
 * Creates a source of UUIDs that never repeat and always ascend, even within a millisecond or when the clock goes back.
 *
 * @param deps - `rng` fills 62 random bits; give it the system's where ids must not be guessed.
 * @see RFC 9562, section 5.7; the 12 bits after the version count within a millisecond (its method 1).
 */
export function createIdSource({ clock, rng }: { clock: Pick<Clock, 'now'>; rng: Rng }): IdSource {
  let last = 0
  let count = 0
  return () => {
    const now = clock.now()
    if (now > last) {
      last = now
      count = Math.floor(rng() * 0x400)
    } else if (++count > 0xfff) {
      last++
      count = 0
    }
    const time = last.toString(16).padStart(12, '0')
    const high = (0x8000 | Math.floor(rng() * 0x4000)).toString(16)
    const low = Array.from({ length: 3 }, () => word(rng)).join('')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, '0')}-${high}-${low}`
  }
}

function word(rng: Rng): string {
  return Math.floor(rng() * 0x1_0000)
    .toString(16)
    .padStart(4, '0')
}
