/**
 * How an agent steers itself: `perceive` reads a request by rules, and a substrate turns what becomes of tool calls into control
 * of the next step.
 */

export { type AssociativeMemory, recallForStep, type SteeredRecall } from './associative.js'
export type { CallOutcome, OutcomeClass, OutcomeCounts, RateEstimate } from './belief.js'
export type { Entry, Reader, SalienceFactors, Scope, Topic } from './blackboard.js'
export type { BudgetName, BudgetReport } from './budget.js'
export {
  type CallReport,
  defaultModules,
  type Forecaster,
  type ForecastQuestion,
  type InTurn,
  type RankedTool,
  type Spent,
  type Substrate,
  type SubstrateDeps,
  type SubstrateEvents,
  type SubstrateOptions,
  type ToolOption,
} from './contract.js'
export {
  type Choice,
  type Counterfactual,
  type CounterfactualState,
  createCounterfactual,
  type Lesson,
  type PairCounts,
} from './counterfactual.js'
export { type Prices, usualPrices } from './economy.js'
export {
  createHolographicWorkspace,
  createHolography,
  type HolographicState,
  type HolographicWorkspace,
  type Holography,
  type Recollection,
  type Spectrum,
} from './holographic.js'
export { type Injections, injectionText, quoteForPrompt } from './injections.js'
export type { Integration } from './integration.js'
export {
  type Bandit,
  type BanditOptions,
  type BanditState,
  createLinUcb,
  createThompson,
} from './learning/bandit.js'
export {
  doublyRobust,
  inversePropensity,
  type LoggedChoice,
  type Policy,
  type PolicyValue,
} from './learning/off-policy.js'
export type { SubstrateModules, TurnEnding } from './mind.js'
export type { Modulators } from './neuromodulation.js'
export type { Effect, PendingCall } from './order.js'
export {
  type Constraint,
  type Domain,
  type Entity,
  type Intent,
  type Perception,
  perceive,
  type RiskCue,
  type Span,
} from './perception.js'
export type { Regime, Tier } from './precision.js'
export { SnapshotError, type SubstrateSnapshot } from './snapshot.js'
export {
  type Checkpoint,
  type OverlayWorkspace,
  type Restorable,
  restorable,
  type Speculated,
  type Speculation,
  speculate,
} from './speculate.js'
export type { BeliefReport, Observation, SubstrateState, TurnReport } from './state.js'
export {
  type NextStep,
  type SteerDeps,
  type SteeredCall,
  type SteeredResult,
  type SteeredTurn,
  type SteerOptions,
  steer,
} from './steer.js'
export { createSubstrate } from './substrate.js'
export type { Controls, Stop, TurnStart } from './turn.js'
