/** Three slow gains named after what they are modelled on: reward, unexpected uncertainty, patience. */

import { exp2 } from './internal/real.js'

/** The gains. Each rests at 1 and stays within [0.1, 1.9]. */
export interface Modulators {
  /** Rises when calls go better than forecast: scales how much the goal counts in salience. */
  readonly dopamine: number
  /** Rises when outcomes surprise more than they used to: more exploration, stricter verification, a leaner context. */
  readonly noradrenaline: number
  /** Rises with good fortune, falls as budgets drain: patience with slow tools and long turns. */
  readonly serotonin: number
}

/** What drives the gains in one step. Each in [-1, 1], 0 on average while forecasts are right and budgets are full. */
export interface ModulatorSignals {
  /** Outcome minus forecast: 1 for an unexpected success, -1 for an unexpected failure. */
  readonly reward: number
  /** Twice the level of surprise above what is usual, see `SurpriseState.usual`. */
  readonly surprise: number
  /** Share of the scarcest budget that is left, range [0, 1]. */
  readonly energy: number
}

/** All three at rest. */
export const restingModulators: Modulators = { dopamine: 1, noradrenaline: 1, serotonin: 1 }

/** Distance from rest that a signal of 1 drives to when held for ever. */
const reach = 0.9

/** Steps after which half of a deviation is left, turned into the share of the way that one step goes. */
const rate = { dopamine: share(4), noradrenaline: share(6), serotonin: share(16) } as const

/**
 * Moves each gain a step towards 1 + 0.9·signal.
 *
 * A step is a convex combination of the old gain and a target in [0.1, 1.9], so no sequence of signals leaves that range, and
 * without signals a deviation halves every 4 (dopamine), 6 (noradrenaline) or 16 (serotonin) steps.
 *
 * Signals out of range are clamped. Dopamine follows the reward prediction error, noradrenaline unexpected uncertainty,
 * serotonin ½·reward − (1 − energy)².
 *
 * @see Schultz, Dayan and Montague, "A neural substrate of prediction and reward" (1997); Yu and Dayan, "Uncertainty,
 * neuromodulation, and attention" (2005); Doya, "Metalearning and neuromodulation" (2002). The names are analogies.
 */
export function modulate(state: Modulators, { reward, surprise, energy }: ModulatorSignals): Modulators {
  const drained = 1 - Math.min(1, Math.max(0, energy))
  const strain = drained * drained
  return {
    dopamine: step(state.dopamine, reward, rate.dopamine),
    noradrenaline: step(state.noradrenaline, surprise, rate.noradrenaline),
    serotonin: step(state.serotonin, reward / 2 - strain, rate.serotonin),
  }
}

function step(level: number, signal: number, rate: number): number {
  const target = 1 + reach * Math.min(1, Math.max(-1, signal))
  return level + rate * (target - level)
}

function share(halfLife: number): number {
  return 1 - exp2(-1 / halfLife)
}
