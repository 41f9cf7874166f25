/** Compares the world with what was asked for, after the run. */

import { describeError } from '@salp/core'
import type { JsonValue, Tool, ToolContext, Verification } from '../tool.js'
import type { Layer } from './pipeline.js'

/** What decides how deep to look. */
export interface VerificationDeps {
  /** Whether what a tool gave in a turn is to be looked at twice. */
  looksTwice(tool: string, turnId: string): boolean
}

/**
 * Runs a tool's own check. A repeatable tool without one is asked a second time where a second look is wanted, and
 * must give the same.
 */
export function verification({ looksTwice }: VerificationDeps): Layer {
  return {
    name: 'verification',
    async apply(call, next) {
      const outcome = await next(call)
      if (outcome.status !== 'ok') return outcome
      const { tool, input, context } = call
      if (tool.verify !== undefined) {
        return { ...outcome, verification: await checkResult(tool, { input, output: outcome.output, context }) }
      }
      if (tool.repeatable !== true || !looksTwice(tool.name, context.turnId)) return outcome
      const again = await next({ ...call, started: () => undefined, ended: () => undefined })
      const same = again.status === 'ok' && JSON.stringify(again.output) === JSON.stringify(outcome.output)
      const detail = same ? 'a second look gave the same' : 'a second look gave something else'
      return { ...outcome, verification: { passed: same, detail } }
    },
  }
}

/** Runs a tool's check. One that breaks counts as not passed: nothing was proven. */
export async function checkResult(
  tool: Tool,
  { input, output, context }: { readonly input: unknown; readonly output: JsonValue; readonly context: ToolContext },
): Promise<Verification> {
  if (tool.verify === undefined) return { passed: true, detail: '' }
  return tool
    .verify(input, output, context)
    .catch((error: unknown) => ({ passed: false, detail: `the check broke: ${describeError(error)}` }))
}
