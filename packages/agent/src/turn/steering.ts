/** Where cognition meets the turn: perception opens it, the substrate steers it and learns from its calls. */

import { type Controls, perceive, type Substrate } from '@salp/cognition'
import type { Effect, Outcome, TurnStatus } from '../protocol.js'
import type { OpenTurn, StoredCall } from '../session/store.js'
import type { TurnBudgets } from './limits.js'
import type { StepResult } from './step.js'

/** The substrate, in terms of turns. */
export interface Steering {
  begin(turn: OpenTurn, budgets: TurnBudgets): void
  controls(turn: OpenTurn): Controls
  /** Places of `calls` by id, the lowest to be made first. */
  ranks(
    calls: readonly { readonly id: string; readonly tool: string; readonly effect: Effect }[],
  ): ReadonlyMap<string, number>
  observe(turn: OpenTurn, call: Pick<StoredCall, 'id' | 'tool'>, outcome: Outcome, durationMs: number): void
  spend(turn: OpenTurn, step: Pick<StepResult, 'usage' | 'costUsd'>): void
  /** Takes time spent waiting for a person off the turn's clock. */
  waited(turn: OpenTurn, ms: number): void
  end(turn: OpenTurn, status: TurnStatus): void
}

/** Fits a substrate to turns. `onLearnt` is told after each turn, to keep what was learnt. */
export function createSteering(substrate: Substrate, { onLearnt }: { onLearnt(): void }): Steering {
  return {
    begin: ({ id, sessionId, input }, { maxCalls, maxTokens, maxCostUsd, maxWorkMs }) =>
      substrate.beginTurn({
        turnId: id,
        sessionId,
        perception: perceive(input),
        toolBudget: maxCalls,
        tokenBudget: maxTokens,
        costBudgetUsd: maxCostUsd,
        wallClockMs: maxWorkMs,
      }),
    controls: ({ id }) => substrate.controls({ turnId: id }),
    ranks: (calls) => new Map(substrate.order(calls).map((id, rank) => [id, rank])),
    observe(turn, { id, tool }, outcome, latencyMs) {
      substrate.observe({ turnId: turn.id, callId: id, tool, latencyMs, ...classify(outcome) })
    },
    spend: ({ id }, { usage: { inputTokens = 0, outputTokens = 0 }, costUsd }) =>
      substrate.spend({ turnId: id, tokens: inputTokens + outputTokens, costUsd }),
    waited: ({ id }, waitedMs) => substrate.spend({ turnId: id, waitedMs }),
    end({ id }, status) {
      substrate.endTurn({ turnId: id, status })
      onLearnt()
    },
  }
}

/** A result that failed its own check is a failure of the tool. */
function classify(outcome: Outcome): Pick<Parameters<Substrate['observe']>[0], 'outcome' | 'errorKind'> {
  if (outcome.status === 'ok') {
    return outcome.verification?.passed === false ? { outcome: 'error', errorKind: 'unverified' } : { outcome: 'ok' }
  }
  const { kind } = outcome.error
  if (kind === 'timeout' || kind === 'invalid' || kind === 'denied' || kind === 'cancelled')
    return { outcome: kind, errorKind: kind }
  return { outcome: kind === 'unknown-tool' ? 'invalid' : 'error', errorKind: kind }
}
