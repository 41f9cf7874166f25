/** Where cognition meets the turn: perception opens it, the substrate steers it and learns from its calls. */

import { type Controls, type Domain, type Observation, perceive, type Substrate, type Tier } from '@salp/cognition'
import type { Effect, Outcome, TurnEvents, TurnStatus } from '../protocol.js'
import type { OpenTurn, StoredCall } from '../session/store.js'
import type { TurnBudgets } from './limits.js'
import type { StepResult } from './step.js'

/** How a call went, as far as cognition asks. */
export interface CallReading {
  readonly outcome: Outcome
  /** Absent where nothing ran. */
  readonly durationMs?: number | undefined
  readonly waitedMs: number
  /** Place in which it was made among the calls of its reply, from 1. */
  readonly rank: number
  /** Model that asked for it. */
  readonly tier?: Tier | undefined
  /** What the tool asks for; may be infinite. */
  readonly baseTimeoutMs?: number | undefined
  /** Whether a result that had counted as true was looked at again. */
  readonly again?: true | undefined
}

/** What was made of a call, and of the regime where that changed. */
export interface Insight {
  readonly observed: TurnEvents['call:observed']
  readonly regime?: TurnEvents['regime:changed'] | undefined
}

/** The substrate, in terms of turns. */
export interface Steering {
  begin(turn: OpenTurn, budgets: TurnBudgets): void
  controls(turn: OpenTurn): Controls
  /** Whether what a tool gave is to be looked at twice. */
  looksTwice(tool: string, turnId: string): boolean
  /** Places of `calls` by id, the lowest to be made first. */
  ranks(
    calls: readonly { readonly id: string; readonly tool: string; readonly effect: Effect }[],
  ): ReadonlyMap<string, number>
  /** Takes the wait off the turn's clock, and learns from how a call went. */
  observe(turn: OpenTurn, call: Pick<StoredCall, 'id' | 'tool'>, reading: CallReading): Insight
  spend(turn: OpenTurn, step: Pick<StepResult, 'usage' | 'costUsd'>): void
  /** A person was asked and answered; the wait is taken off the turn's clock. */
  answered(turn: OpenTurn, waitedMs: number): void
  /** Nobody is there to be asked. */
  unheard(turn: OpenTurn): void
  end(turn: OpenTurn, status: TurnStatus): void
}

/** Fits a substrate to turns. `onLearnt` is told after each turn, to keep what was learnt. */
export function createSteering(substrate: Substrate, { onLearnt }: { onLearnt(): void }): Steering {
  const situations = new Map<string, Domain>()
  const answered = new Set<string>()
  return {
    begin: (turn, budgets) => situations.set(turn.id, beginTurn(substrate, turn, budgets)),
    controls: ({ id }) => substrate.controls({ turnId: id }),
    looksTwice: (tool, turnId) =>
      substrate.controls({ turnId }).verification === 'strict' || substrate.isWorthChecking({ turnId, tool }),
    ranks: (calls) => new Map(substrate.order(calls).map((id, rank) => [id, rank])),
    observe(turn, { id: callId, tool }, { outcome, durationMs: latencyMs, ...reading }) {
      // An answer is worth a try: only when that has ended does it count that a person was asked.
      if (answered.delete(turn.id)) substrate.spend({ turnId: turn.id, asked: true })
      return observeCall(substrate, turn.id, {
        callId,
        tool,
        latencyMs,
        situation: situations.get(turn.id) ?? 'chat',
        ...reading,
        ...classify(outcome),
      })
    },
    spend: ({ id }, { usage: { inputTokens = 0, outputTokens = 0 }, costUsd }) =>
      substrate.spend({ turnId: id, tokens: inputTokens + outputTokens, costUsd }),
    answered({ id }, waitedMs) {
      substrate.spend({ turnId: id, waitedMs })
      answered.add(id)
    },
    unheard: ({ id }) => substrate.spend({ turnId: id, asked: true }),
    end({ id }, status) {
      situations.delete(id)
      answered.delete(id)
      substrate.endTurn({ turnId: id, status })
      onLearnt()
    },
  }
}

