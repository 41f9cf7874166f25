/**
 * How an agent steers itself: `perceive` reads a request by rules, and a substrate turns what becomes of tool calls into control
 * of the next step.
 */

export type { CallOutcome, OutcomeClass, OutcomeCounts, RateEstimate } from './belief.js'
export type { Entry, SalienceFactors, Scope, Topic } from './blackboard.js'
export type { BudgetName, BudgetReport } from './budget.js'
export type { SubstrateModules, TurnEnding } from './mind.js'
export type { Modulators } from './neuromodulation.js'
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
export type { BeliefReport, Observation, SubstrateState, TurnReport } from './state.js'
export {
  type CallReport,
  createSubstrate,
  type InTurn,
  type Spent,
  type Substrate,
  type SubstrateDeps,
  type SubstrateEvents,
  type SubstrateOptions,
} from './substrate.js'
export type { Controls, Stop, TurnStart } from './turn.js'
