/** What a conversation has used, and whether that is too much. */

import type { TurnEvents } from '../protocol.js'
import type { Work } from '../protocol-work.js'
import type { SessionStore } from '../session/store.js'

/** What was used, as far as it was reported. */
export type Spending = NonNullable<Work['used']>

/** Steps and calls of one conversation that are added up. */
const counted = 1_000_000

/** Adds up what a conversation has used, from what is on record. */
export function spendingOf(store: Pick<SessionStore, 'newest'>, sessionId: string): Spending {
  return store.newest(['step:finished', 'call:requested'], { limit: counted, sessionId }).reduce((used, event) => {
    if (event.name === 'call:requested') return withCall(used)
    return event.name === 'step:finished' ? withStep(used, event.data) : used
  }, nothingSpent)
}

/** Before anything was used. */
const nothingSpent: Spending = { tokens: 0, costUsd: 0, calls: 0 }

/** With one call more. */
export function withCall(used: Spending): Spending {
  return { ...used, calls: used.calls + 1 }
}

/** With what one step more has used. */
export function withStep(used: Spending, { usage, costUsd = 0 }: TurnEvents['step:finished']): Spending {
  const { inputTokens = 0, outputTokens = 0 } = usage
  return { ...used, tokens: used.tokens + inputTokens + outputTokens, costUsd: used.costUsd + costUsd }
}

/** Why a piece of work may use no more, in a sentence for a person; nothing while it may. */
export function overspent(
  {
    maxTokens = Infinity,
    maxCostUsd = Infinity,
    maxCalls = Infinity,
  }: Pick<Work, 'maxTokens' | 'maxCostUsd' | 'maxCalls'>,
  { tokens, costUsd, calls }: Spending,
): string | undefined {
  if (tokens > maxTokens) return `${maxTokens} tokens were not enough`
  if (costUsd > maxCostUsd) return `${maxCostUsd} US dollars were not enough`
  if (calls > maxCalls) return `${maxCalls} calls were not enough`
  return undefined
}
