/** What a substrate asks for, is told, and answers. */

import type { Clock, Publisher, Rng } from '@salp/core'
import type { CallOutcome } from './belief.js'
import type { Entry } from './blackboard.js'
import type { BudgetName } from './budget.js'
import type { Prices } from './economy.js'
import type { SubstrateModules, TurnEnding } from './mind.js'
import type { PendingCall } from './order.js'
import type { Regime, Tier } from './precision.js'
import type { SubstrateSnapshot } from './snapshot.js'
import type { Observation, SubstrateState } from './state.js'
import type { Controls, TurnStart } from './turn.js'

/** Modules that are on unless said otherwise: those that earned it in the report of the gym. */
export const defaultModules: SubstrateModules = {
  perception: true,
  surprise: false,
  belief: true,
  precision: true,
  neuromodulation: false,
  blackboard: true,
  memory: true,
  counterfactual: true,
  integration: false,
  holographic: false,
  controllers: false,
}

/** What is known of a tool before a call; plain data. */
export interface ForecastQuestion {
  readonly tool: string
  /** What the call is for, in a word; empty where that is not known. */
  readonly situation: string
  /** Correct calls that were answered, and that were not; they fade. Range [0, ∞). */
  readonly answered: number
  readonly failed: number
  /** What the substrate itself expects. Range (0, 1). */
  readonly works: number
}

/** Expects in place of the substrate. Neither of its functions may throw. */
export interface Forecaster {
  /** Chance that a correct call is answered now. Range (0, 1). */
  forecast(question: ForecastQuestion): number
  /** Tells whether a correct call, for which that was known, was answered. */
  learn(question: ForecastQuestion, answered: boolean): void
}

/** What a substrate asks of the application. */
export interface SubstrateDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly rng: Rng
  readonly events: Publisher<SubstrateEvents>
  /** Without one the substrate goes by what it believes itself. */
  readonly forecaster?: Forecaster | undefined
}

/** How a substrate behaves. */
export interface SubstrateOptions {
  /** Modules switched off or on. @defaultValue {@link defaultModules} */
  readonly modules?: { readonly [Name in keyof SubstrateModules]?: boolean | undefined } | undefined
  /** A stored {@link SubstrateSnapshot}. One that cannot be read is told as `snapshot:refused`, and the substrate starts fresh. */
  readonly from?: unknown
  /** Base temperature of the model. Without it `Controls.temperature` is absent. */
  readonly temperature?: number | undefined
  /** What things cost here. Without them usual proportions are taken, and the regime sets the tier. */
  readonly prices?: Prices | undefined
  /** How controllers learn, if they are on. @defaultValue `'thompson'` */
  readonly algorithm?: 'thompson' | 'linucb' | undefined
}

/** What a substrate tells others. */
export interface SubstrateEvents {
  'regime:changed': { readonly at: number; readonly from: Regime; readonly to: Regime; readonly why: string }
  'surprise:spiked': {
    readonly at: number
    readonly callId: string
    readonly tool: string
    readonly bits: number
    readonly level: number
  }
  /** Once for each budget of a turn; `limit` and `used` in the unit of the budget. */
  'budget:exhausted': {
    readonly at: number
    readonly turnId: string
    readonly budget: BudgetName
    readonly limit: number
    readonly used: number
  }
  /** A step steered by learned controllers, with what off-policy evaluation needs: see `inversePropensity`. */
  'dials:rewarded': {
    readonly at: number
    readonly turnId: string
    /** One value for each feature of the controllers. */
    readonly features: readonly number[]
    /** Tier, context, retrieval, vigilance: 0 lower than the rules, 1 as they say, 2 higher. */
    readonly arms: readonly number[]
    /** With which each was chosen. Range (0, 1]. */
    readonly probabilities: readonly number[]
    /** In the price of a typical call. */
    readonly reward: number
  }
  'entry:posted': { readonly at: number; readonly entry: Entry }
  /** An older snapshot was brought up to date: what its version did not know started fresh. */
  'snapshot:migrated': { readonly at: number; readonly from: number }
  'snapshot:refused': { readonly at: number; readonly reason: string }
}

/** Names a turn where several run at once; without it the one that began last is meant. */
export interface InTurn {
  readonly turnId?: string | undefined
}

