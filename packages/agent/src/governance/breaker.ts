/** Stops calling a tool that keeps breaking, and tries it again after a while. */

import type { Clock } from '@salp/core'
import type { Outcome } from '../protocol.js'
import { failure, type Layer } from './pipeline.js'

/** When a tool is given a rest. */
export interface BreakerOptions {
  /** Faults in a row that open the breaker. */
  readonly faults: number
  /** How long it stays open, in ms; then one call is let through to try. */
  readonly cooldownMs: number
}

/**
 * Refuses calls of a tool whose last calls broke. Only faults of the tool and its world count: time-outs, unavailability
 * and unforeseen errors. A mistake of the model, a denial or a stop says nothing about the tool.
 */
export function breaker({ clock }: { clock: Pick<Clock, 'monotonic'> }, { faults, cooldownMs }: BreakerOptions): Layer {
  const tools = new Map<string, { count: number; openUntil: number }>()
  return {
    name: 'breaker',
    async apply(call, next) {
      const { name } = call.tool
      const before = tools.get(name)
      const now = clock.monotonic()
      if (before !== undefined && before.count >= faults && now < before.openUntil) {
        const seconds = Math.ceil((before.openUntil - now) / 1_000)
        return failure(
          'unavailable',
          `Cannot call ${name}: it broke ${before.count} times in a row. Try again in ${seconds} s, or another way`,
        )
      }
      const outcome = await next(call)
      if (isFault(outcome))
        tools.set(name, { count: (before?.count ?? 0) + 1, openUntil: clock.monotonic() + cooldownMs })
      else if (outcome.status === 'ok') tools.delete(name)
      return outcome
    },
  }
}

function isFault(outcome: Outcome): boolean {
  return outcome.status === 'error' && ['timeout', 'unavailable', 'failed'].includes(outcome.error.kind)
}
