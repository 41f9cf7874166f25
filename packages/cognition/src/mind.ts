/** One step of learning: an outcome goes in, every module but the blackboard moves once. */

import type { UsefulRanks } from './associative.js'
import {
  type Belief,
  type Evidence,
  foldBelief,
  type Honesty,
  type Rate,
  rateMean,
  reliability,
  unchecked,
  unseenBelief,
  validity,
  weaken,
} from './belief.js'
import { type IntegrationState, silent } from './integration.js'
import { exp2 } from './internal/real.js'
import { type Modulators, modulate, restingModulators } from './neuromodulation.js'
import { doubt, foldFailure, type PrecisionState, settleRegime, type Tier, unsettled } from './precision.js'
import { foldSurprise, noSurprise, type Surprise, type SurpriseState, scoreSurprise, unsurprised } from './surprise.js'

/** Modules that can be switched off, so that their worth can be measured. */
export interface SubstrateModules {
  /** Off: the request's text, ambiguity and risk are ignored. */
  readonly perception: boolean
  /** Off: nothing surprises. */
  readonly surprise: boolean
  /** Off: every tool is as unknown as a new one; calls keep their order, limits depend on patience alone. */
  readonly belief: boolean
  /** Off: the regime stays balanced. Budgets and stops remain. */
  readonly precision: boolean
  /** Off: the gains rest at 1. */
  readonly neuromodulation: boolean
  /** Off: nothing is posted, so no risk is heeded and no human is asked. */
  readonly blackboard: boolean
  /** Off: as many memories are recalled as the regime says. */
  readonly memory: boolean
  /** Off: what a tool does in one kind of situation says nothing, and no lessons are drawn. */
  readonly counterfactual: boolean
  /** Off: nobody measures who hears whom, and entries are heard from a salience of 0.4. */
  readonly integration: boolean
  /** Off: no bindings of situation and outcome are kept. */
  readonly holographic: boolean
  /** Off: tier, context, retrieval and vigilance are set by fixed rules. */
  readonly controllers: boolean
}

/** How often the model of each tier calls correctly: in turns that ask for thought, and in others. */
export type Validities = Readonly<Record<'plain' | 'demanding', Readonly<Record<Tier, Rate>>>>

/** Before a tier was seen at work: eight, nine and nine and a half calls in ten, worth ten calls. */
const unseenTiers: Readonly<Record<Tier, Rate>> = {
  fast: { successes: 8, failures: 2 },
  standard: { successes: 9, failures: 1 },
  capable: { successes: 9.5, failures: 0.5 },
}

/** What is known of one tool. */
export interface KnownTool {
  readonly belief: Belief
  /** Failures in a row, the model's mistakes included. */
  readonly streak: number
}

/** What was learnt of everything but single tools: plain data. */
export interface Mind {
  readonly surprise: SurpriseState
  readonly modulators: Modulators
  readonly precision: PrecisionState
  /** How often turns complete. */
  readonly completion: Belief
  readonly validities: Validities
  readonly honesty: Honesty
  /** At which ranks recalled memories were of use; absent until somebody told of a recall. */
  readonly ranks?: UsefulRanks | undefined
  readonly integration: IntegrationState
}

/** How a turn ended; a limit ends it as `stopped`. */
export type TurnEnding = 'completed' | 'stopped' | 'cancelled' | 'failed'

/** A mind before anything was seen. */
export const freshMind: Mind = {
  surprise: unsurprised,
  modulators: restingModulators,
  precision: unsettled,
  completion: unseenBelief,
  validities: { plain: unseenTiers, demanding: unseenTiers },
  honesty: unchecked,
  integration: silent,
}

/** A tool before it was tried. */
export const unknownTool: KnownTool = { belief: unseenBelief, streak: 0 }

/**
 * Learns from one call: scores it against the belief held before, then moves belief, gains, surprise and regime, in this order.
 *
 * A denial moves only the belief: it is a person's choice and tells nothing of the world.
 *
 * @param energy - Share of the scarcest budget that is left. Range [0, 1].
 */
