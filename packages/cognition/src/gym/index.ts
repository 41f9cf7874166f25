/** A gym for steering: simulated worlds, baselines, and the experiment that decides which modules are on. */

export { fixedThresholds, oracle, type PlainLoop, plainLoop, usualLoop } from './baselines.js'
export {
  atEqualCost,
  type Effect,
  type EqualCost,
  factorialEffects,
  runArm,
  singleEffects,
  tunePlainLoop,
} from './experiment.js'
export { families, isHeldOut, type Split, splitOf, type Traits, type WorldName, worldsOf } from './families.js'
export type {
  Pilot,
  PilotFactory,
  Plan,
  SeenCall,
  SeenEnding,
  SeenOutcome,
  StepView,
  TaskView,
} from './pilot.js'
export { type GymReportOptions, gymReport } from './report.js'
export { runStream, type StreamOptions, type StreamResult } from './stream.js'
export { type SubstratePilotOptions, substratePilot } from './substrate-pilot.js'
export { type ForecastFigures, forecastFigures, type Tally } from './tally.js'
export {
  createWorld,
  type Ladder,
  type SimulatedTask,
  type SimulatedTool,
  type SubGoal,
  type World,
} from './world.js'
