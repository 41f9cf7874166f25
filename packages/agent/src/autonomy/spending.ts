/** What a conversation has used, and whether that is too much. */

import type { Work } from '../protocol-work.js'
import type { SessionStore } from '../session/store.js'

/** What was used, as far as it was reported. */
export type Spending = NonNullable<Work['used']>

/** Steps and calls of one conversation that are added up. */
const counted = 1_000_000

/** Adds up what a conversation has used, from what is on record. */
export function spendingOf(store: Pick<SessionStore, 'newest'>, sessionId: string): Spending {
  const sum = { tokens: 0, costUsd: 0, calls: 0 }
  for (const event of store.newest(['step:finished', 'call:requested'], { limit: counted, sessionId })) {
    if (event.name === 'call:requested') sum.calls++
    if (event.name !== 'step:finished') continue
    sum.tokens += (event.data.usage.inputTokens ?? 0) + (event.data.usage.outputTokens ?? 0)
    sum.costUsd += event.data.costUsd ?? 0
  }
  return sum
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
