/** What a turn has done so far, and the ways of going nowhere that end it. */

import type { Outcome, Usage } from '../protocol.js'

/** Batches in a row in which every call failed, after which a turn ends. */
const maxFailedBatches = 3

/** How often the same call may be made in one turn. */
const maxRepeats = 4

/** Counts one turn. Budgets of calls, tokens, money and time are the substrate's. */
export interface TurnMeter {
  step(usage: Usage): void
  call(tool: string, input: unknown): void
  batch(outcomes: readonly Outcome[]): void
  /** Whether so many batches in a row failed wholly that the turn goes nowhere. */
  failing(): boolean
  /** Why the turn goes nowhere, in a sentence for a person; nothing while it may go on. */
  exceeded(): string | undefined
  totals(): { readonly steps: number; readonly calls: number; readonly usage: Usage }
}

/** Starts counting a turn of at most `maxSteps` rounds of the model. */
export function createTurnMeter({ maxSteps }: { maxSteps: number }): TurnMeter {
  let steps = 0
  let calls = 0
  let failedBatches = 0
  let repeats = 0
  let usage: Usage = {}
  const seen = new Map<string, number>()
  return {
    step(used) {
      steps++
      usage = addUsage(usage, used)
    },
    call(tool, input) {
      calls++
      const key = `${tool} ${JSON.stringify(input)}`
      const count = (seen.get(key) ?? 0) + 1
      seen.set(key, count)
      repeats = Math.max(repeats, count)
    },
    batch(outcomes) {
      if (outcomes.length === 0) return
      failedBatches = outcomes.every(({ status }) => status === 'error') ? failedBatches + 1 : 0
    },
    failing: () => failedBatches >= maxFailedBatches,
    exceeded() {
      if (failedBatches >= maxFailedBatches) return `Every call failed ${maxFailedBatches} times in a row`
      if (repeats > maxRepeats) return `The same call was made ${repeats} times`
      if (steps >= maxSteps) return `The limit of ${maxSteps} steps was reached`
      return undefined
    },
    totals: () => ({ steps, calls, usage }),
  }
}

/** Adds what was reported; what neither reports stays unknown. */
function addUsage(sum: Usage, used: Usage): Usage {
  const add = (a: number | undefined, b: number | undefined) => (a === undefined ? b : a + (b ?? 0))
  const inputTokens = add(sum.inputTokens, used.inputTokens)
  const outputTokens = add(sum.outputTokens, used.outputTokens)
  return { ...(inputTokens !== undefined && { inputTokens }), ...(outputTokens !== undefined && { outputTokens }) }
}
