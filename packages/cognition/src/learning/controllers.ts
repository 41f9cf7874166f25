/** Learned controllers of four dials, each a contextual bandit that begins with the fixed rule and learns when to depart from it. */

import type { Tier } from '../precision.js'
import { type Bandit, type BanditState, createLinUcb, createThompson } from './bandit.js'
import { type Features, featureNames } from './features.js'

/** What the dials are set to. */
export interface Dials {
  readonly tier: Tier
  readonly contextFraction: number
  readonly retrievalLimit: number
  /** How much a false result is feared: factor on the chance that it is false. */
  readonly vigilance: number
}

const dials = ['tier', 'contextFraction', 'retrievalLimit', 'vigilance'] as const
const tiers: readonly Tier[] = ['fast', 'standard', 'capable']

/** Each dial may be set lower than the rule would, as the rule would, or higher. */
const asRule = 1

/** What lower and higher come to: a tier, a factor on the share of the context, memories, a factor on vigilance. */
const context = [0.7, 1, 1.4] as const
const memories = [-2, 0, 3] as const
const vigilance = [0.5, 1, 2] as const

/** Controllers as plain data. */
export type ControllersState = Readonly<Record<(typeof dials)[number], BanditState>> & {
  /** What a step brings as a rule, in the price of a typical call. */
  readonly usual: number
}

/** One setting of the dials, to be rewarded later. */
export interface DialChoice {
  readonly features: Features
  readonly arms: readonly number[]
  /** With which each dial was set so. */
  readonly probabilities: readonly number[]
  readonly dials: Dials
}

/** Sets the dials. */
export interface Controllers {
  /** Chooses settings; `rule` is what the fixed rules would set, and is taken while little is known. */
  choose(features: Features, rule: Dials): DialChoice
  /** Learns what a step brought, in the price of a typical call: of tier, context and retrieval. */
  learn(choice: DialChoice, reward: number): void
  /** Learns what a turn's vigilance came to: 1 for a result that proved right, -1 for one that proved wrong. */
  learnVigilance(choice: DialChoice, reward: number): void
  snapshot(): ControllersState
}

/** How the controllers learn. */
export interface ControllersOptions {
  readonly chance: () => number
  /** @defaultValue `'thompson'` */
  readonly algorithm?: 'thompson' | 'linucb' | undefined
  readonly from?: ControllersState | undefined
}

/** Creates controllers of tier, context, retrieval and verification. */
export function createControllers({ chance, algorithm = 'thompson', from }: ControllersOptions): Controllers {
  const create = algorithm === 'thompson' ? createThompson : createLinUcb
  const bandits: readonly Bandit[] = dials.map((dial) =>
    create({
      arms: 3,
      dimensions: featureNames.length,
      chance,
      exploration: 0.03,
      warmUp: 120,
      ridge: 20,
      from: from?.[dial],
    }),
  )
  /** Bandits learn what is better than usual, so that an arm never tried counts as neither good nor bad. */
  let usual = from?.usual ?? 0
  return {
    choose(features, rule) {
      const chosen = bandits.map((bandit) => bandit.choose(features, asRule))
      const arms = chosen.map(({ arm }) => arm)
      const [tier = asRule, share = asRule, recall = asRule, watch = asRule] = arms
      return {
        features,
        arms,
        probabilities: chosen.map(({ probability }) => probability),
        dials: {
          tier: tiers[Math.min(2, Math.max(0, tiers.indexOf(rule.tier) + tier - asRule))] ?? rule.tier,
          contextFraction: Math.min(0.65, Math.max(0.08, rule.contextFraction * (context[share] ?? 1))),
          retrievalLimit: Math.min(12, Math.max(0, rule.retrievalLimit + (memories[recall] ?? 0))),
          vigilance: rule.vigilance * (vigilance[watch] ?? 1),
        },
      }
    },
    learn({ arms, features }, reward) {
      if (!Number.isFinite(reward)) return
      for (const index of [0, 1, 2]) bandits[index]?.learn(arms[index] ?? asRule, features, reward - usual)
      usual += 0.02 * (reward - usual)
    },
    learnVigilance({ arms, features }, reward) {
      bandits[3]?.learn(arms[3] ?? asRule, features, reward)
    },
    snapshot() {
      const states = bandits.map((bandit) => bandit.snapshot())
      return { ...Object.fromEntries(dials.map((dial, index) => [dial, states[index]])), usual } as ControllersState
    },
  }
}
