/** Learned controllers of four dials, each a contextual bandit that begins with the fixed rule. */

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

/** Settings to choose from, for each dial. */
const settings = {
  tier: ['fast', 'standard', 'capable'],
  contextFraction: [0.2, 0.35, 0.5],
  retrievalLimit: [2, 5, 9],
  vigilance: [0.5, 1, 2],
} as const

const dials = ['tier', 'contextFraction', 'retrievalLimit', 'vigilance'] as const

/** Controllers as plain data. */
export type ControllersState = Readonly<Record<(typeof dials)[number], BanditState>>

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
    create({ arms: settings[dial].length, dimensions: featureNames.length, chance, from: from?.[dial] }),
  )
  const armOf = (dial: (typeof dials)[number], rule: Dials): number => {
    if (dial === 'tier') return settings.tier.indexOf(rule.tier)
    const wanted = rule[dial]
    let [best, least] = [0, Infinity]
    for (const [arm, setting] of settings[dial].entries()) {
      const distance = Math.abs(setting - wanted)
      if (distance < least) [best, least] = [arm, distance]
    }
    return best
  }
  return {
    choose(features, rule) {
      const chosen = bandits.map((bandit, index) => bandit.choose(features, armOf(dials[index] ?? 'tier', rule)))
      const [tier = 0, context = 0, retrieval = 0, vigilance = 0] = chosen.map(({ arm }) => arm)
      return {
        features,
        arms: [tier, context, retrieval, vigilance],
        probabilities: chosen.map(({ probability }) => probability),
        dials: {
          tier: settings.tier[tier] ?? rule.tier,
          contextFraction: settings.contextFraction[context] ?? rule.contextFraction,
          retrievalLimit: settings.retrievalLimit[retrieval] ?? rule.retrievalLimit,
          vigilance: settings.vigilance[vigilance] ?? rule.vigilance,
        },
      }
    },
    learn({ arms, features }, reward) {
      for (const index of [0, 1, 2]) bandits[index]?.learn(arms[index] ?? 0, features, reward)
    },
    learnVigilance({ arms, features }, reward) {
      bandits[3]?.learn(arms[3] ?? 0, features, reward)
    },
    snapshot() {
      const states = bandits.map((bandit) => bandit.snapshot())
      return Object.fromEntries(dials.map((dial, index) => [dial, states[index]])) as ControllersState
    },
  }
}
