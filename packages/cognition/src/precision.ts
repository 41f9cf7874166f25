/** How much the agent may trust its forecasts, and what follows for its next step. */

import { exp2 } from './internal/real.js'
import type { Modulators } from './neuromodulation.js'

/** How the agent proceeds, from sure of itself to wary. */
export type Regime = 'exploit' | 'balanced' | 'explore' | 'conservative'

/** How capable a model the next step deserves. */
export type Tier = 'fast' | 'standard' | 'capable'

/** What the regime rests on: plain data. */
export interface PrecisionState {
  readonly regime: Regime
  /** Calls since it began. Integer. */
  readonly calls: number
  /** Leaky share of calls that failed, half-life 5 calls. Range [0, 1]. */
  readonly failing: number
  /** Doubt at the last decision, see {@link doubt}. Range [0, 1]. */
  readonly doubt: number
}

/** State before anything was seen. */
export const unsettled: PrecisionState = { regime: 'balanced', calls: 0, failing: 0, doubt: 0.25 }

/** What a regime asks for, before modulation. */
interface RegimePolicy {
  readonly tier: Tier
  /** Share of the calls left when it begins. */
  readonly toolShare: number
  readonly contextFraction: number
  readonly exploration: number
  readonly retrievalLimit: number
}

/**
 * Doubt at which the next regime begins, and how far past it doubt must go before the regime changes.
 *
 * Unlike in the reference system no gain moves a boundary: a gain that follows surprise and shifts the thresholds on surprise
 * feeds itself.
 */
const boundaries: readonly number[] = [0.15, 0.35, 0.6]
const margin = 0.04

/** Calls that a regime lasts before a surer one may follow; a warier one follows at once. */
const calmCalls = 8

/** Regimes in order of doubt. */
const ladder: readonly Regime[] = ['exploit', 'balanced', 'explore', 'conservative']

/** Tier, context and exploration are those of the reference system; only a wary agent gets fewer tools, since a cut ends its turn. */
const policies: Readonly<Record<Regime, RegimePolicy>> = {
  exploit: { tier: 'fast', toolShare: 1, contextFraction: 0.2, exploration: 0, retrievalLimit: 3 },
  balanced: { tier: 'standard', toolShare: 1, contextFraction: 0.35, exploration: 0.05, retrievalLimit: 5 },
  explore: { tier: 'capable', toolShare: 1, contextFraction: 0.5, exploration: 0.15, retrievalLimit: 8 },
  conservative: { tier: 'capable', toolShare: 0.5, contextFraction: 0.3, exploration: 0.02, retrievalLimit: 5 },
}

/** Energy under which the agent saves. */
const criticalEnergy = 0.15

const keptPerCall = exp2(-1 / 5)

/**
 * Joins what speaks against trusting the forecasts: 1 − (1 − surprise)(1 − failing), each in [0, 1].
 *
 * Surprise is that the world is not as believed, failing that it is not as wished.
 */
export function doubt(surprise: number, failing: number): number {
  return 1 - (1 - surprise) * (1 - failing)
}

/** Folds in whether a call failed, whoever's fault it was. */
export function foldFailure(state: PrecisionState, failed: boolean): PrecisionState {
  return {
    ...state,
    calls: state.calls + 1,
    failing: keptPerCall * state.failing + (1 - keptPerCall) * (failed ? 1 : 0),
  }
}

/**
 * Settles the regime for the present doubt: exploit below 0.15, balanced below 0.35, explore below 0.6, else conservative.
 *
 * A regime is left only once doubt lies 0.04 beyond its boundary, so that a doubt which wavers by less changes nothing, and towards
 * a surer one only after eight calls: fear is quick, trust slow.
 */
export function settleRegime(state: PrecisionState, doubt: number): PrecisionState {
  const before = ladder.indexOf(state.regime)
  let rung = before
  while (doubt >= (boundaries[rung] ?? Infinity) + margin) rung++
  if (state.calls >= calmCalls) while (doubt < (boundaries[rung - 1] ?? -Infinity) - margin) rung--
  return rung === before ? { ...state, doubt } : { ...state, regime: ladder[rung] ?? state.regime, calls: 0, doubt }
}

/** What else bears on the controls. */
export interface Circumstances {
  readonly modulators: Modulators
  /** Share of the scarcest budget that is left. Range [0, 1]. */
  readonly energy: number
  /** Whether something on the blackboard speaks of harm. */
  readonly risky: boolean
  /** Whether the request asks for thought: planning or research. */
  readonly demanding: boolean
}

/** What a regime comes to in the circumstances; the substrate adds what concerns one turn. */
export interface Policy {
  readonly tier: Tier
  /** Share of the calls left at the regime's beginning that it grants. Range (0, 1]. */
  readonly toolShare: number
  readonly contextFraction: number
  readonly exploration: number
  /** What a bit of information is worth when calls are ordered. */
  readonly curiosity: number
  readonly timeoutFactor: number
  readonly verification: 'normal' | 'strict'
  /** Factor on the chance that a result is false. */
  readonly vigilance: number
  readonly approvalShift: 0 | 1
  readonly retrievalLimit: number
  /** Factor on the caller's temperature. */
  readonly temperatureFactor: number
}

/** Turns a regime and its circumstances into controls. */
export function decidePolicy(
  regime: Regime,
  { modulators: { noradrenaline, serotonin }, energy, risky, demanding }: Circumstances,
): Policy {
  const base = policies[regime]
  const scarce = energy < criticalEnergy
  const wary = regime === 'conservative'
  const exploration = clamp(base.exploration * noradrenaline, 0, 1)
  const contextFactor = clamp(0.6 * serotonin + 0.4 * (2 - noradrenaline), 0.5, 1.5) * (scarce ? 0.5 : 1)
  return {
    tier: scarce ? lower(base.tier) : base.tier === 'fast' && (demanding || risky) ? 'standard' : base.tier,
    toolShare: base.toolShare,
    contextFraction: clamp(base.contextFraction * contextFactor, 0.08, 0.65),
    exploration,
    curiosity: 20 * exploration,
    timeoutFactor: clamp(0.72 + 0.28 * serotonin, 0.75, 1.35),
    verification: wary || risky || noradrenaline >= 1.2 ? 'strict' : 'normal',
    vigilance: noradrenaline * (wary || risky ? 1.5 : 1),
    approvalShift: wary || risky ? 1 : 0,
    retrievalLimit: base.retrievalLimit,
    temperatureFactor: wary ? 0.5 : clamp(1 + 0.5 * (noradrenaline - 1), 0.5, 1.5),
  }
}

function lower(tier: Tier): Tier {
  return tier === 'capable' ? 'standard' : 'fast'
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
