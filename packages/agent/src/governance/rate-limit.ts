/** Bounds how often a tool runs. */

import type { Clock } from '@salp/core'
import { failure, type Layer } from './pipeline.js'

/** How many calls of one tool a sliding window takes. */
export interface RateLimitOptions {
  readonly calls: number
  readonly windowMs: number
}

/** Refuses calls beyond the limit at once, telling when the next is taken. */
export function rateLimit(
  { clock }: { clock: Pick<Clock, 'monotonic'> },
  { calls, windowMs }: RateLimitOptions,
): Layer {
  const tools = new Map<string, number[]>()
  return {
    name: 'rate-limit',
    async apply(call, next) {
      const now = clock.monotonic()
      const recent = tools.get(call.tool.name) ?? []
      while (recent[0] !== undefined && recent[0] <= now - windowMs) recent.shift()
      tools.set(call.tool.name, recent)
      const [oldest] = recent
      if (oldest !== undefined && recent.length >= calls) {
        const seconds = Math.ceil((oldest + windowMs - now) / 1_000)
        return failure(
          'unavailable',
          `Cannot call ${call.tool.name}: ${calls} calls in ${windowMs / 1_000} s are the limit. Try again in ${seconds} s`,
        )
      }
      recent.push(now)
      return next(call)
    },
  }
}
