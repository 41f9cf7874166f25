/** What a turn may use, what it used, and when that is enough. */

/** What runs out. */
export type BudgetName = 'calls' | 'tokens' | 'cost' | 'time'

/** Limits of one turn; an absent one does not limit. */
export interface BudgetLimits {
  /** Calls of tools. Integer, range [1, ∞). */
  readonly calls: number
  /** Tokens in and out. Range (0, ∞). */
  readonly tokens?: number | undefined
  /** In US dollars. Range (0, ∞). */
  readonly costUsd?: number | undefined
  /** Time of the turn's own work, in ms. Range (0, ∞). */
  readonly timeMs?: number | undefined
}

/** What a turn used. */
export interface BudgetUse {
  readonly calls: number
  readonly tokens: number
  readonly costUsd: number
  /** Without time spent waiting for a person. */
  readonly timeMs: number
}

/** A budget in full, for a reader. */
export interface BudgetReport {
  readonly budget: BudgetName
  /** In the unit of the budget: calls, tokens, US dollars or ms. */
  readonly limit: number
  readonly used: number
  /** Range [0, 1]. */
  readonly left: number
}

/** Lists the budgets that have a limit, in the order calls, tokens, cost, time. */
export function reportBudgets(limits: BudgetLimits, use: BudgetUse): BudgetReport[] {
  const report = (budget: BudgetName, limit: number | undefined, used: number): BudgetReport[] =>
    limit === undefined ? [] : [{ budget, limit, used, left: shareLeft(limit, used) }]
  return [
    ...report('calls', limits.calls, use.calls),
    ...report('tokens', limits.tokens, use.tokens),
    ...report('cost', limits.costUsd, use.costUsd),
    ...report('time', limits.timeMs, use.timeMs),
  ]
}

/** Share of the scarcest budget that is left. Range [0, 1]; 1 when nothing is limited. */
export function energyLeft(limits: BudgetLimits, use: BudgetUse): number {
  return Math.min(
    shareLeft(limits.calls, use.calls),
    shareLeft(limits.tokens, use.tokens),
    shareLeft(limits.costUsd, use.costUsd),
    shareLeft(limits.timeMs, use.timeMs),
  )
}

/** Names the first budget that is used up, in the order calls, tokens, cost, time. */
export function exhaustedBudget(limits: BudgetLimits, use: BudgetUse): BudgetName | undefined {
  if (use.calls >= limits.calls) return 'calls'
  if (use.tokens >= (limits.tokens ?? Infinity)) return 'tokens'
  if (use.costUsd >= (limits.costUsd ?? Infinity)) return 'cost'
  if (use.timeMs >= (limits.timeMs ?? Infinity)) return 'time'
  return undefined
}

function shareLeft(limit: number | undefined, used: number): number {
  return limit === undefined ? 1 : Math.max(0, 1 - used / limit)
}
