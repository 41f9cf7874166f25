/** Compares the world with what was asked for, after the run. */

import { describeError } from '@salp/core'
import type { Layer } from './pipeline.js'

/** Runs a tool's own check. A check that breaks counts as not passed: nothing was proven. */
export const verification: Layer = {
  name: 'verification',
  async apply(call, next) {
    const outcome = await next(call)
    if (outcome.status !== 'ok' || call.tool.verify === undefined) return outcome
    const found = await call.tool
      .verify(call.input, outcome.output, call.context)
      .catch((error: unknown) => ({ passed: false, detail: `the check broke: ${describeError(error)}` }))
    return { ...outcome, verification: found }
  },
}
