/** Memory that is in use, rather than waiting for the collector. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Collects garbage, then counts heap and buffers, in bytes. */
export function liveBytes(): number {
  if (typeof collect !== 'function') throw new TypeError('Cannot collect garbage: Node gave no way to')
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
