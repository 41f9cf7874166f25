/** One step of learning: an outcome goes in, every module but the blackboard moves once. */

import { type Belief, type Evidence, foldBelief, rateMean, reliability, unseenBelief, validity } from './belief.js'
import { type Modulators, modulate, restingModulators } from './neuromodulation.js'
import { doubt, foldFailure, type PrecisionState, settleRegime, unsettled } from './precision.js'
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
}

/** How a turn ended; a limit ends it as `stopped`. */
export type TurnEnding = 'completed' | 'stopped' | 'cancelled' | 'failed'

/** A mind before anything was seen. */
export const freshMind: Mind = {
  surprise: unsurprised,
  modulators: restingModulators,
  precision: unsettled,
  completion: unseenBelief,
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
  const after = foldBelief(belief, evidence)
  if (evidence.outcome === 'denied') return { mind, known: { belief: after, streak }, score: noSurprise }

  const failed = evidence.outcome !== 'ok'
  const score = modules.surprise ? scoreSurprise(belief, evidence, mind.surprise) : noSurprise
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

/** Learns from a whole turn: dopamine follows its outcome, the other gains take a step to rest. A cancelled turn only lets them rest. */
export function learnTurn(mind: Mind, ending: TurnEnding, at: number, modules: SubstrateModules): Mind {
  const { completion } = mind
  const success = ending === 'completed' ? 1 : 0
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
