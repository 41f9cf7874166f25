/** What a substrate shows of itself. */

import {
  type Belief,
  type CallOutcome,
  estimateRate,
  type OutcomeCounts,
  type RateEstimate,
  reliability,
  validity,
} from './belief.js'
import type { Entry } from './blackboard.js'
import type { BudgetReport } from './budget.js'
import type { Lesson } from './counterfactual.js'
import type { Integration } from './integration.js'
import { betaInformationGain } from './internal/beta.js'
import { forecastLatency, latencyAt } from './internal/latency.js'
import type { SubstrateModules } from './mind.js'
import type { Modulators } from './neuromodulation.js'
import type { Regime } from './precision.js'
import type { Controls } from './turn.js'

/** What was made of a call. */
export interface Observation {
  readonly callId: string
  readonly tool: string
  readonly outcome: CallOutcome
  /** ms since the epoch. */
  readonly at: number
  /** Surprise in bits. Range [0, ∞). */
  readonly bits: number
  /** What a right forecast expected it to be, in bits. Range [0, ∞). */
  readonly expectedBits: number
  /** Excess over the expected, squashed. Range [0, 1]. */
  readonly level: number
  /** Whether the excess was twice the running 90 % quantile or more. */
  readonly spiked: boolean
  /** Whether the call had been observed before; then nothing changed. */
  readonly repeated: boolean
}

/** What is believed of a tool, for a reader. */
export interface BeliefReport {
  readonly tool: string
  /** Calls observed ever. Integer. */
  readonly calls: number
  /** When the last one was, ms since the epoch. */
  readonly at: number
  /** How often it works when called correctly and allowed to. */
  readonly reliability: RateEstimate
  /** How often the model calls it correctly. */
  readonly validity: RateEstimate
  /** Outcomes by whose fault they were, discounted by age. */
  readonly counts: OutcomeCounts
  /** Median, and the range of about two thirds of the calls to come, in ms; absent before one was timed. */
  readonly latencyMs?: { readonly median: number; readonly low: number; readonly high: number } | undefined
  /** What one more call would teach about its reliability. */
  readonly informationBits: number
}

/** A turn that runs. */
export interface TurnReport {
  readonly turnId: string
  readonly sessionId: string
  readonly budgets: readonly BudgetReport[]
  readonly controls: Controls
}

/** Everything there is to see of a substrate: plain JSON. */
export interface SubstrateState {
  /** ms since the epoch. */
  readonly at: number
  readonly regime: {
    readonly name: Regime
    /** When it began, ms since the epoch. */
    readonly since: number
    /** A sentence for a person. */
    readonly why: string
    /** What it rests on. Range [0, 1]: exploit below 0.15, balanced below 0.35, explore below 0.6, else conservative. */
    readonly doubt: number
    /** Share of recent calls that failed. Range [0, 1]. */
    readonly failing: number
  }
  readonly modulators: Modulators
  readonly surprise: {
    /** Leaky mean of the levels. Range [0, 1]. */
    readonly mean: number
    /** Running 90 % quantile of the excess, in bits. */
    readonly scaleBits: number
    /** The last 128 calls, oldest first. */
    readonly recent: readonly Observation[]
  }
  /** The last used first. */
  readonly beliefs: readonly BeliefReport[]
  /** Share of turns that complete. */
  readonly completion: RateEstimate
  /** In order of their beginning. */
  readonly turns: readonly TurnReport[]
  /** The most salient first, their salience as it is now. */
  readonly blackboard: readonly Entry[]
  readonly integration: Integration
  readonly lessons: readonly Lesson[]
  readonly modules: SubstrateModules
}

/** Describes what is believed of a tool. */
export function reportBelief(tool: string, belief: Belief): BeliefReport {
  const works = reliability(belief)
  const forecast = forecastLatency(belief.latency)
  return {
    tool,
    calls: belief.calls,
    at: belief.at,
    reliability: estimateRate(works),
    validity: estimateRate(validity(belief)),
    counts: belief.counts,
    latencyMs:
      belief.latency.weight === 0
        ? undefined
        : { median: latencyAt(forecast, 0), low: latencyAt(forecast, -1), high: latencyAt(forecast, 1) },
    informationBits: betaInformationGain(works.successes, works.failures),
  }
}
