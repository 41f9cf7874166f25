/** One turn: what was asked, what it used, how it goes. */

import type { OutcomeClass } from './belief.js'
import { type BudgetLimits, type BudgetName, type BudgetUse, exhaustedBudget } from './budget.js'
import { type Signature, signatureOf } from './internal/signature.js'
import type { Perception } from './perception.js'
import type { Regime, Tier } from './precision.js'

/** A turn that begins. */
export interface TurnStart {
  readonly turnId: string
  readonly sessionId: string
  readonly perception: Perception
  /** Calls of tools. Integer, range [1, ∞). */
  readonly toolBudget: number
  /** Tokens in and out. Range (0, ∞). */
  readonly tokenBudget?: number | undefined
  /** In US dollars. Range (0, ∞). */
  readonly costBudgetUsd?: number | undefined
  /** Time of the turn's own work, in ms; waiting for a person is taken off by `spend`. Range (0, ∞). */
  readonly wallClockMs?: number | undefined
}

/** A turn that runs: plain data. */
export interface Turn {
  readonly turnId: string
  readonly sessionId: string
  readonly perception: Perception
  readonly goal: Signature
  readonly limits: BudgetLimits
  /** Monotonic, in ms. */
  readonly startedMs: number
  readonly calls: number
  readonly tokens: number
  readonly costUsd: number
  readonly waitedMs: number
  /** Calls used when the present regime began: a regime shares out what was left then. */
  readonly callsAtRegime: number
  /** Calls in a row that failed, whoever's fault it was. */
  readonly failures: number
  /** Calls that the model made wrongly since the last success. */
  readonly invalids: number
  /** Calls in a row that a person denied. */
  readonly denials: number
  /** Likelihood of the failures since the last success, if what is tried can be done. Range (0, 1]. */
  readonly likelihood: number
  /** Chance that the best of the tools at hand works: of those last ranked, or of the one that just failed. Range [0, 1]. */
  readonly outlook: number
  /** Tools whose results were taken unchecked, at most 64. */
  readonly trusted: readonly string[]
  /** Whether a person was asked about being stuck since the last success. */
  readonly asked: boolean
}

/** Why a turn must end. */
export interface Stop {
  readonly cause: BudgetName | 'failures' | 'denials' | 'hopeless'
  /** A sentence for a person. */
  readonly reason: string
}

/** How the next step is to be done. */
export interface Controls {
  readonly regime: Regime
  readonly tier: Tier
  /** Calls that the turn may still make; 0 comes with `stop`. Integer. */
  readonly toolBudget: number
  /** Share of the model's context to fill at most. Range [0.08, 0.65]. */
  readonly contextFraction: number
  /** For the model; absent unless the substrate was given a base. */
  readonly temperature?: number | undefined
  /** Chance that a batch of reads begins with any of them instead of the best. Range [0, 1]. */
  readonly exploration: number
  /** Patience with slow tools, already part of `Substrate.timeoutMs`. Range [0.75, 1.35]. */
  readonly timeoutFactor: number
  readonly verification: 'normal' | 'strict'
  /** Factor on the chance that a result is false, already part of `Substrate.isWorthChecking`. Range (0, ∞). */
  readonly vigilance: number
  /** 1: calls with an effect on the world that would be allowed are asked about. Never turns asking into denying. */
  readonly approvalShift: 0 | 1
  /** Memories to recall. Integer. */
  readonly retrievalLimit: number
  /** Whether asking the human now is worth more than another call. */
  readonly askHuman: boolean
  readonly stop?: Stop | undefined
}

/** Failures in a row that end a turn at rest, some after the regime turned wary; patience bends it by half either way. */
const patience = 12

/** Chance that a tool nobody ranked works: that of a new one. */
const freshOutlook = 0.8

/** Denials in a row after which a person has said enough. */
const deniedEnough = 3

/**
 * Begins a turn.
 *
 * @param startedMs - Monotonic time, in ms.
 * @throws RangeError if a budget is not finite and positive.
 */
export function startTurn(start: TurnStart, startedMs: number): Turn {
  return {
    turnId: start.turnId,
    sessionId: start.sessionId,
    perception: start.perception,
    goal: signatureOf(start.perception.text),
    limits: limitsOf(start),
    startedMs,
    calls: 0,
    tokens: 0,
    costUsd: 0,
    waitedMs: 0,
    callsAtRegime: 0,
    failures: 0,
    invalids: 0,
    denials: 0,
    likelihood: 1,
    outlook: freshOutlook,
    trusted: [],
    asked: false,
  }
}