/** A call that ended. */
export interface CallReport extends InTurn {
  readonly callId: string
  readonly tool: string
  readonly outcome: CallOutcome
  /** What kind of `error`: `invalid`, `unknown-tool`, `denied`, `unavailable`, `timeout` or `cancelled`; else the tool's failure. */
  readonly errorKind?: string | undefined
  /** How long it ran, in ms, without waiting for a person. One not finite, or negative, is ignored; the outcome still counts. */
  readonly latencyMs: number
  /** What kind of thing the call was for, in a word; calls for like things share it. */
  readonly situation?: string | undefined
  /** Which model called it. */
  readonly tier?: Tier | undefined
  /** Whether the result was checked: one that was refuted is an `error` of kind `unverified`. @defaultValue `false` */
  readonly checked?: boolean | undefined
  /** Tools that could have been called instead, this one among them. */
  readonly alternatives?: readonly string[] | undefined
  /** Of the memories recalled for it: how many there were, and the rank of the one that was of use; 0 if none was. */
  readonly recalled?: { readonly depth: number; readonly usedRank: number } | undefined
}

/** A tool that could be called. */
export interface ToolOption {
  readonly tool: string
  /** Price of a call, in the unit of {@link Prices}. @defaultValue `prices.call` */
  readonly price?: number | undefined
}

/** A tool with what is expected of calling it. */
export interface RankedTool {
  readonly tool: string
  /** Chance that it answers, and truly. Range (0, 1). */
  readonly works: number
  /** Expected free energy in bits: lower is better. */
  readonly freeEnergy: number
}

/** What a turn used besides calls. What is not finite and positive counts as 0. */
export interface Spent extends InTurn {
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
  /** Time spent waiting for a person, in ms; it does not count against the turn. */
  readonly waitedMs?: number | undefined
  /** Whether a person was asked how to go on. */
  readonly asked?: boolean | undefined
}

/** The control loop of one agent. Beliefs, gains and regime are the agent's; budgets and requests are each turn's own. */
export interface Substrate {
  /**
   * Begins a turn; one that already runs goes on under the new limits. At most 64 run at once, then the oldest is dropped.
   *
   * @throws RangeError if a budget is not finite and positive.
   */
  beginTurn(turn: TurnStart): void
  /** How to do the next step. Without a turn there is nothing left to call. */
  controls(turn?: InTurn): Controls
  /**
   * Orders a batch by expected free energy: only reads that stand together change places, all else is a barrier.
   *
   * @returns The id of each call, once for each time it was given.
   */
  order(calls: readonly PendingCall[]): string[]
  /**
   * Ranks tools that could serve the same end, the lowest expected free energy first, equal ones as they came.
   *
   * @param where - `situation`: what it is for, in a word.
   */
  rank(options: readonly ToolOption[], where?: InTurn & { readonly situation?: string | undefined }): RankedTool[]
  /** Chance that a correct call of the tool is answered now, truly or not. Range (0, 1). */
  forecast(tool: string, where?: InTurn & { readonly situation?: string | undefined }): number
  /** Whether a result that looks right should be checked before it is used. */
  isWorthChecking(result: InTurn & { readonly tool: string }): boolean
  /**
   * A time limit for a call, scaled by how long the tool takes and by patience.
   *
   * @returns Integer in ms, from half to three times `baseMs`.
   * @throws RangeError if `baseMs` is not finite and positive.
   */
  timeoutMs(tool: string, baseMs: number): number
  /** Learns from a call's outcome, once for each `callId` among the last 512. */
  observe(call: CallReport): Observation
  /** Charges a turn. */
  spend(spent: Spent): void
  /**
   * Ends a turn; one that does not run is ignored.
   *
   * @param turn - `right`: whether its result proved right, if somebody told. The tools that were trusted in it share praise and blame.
   */
  endTurn(turn: InTurn & { readonly status: TurnEnding; readonly right?: boolean | undefined }): void
  /** Everything there is to see. Costs some 20 µs for each tool known. */
  state(): SubstrateState
  /** What was learnt; a substrate created `from` it goes on where this one left off. */
  snapshot(): SubstrateSnapshot
  /**
   * Replaces what was learnt; running turns go on.
   *
   * @throws {@link SnapshotError} (`cognition/snapshot`) if it is of another version or malformed; then nothing changed.
   */
  restore(snapshot: unknown): void
}
