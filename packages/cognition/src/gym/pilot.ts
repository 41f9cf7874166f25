/** What steers an agent in a simulated world: a port that baselines, the substrate and a oracle satisfy. */

import type { World } from './world.js'

/** How a simulated call ended; `lied` is a result that was checked and found false. */
export type SeenOutcome = 'ok' | 'error' | 'timeout' | 'unavailable' | 'invalid' | 'lied'

/** A task that begins, as it looks. */
export interface TaskView {
  readonly task: number
  readonly seemsAmbiguous: number
  readonly seemsHard: boolean
  /** Money left for this task and all later ones. */
  readonly purseLeft: number
  readonly tasksLeft: number
}

/** Before a step of the model. */
export interface StepView {
  readonly kind: number
  /** Attempts made in this task. */
  readonly attempt: number
  /** Failures in a row on this sub-goal. */
  readonly failures: number
  /** What this task cost so far. */
  readonly spent: number
  /** Whether a person was asked in this task. */
  readonly asked: boolean
}

/** How the next step is to be done. */
export interface Plan {
  /** 0 fast, 1 standard, 2 capable. */
  readonly tier: number
  /** Share of the model's context to fill. Range [0, 1]. */
  readonly context: number
  /** Memories to recall. Integer. */
  readonly depth: number
  /** Ask a person instead of acting. */
  readonly ask: boolean
  /** Give the task up. */
  readonly stop: boolean
}

/** A call that ended. */
export interface SeenCall {
  readonly tool: number
  readonly kind: number
  readonly tier: number
  readonly outcome: SeenOutcome
  readonly latencyMs: number
  /** Whether its result was checked. */
  readonly checked: boolean
  /** The rank of the memory that was of use; 0 if none was. */
  readonly usedRank: number
  /** What the model proposed, in its order. */
  readonly proposal: readonly number[]
}

/** How a task ended. */
export interface SeenEnding {
  /** Whether all sub-goals seemed met. */
  readonly completed: boolean
  /** Whether the result was right; absent where nobody told. */
  readonly right?: boolean | undefined
}

/** Steers an agent through the tasks of one world. */
export interface Pilot {
  beginTask(view: TaskView): void
  plan(view: StepView): Plan
  /** Picks a tool from what the model proposes. @returns One of `proposal`. */
  choose(kind: number, proposal: readonly number[]): number
  timeoutMs(tool: number): number
  /** Whether to pay for a check of a result that looks right. */
  checks(tool: number): boolean
  /** Chance that a valid call of the tool will look successful; absent if the pilot makes no forecasts. */
  forecast?(tool: number, kind: number): number
  observe(call: SeenCall): void
  endTask(ending: SeenEnding): void
}

/** Makes a pilot for a world, of which it may see what an agent would: tools, kinds, prices. */
export type PilotFactory = (world: World) => Pilot