function limitsOf({ toolBudget, tokenBudget, costBudgetUsd, wallClockMs }: TurnStart): BudgetLimits {
  for (const limit of [toolBudget, tokenBudget, costBudgetUsd, wallClockMs]) {
    if (limit !== undefined && !(limit > 0 && Number.isFinite(limit)))
      throw new RangeError(`Cannot begin a turn with a budget of ${limit}`)
  }
  return { calls: toolBudget, tokens: tokenBudget, costUsd: costBudgetUsd, timeMs: wallClockMs }
}

/** One call, as far as it concerns its turn. */
export interface TurnCall {
  readonly tool: string
  readonly outcome: OutcomeClass
  /** Whether a success was checked. */
  readonly checked: boolean
  /** Forecast that it would work. Range (0, 1). */
  readonly forecast: number
  /** Chance that the best of the tools at hand works now, if the call tells. Range [0, 1]. */
  readonly outlook?: number | undefined
}

/** Counts one call and how it went. */
export function countCall(turn: Turn, { tool, outcome, checked, forecast, outlook = turn.outlook }: TurnCall): Turn {
  const calls = turn.calls + 1
  if (outcome === 'denied') return { ...turn, calls, denials: turn.denials + 1 }
  if (outcome !== 'ok') {
    // The model's own mistake says nothing of whether the thing can be done.
    const own = outcome === 'invalid'
    return {
      ...turn,
      calls,
      failures: turn.failures + 1,
      invalids: turn.invalids + (own ? 1 : 0),
      outlook: own ? turn.outlook : outlook,
      denials: 0,
      likelihood: own ? turn.likelihood : Math.max(1e-12, turn.likelihood * (1 - forecast)),
    }
  }
  const trusted = checked || turn.trusted.length >= 64 ? turn.trusted : [...turn.trusted, tool]
  return {
    ...turn,
    calls,
    failures: 0,
    invalids: 0,
    denials: 0,
    likelihood: 1,
    outlook: freshOutlook,
    trusted,
    asked: false,
  }
}

/** What the turn used by the monotonic time `nowMs`. */
export function useOf({ calls, tokens, costUsd, startedMs, waitedMs }: Turn, nowMs: number): BudgetUse {
  return { calls, tokens, costUsd, timeMs: Math.max(0, nowMs - startedMs - waitedMs) }
}

/** Calls the turn may make in all: a wary regime grants a share of those that were left when it began, and at least one. */
export function allowedCalls({ limits, callsAtRegime }: Turn, toolShare: number): number {
  return callsAtRegime + Math.ceil((limits.calls - callsAtRegime) * toolShare)
}

/**
 * Says whether the turn must end, and why.
 *
 * @param toolShare - See {@link allowedCalls}.
 * @param serotonin - Patience with failures: 12 in a row at 1, from 6 at ½ to 18 at 1½.
 */
export function decideStop(turn: Turn, use: BudgetUse, toolShare: number, serotonin: number): Stop | undefined {
  const { limits, failures, denials } = turn
  const spent = exhaustedBudget(limits, use)
  if (spent !== undefined) return { cause: spent, reason: exhaustion(spent, limits) }
  const allowed = allowedCalls(turn, toolShare)
  if (use.calls >= allowed) {
    return {
      cause: 'calls',
      reason: `The calls of this turn go wrong too often to spend more than ${allowed} of its ${limits.calls}`,
    }
  }
  if (failures >= Math.round(patience * Math.min(1.5, Math.max(0.5, serotonin)))) {
    return { cause: 'failures', reason: `The last ${failures} calls failed in a row` }
  }
  if (denials >= deniedEnough) return { cause: 'denials', reason: `The last ${denials} calls were denied` }
  return undefined
}

function exhaustion(budget: BudgetName, { calls, tokens, costUsd, timeMs }: BudgetLimits): string {
  switch (budget) {
    case 'calls':
      return `The turn used its ${calls} tool calls`
    case 'tokens':
      return `The turn used its ${tokens} tokens`
    case 'cost':
      return `The turn used its ${costUsd} US dollars`
    case 'time':
      return `The turn used its ${((timeMs ?? 0) / 1000).toFixed(0)} seconds`
  }
}
