/** What steps cost and what results are worth, and what follows for checking, asking, stopping and spending. */

import type { Tier } from './precision.js'

/** Prices in one unit of money, whichever the caller counts in. Each range [0, ∞). */
export interface Prices {
  /** What a turn done right is worth. */
  readonly worth: number
  /** A step of the model, by tier, at a typical context. */
  readonly steps: Readonly<Record<Tier, number>>
  /** A typical call. Range (0, ∞). */
  readonly call: number
  /** Checking a result. */
  readonly check: number
  /** Interrupting a person. */
  readonly ask: number
  /** A memory put into the context. */
  readonly memory: number
  /** A second of waiting. */
  readonly second: number
}

/** Proportions that are usual: a call is the unit; a capable model costs what sixteen fast ones do. */
export const usualPrices: Prices = {
  worth: 40,
  steps: { fast: 0.25, standard: 1, capable: 4 },
  call: 1,
  check: 1,
  ask: 4,
  memory: 0.04,
  second: 0.03,
}

/** Share of false results that a check is taken to find. */
const finds = 0.9

/**
 * Says whether a result is worth a check: the chance that it is false, times what a false one ruins, exceeds the price.
 *
 * @param falseChance - Range [0, 1].
 * @param completion - Chance that the turn would come out right otherwise. Range [0, 1].
 */
export function isWorthChecking(falseChance: number, completion: number, { worth, check }: Prices): boolean {
  return falseChance * finds * completion * worth > check
}

/** Chance that an obstacle cannot be overcome by calls, before any failed. */
const blockedFirst = 0.01

/**
 * Chance that what is tried cannot be done at all, given the failures in a row.
 *
 * By Bayes' rule: were it possible, each failure had the chance 1 − wᵢ; were it not, it was certain.
 *
 * @param failureNats - Σ −ln(1 − wᵢ) over the failures, with wᵢ the forecast that the call would work. Range [0, ∞).
 * @param likelihood - e^(−failureNats), as the caller has it at hand.
 */
export function blockedChance(likelihood: number): number {
  return blockedFirst / (blockedFirst + (1 - blockedFirst) * likelihood)
}

/** Share of a turn's worth that getting past one obstacle stands for. */
const stake = 1

/** Chance that a person who is asked can clear the way. */
const helps = 0.5

/**
 * Chance from which one is stuck: that it cannot be done at all, or that the best call at hand fails.
 *
 * @param outlook - Chance that the best tool at hand works. Range [0, 1].
 * @returns Range [0, 1]; 0 while neither is above its bound, ½ and ⅘.
 */
export function stuckChance(blocked: number, outlook: number): number {
  const fails = 1 - (1 - blocked) * outlook
  return blocked > 0.5 || fails > 0.8 ? Math.max(blocked, fails) : 0
}

/** Says whether asking a person is worth more than another call, for who is stuck with this chance. */
export function isWorthAsking(stuck: number, { worth, ask }: Prices): boolean {
  return stuck * helps * stake * worth > ask
}

/**
 * Says whether another attempt costs more than it is expected to bring.
 *
 * @param patience - Factor on what may be spent, 1 at rest. Range (0, ∞).
 */
export function isHopeless(
  blocked: number,
  { works, price, patience }: { readonly works: number; readonly price: number; readonly patience: number },
  { worth }: Prices,
): boolean {
  return (1 - blocked) * works * stake * worth * patience < price
}

/**
 * Picks the tier at which a valid call is cheapest: (step + what goes with it) / chance that the call is valid.
 *
 * @param validity - Chance of a valid call by tier. Range (0, 1].
 * @param context - What a step costs over its price in {@link Prices.steps}, for the context it is given. Range (0, ∞).
 */
export function cheapestTier(validity: Readonly<Record<Tier, number>>, context: number, { steps, call }: Prices): Tier {
  const price = (tier: Tier): number => (steps[tier] * context + call) / validity[tier]
  let best: Tier = 'fast'
  if (price('standard') < price(best)) best = 'standard'
  if (price('capable') < price(best)) best = 'capable'
  return best
}