/** Opens a turn. @returns What kind of work it is. */
export function beginTurn(
  substrate: Substrate,
  { id, sessionId, input }: Pick<OpenTurn, 'id' | 'sessionId' | 'input'>,
  { maxCalls, maxTokens, maxCostUsd, maxWorkMs }: TurnBudgets,
): Domain {
  const perception = perceive(input)
  substrate.beginTurn({
    turnId: id,
    sessionId,
    perception,
    toolBudget: maxCalls,
    tokenBudget: maxTokens,
    costBudgetUsd: maxCostUsd,
    wallClockMs: maxWorkMs,
  })
  return perception.domain
}

/** A call that ended, before anything was made of it. */
export type EndedCall = Omit<CallReading, 'outcome' | 'durationMs'> &
  Pick<TurnEvents['call:observed'], 'callId' | 'tool' | 'outcome' | 'checked' | 'situation'> & {
    readonly latencyMs?: number | undefined
    readonly errorKind?: string | undefined
  }

/** Takes a call's wait off the turn's clock, and learns from how it went. */
export function learnFrom(substrate: Substrate, turnId: string, call: EndedCall): Observation {
  const { callId, tool, outcome, errorKind, checked, latencyMs, waitedMs, situation, tier, again } = call
  substrate.spend({ turnId, waitedMs })
  const id = again === true ? `${callId}/again` : callId
  const timing = { latencyMs: latencyMs ?? Number.NaN }
  return substrate.observe({ callId: id, turnId, tool, outcome, errorKind, checked, situation, tier, ...timing })
}

/** Forecasts a call that ended, then lets the substrate learn from it, and reads what it made of it. */
export function observeCall(substrate: Substrate, turnId: string, call: EndedCall): Insight {
  const { callId, tool, outcome, errorKind, checked, latencyMs, waitedMs, situation, tier, rank, again } = call
  const { baseTimeoutMs = Number.POSITIVE_INFINITY } = call
  const forecast = substrate.forecast(tool, { turnId, situation })
  const timed = Number.isFinite(baseTimeoutMs)
    ? { baseTimeoutMs, timeoutMs: substrate.timeoutMs(tool, baseTimeoutMs) }
    : {}
  const before = substrate.controls({ turnId }).regime
  const { bits, expectedBits, level, spiked } = learnFrom(substrate, turnId, call)
  const { regime, modulators, beliefs } = substrate.state()
  const answered = wasAnswered(call)
  const known = beliefs.find((belief) => belief.tool === tool)
  return {
    observed: {
      ...{ callId, tool, rank, outcome, checked, waitedMs, situation, forecast, ...timed },
      ...(latencyMs !== undefined && { latencyMs }),
      ...(again !== undefined && { again }),
      ...(errorKind !== undefined && { errorKind }),
      ...(tier !== undefined && { tier }),
      ...(answered !== undefined && { answered }),
      ...{ bits, expectedBits, level, spiked, regime: regime.name, doubt: regime.doubt, modulators },
      ...(known !== undefined && { belief: { calls: known.calls, ...bounds(known.reliability) } }),
    },
    ...(regime.name !== before && {
      regime: { from: before, to: regime.name, why: regime.why, doubt: regime.doubt },
    }),
  }
}

/** A call that was made wrongly, denied, cancelled or looked at again says nothing of whether its tool answers. */
function wasAnswered({ outcome, errorKind, again }: EndedCall): boolean | undefined {
  if (again === true) return undefined
  if (outcome === 'ok' || errorKind === 'unverified') return true
  return outcome === 'timeout' || outcome === 'error' ? false : undefined
}

function bounds({ mean, low, high }: { mean: number; low: number; high: number }) {
  return { mean, low, high }
}

/** A result that failed its own check is a failure of the tool. */
function classify(
  outcome: Outcome,
): Pick<EndedCall, 'outcome' | 'checked'> & { readonly errorKind?: string | undefined } {
  if (outcome.status === 'ok') {
    const checked = outcome.verification !== undefined
    return outcome.verification?.passed === false
      ? { outcome: 'error', errorKind: 'unverified', checked }
      : { outcome: 'ok', checked }
  }
  const { kind } = outcome.error
  if (kind === 'timeout' || kind === 'invalid' || kind === 'denied' || kind === 'cancelled')
    return { outcome: kind, errorKind: kind, checked: false }
  return { outcome: kind === 'unknown-tool' ? 'invalid' : 'error', errorKind: kind, checked: false }
}