export function learnCall(
  mind: Mind,
  known: KnownTool,
  evidence: Evidence,
  { modules, energy }: { modules: SubstrateModules; energy: number },
): { mind: Mind; known: KnownTool; score: Surprise } {
  const { belief, streak } = known
  if (evidence.outcome === 'denied')
    return { mind, known: { belief: foldBelief(belief, evidence), streak }, score: noSurprise }

  const failed = evidence.outcome !== 'ok'
  const score = modules.surprise ? scoreSurprise(belief, evidence, mind.surprise) : noSurprise
  // What surprises says that the past is past: it loses up to a tenth of its weight at once.
  const after = foldBelief(weaken(belief, 1 - shaken * score.level), evidence)
  const surprise = modules.surprise ? foldSurprise(mind.surprise, score) : mind.surprise
  const forecast = rateMean(validity(belief)) * rateMean(reliability(belief))
  const signals = {
    reward: (failed ? 0 : 1) - forecast,
    surprise: modules.surprise ? 2 * (score.level - mind.surprise.usual) : 0,
    energy,
  }
  const modulators = modules.neuromodulation ? modulate(mind.modulators, signals) : mind.modulators
  const recent = foldFailure(mind.precision, failed)
  const precision = modules.precision
    ? settleRegime(recent, doubt(modules.surprise ? surprise.mean : 0, recent.failing))
    : recent
  return {
    mind: { ...mind, surprise, modulators, precision },
    known: { belief: after, streak: failed ? streak + 1 : 0 },
    score,
  }
}

/** Share of its weight that the past of a tool loses to an outcome of the greatest surprise. */
const shaken = 0.1

/** Calls after which what is known of tiers and of honesty weighs half. */
const keptPerCall = exp2(-1 / 128)

/** Learns whether a tier called correctly. */
export function learnValidity(mind: Mind, tier: Tier, demanding: boolean, valid: boolean): Mind {
  const load = demanding ? 'demanding' : 'plain'
  const first = unseenTiers[tier]
  const { successes, failures } = mind.validities[load][tier]
  // The prior does not fade.
  const rate: Rate = {
    successes: first.successes + (successes - first.successes) * keptPerCall + (valid ? 1 : 0),
    failures: first.failures + (failures - first.failures) * keptPerCall + (valid ? 0 : 1),
  }
  return { ...mind, validities: { ...mind.validities, [load]: { ...mind.validities[load], [tier]: rate } } }
}

/** Learns how many results proved true and false. */
export function learnHonesty(mind: Mind, { held, refuted }: Honesty): Mind {
  return {
    ...mind,
    honesty: { held: mind.honesty.held * keptPerCall + held, refuted: mind.honesty.refuted * keptPerCall + refuted },
  }
}

/**
 * Learns from a whole turn: dopamine follows its outcome, the other gains take a step to rest. A cancelled turn only lets them rest.
 *
 * @param ending - A result that proved wrong counts as a failure.
 */
export function learnTurn(
  mind: Mind,
  { status: ending, right = true }: { readonly status: TurnEnding; readonly right?: boolean | undefined },
  at: number,
  modules: SubstrateModules,
): Mind {
  const { completion } = mind
  const success = ending === 'completed' && right ? 1 : 0
  const reward = ending === 'cancelled' ? 0 : success - rateMean(reliability(completion))
  return {
    ...mind,
    completion:
      ending === 'cancelled' ? completion : foldBelief(completion, { outcome: success ? 'ok' : 'failed', at }),
    modulators: modules.neuromodulation
      ? modulate(mind.modulators, { reward, surprise: 0, energy: 1 })
      : mind.modulators,
  }
}

/** Says in a sentence what the regime rests on. */
export function explainRegime({ precision, surprise }: Mind): string {
  const failed = (100 * precision.failing).toFixed(0)
  return `Doubt is ${precision.doubt.toFixed(2)}: mean surprise ${surprise.mean.toFixed(2)}, ${failed} % of recent calls failed`
}
