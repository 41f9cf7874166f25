/** What the fixed rules of a step come to: the regime's policy, priced, with more of everything for a model that calls wrongly. */

import { recallDepth } from './associative.js'
import { rateMean } from './belief.js'
import { blockedChance, cheapestTier, isHopeless, type Prices, stuckChance } from './economy.js'
import type { Mind, SubstrateModules } from './mind.js'
import { openRequest } from './notices.js'
import type { Perception } from './perception.js'
import { decidePolicy, type Policy, type Tier } from './precision.js'
import type { Stop, Turn } from './turn.js'

/** What the rules look at. */
export interface RulesInput {
  readonly mind: Mind
  readonly modules: SubstrateModules
  readonly prices: Prices
  /** Whether prices were stated: then they set the tier, else the regime does. */
  readonly priced: boolean
  readonly perception: Perception
  /** Calls that the model made wrongly since the last success. */
  readonly invalids: number
  /** Share of the scarcest budget that is left. Range [0, 1]. */
  readonly energy: number
  /** Whether something on the blackboard speaks of harm. */
  readonly risky: boolean
}

/** What a memory of use is worth, in typical calls. */
const memoryWorth = 1

/** Share of the context, and memories, that each wrong call of the model adds. */
const moreContext = 0.05
const moreMemories = 3

/** Most of a context that is filled, and most memories. */
const most = { context: 0.65, memories: 12 } as const

/** Whether a request asks for thought. */
export function isDemanding({ intent, ambiguity }: Perception): boolean {
  return intent === 'planning' || intent === 'research' || ambiguity >= openRequest
}

/** Decides by the fixed rules. */
export function decideByRules({
  mind,
  modules,
  prices,
  priced,
  perception,
  invalids,
  energy,
  risky,
}: RulesInput): Policy {
  const demanding = isDemanding(perception)
  const { modulators } = mind
  const policy = decidePolicy(mind.precision.regime, { modulators, energy, risky, demanding })
  const contextFraction = modules.precision
    ? Math.min(most.context, policy.contextFraction + moreContext * invalids)
    : policy.contextFraction
  return {
    ...policy,
    contextFraction,
    tier:
      priced && modules.precision ? pricedTier(mind, demanding || invalids > 1, contextFraction, prices) : policy.tier,
    // Until somebody tells of recalls, nothing is known of them.
    retrievalLimit:
      modules.memory && mind.ranks !== undefined
        ? Math.min(most.memories, recallDepth(mind.ranks, memoryWorth / prices.memory) + moreMemories * invalids)
        : policy.retrievalLimit,
  }
}

function pricedTier({ validities }: Mind, demanding: boolean, contextFraction: number, prices: Prices): Tier {
  const { fast, standard, capable } = validities[demanding ? 'demanding' : 'plain']
  const chances = { fast: rateMean(fast), standard: rateMean(standard), capable: rateMean(capable) }
  return cheapestTier(chances, contextPrice(contextFraction), prices)
}

/** Price of a step over that at a typical context, by the share of the context that is filled. */
export function contextPrice(contextFraction: number): number {
  return 0.4 + 2 * contextFraction
}

/** Says whether the turn must stop because another attempt costs more than it is expected to bring. */
export function stopIfHopeless(
  turn: Turn,
  { tier, contextFraction, patience }: Pick<Policy, 'tier' | 'contextFraction'> & { readonly patience: number },
  prices: Prices,
): Stop | undefined {
  if (turn.failures === 0) return undefined
  const blocked = blockedChance(turn.likelihood)
  const price = prices.call + prices.steps[tier] * contextPrice(contextFraction)
  if (!isHopeless(blocked, { works: turn.outlook, price, patience }, prices)) return undefined
  const percent = (100 * blocked).toFixed(0)
  return { cause: 'hopeless', reason: `What is tried cannot be done, with a chance of ${percent} %` }
}

/** Chance from which a turn is stuck, see {@link stuckChance}. */
export function stuckOf({ likelihood, outlook }: Turn): number {
  return stuckChance(blockedChance(likelihood), outlook)
}
