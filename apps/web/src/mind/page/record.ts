/** The past of the substrate: what it made of calls, as events tell it. */

import type { AgentEvent } from '@salp/agent'
import { brierScore, type Forecast, logLoss, type ReliabilityBin, reliabilityDiagram } from '@salp/core'

type EventOf<Name extends AgentEvent['name']> = Extract<AgentEvent, { name: Name }>

/** A call and what was made of it. */
export type ObservedCall = EventOf<'call:observed'>

/** A reply that counted as a whole, or was taken back. */
export type Batch = EventOf<'batch:kept'> | EventOf<'batch:undone'>

/** What the page draws; each in order. */
export interface MindRecord {
  readonly calls: readonly ObservedCall[]
  readonly regimes: readonly EventOf<'regime:changed'>[]
  readonly batches: readonly Batch[]
}

/** Joins what was loaded with what happened since; an event that is in both counts once. */
export function joinRecord(loaded: readonly AgentEvent[], live: readonly AgentEvent[]): MindRecord {
  const last = loaded.at(-1)?.sequence ?? 0
  const all = [...loaded, ...live.filter(({ sequence }) => sequence > last)]
  return {
    calls: all.filter((event): event is ObservedCall => event.name === 'call:observed'),
    regimes: all.filter((event): event is EventOf<'regime:changed'> => event.name === 'regime:changed'),
    batches: all.filter((event): event is Batch => event.name === 'batch:kept' || event.name === 'batch:undone'),
  }
}

/**
 * Surprise of a call in bits.
 *
 * @returns What the substrate made of it; where its module was off, −log₂ of the chance that the forecast gave to what happened.
 */
export function bitsOf({ data: { bits, forecast, answered } }: ObservedCall): number {
  if (bits > 0 || answered === undefined) return bits
  return -Math.log2(Math.max(1e-6, answered ? forecast : 1 - forecast))
}

/** Neighbouring calls under one regime. */
export interface RegimeSpan {
  readonly regime: ObservedCall['data']['regime']
  readonly calls: number
  /** Sequence of the first. */
  readonly from: number
}

/** Splits calls where the regime changes. */
export function regimeSpans(calls: readonly ObservedCall[]): RegimeSpan[] {
  const spans: RegimeSpan[] = []
  for (const { sequence, data } of calls) {
    const last = spans.at(-1)
    if (last?.regime === data.regime) spans[spans.length - 1] = { ...last, calls: last.calls + 1 }
    else spans.push({ regime: data.regime, calls: 1, from: sequence })
  }
  return spans
}

/** How good the forecasts were. */
export interface Calibration {
  readonly calls: number
  readonly bins: readonly ReliabilityBin[]
  readonly brier: number
  readonly logLoss: number
  /** Of the share that worked, known only in hindsight. */
  readonly baseBrier: number
  readonly baseLogLoss: number
}

/** Scores the forecasts of calls that say something of their tool; nothing, if none does. */
export function calibrate(calls: readonly ObservedCall[]): Calibration | undefined {
  const forecasts = calls.flatMap(({ data: { forecast, answered } }): Forecast[] =>
    answered === undefined ? [] : [{ probability: forecast, happened: answered }],
  )
  if (forecasts.length === 0) return undefined
  const share = forecasts.filter(({ happened }) => happened).length / forecasts.length
  const base = forecasts.map(({ happened }) => ({ probability: share, happened }))
  return {
    calls: forecasts.length,
    bins: reliabilityDiagram(forecasts),
    brier: brierScore(forecasts),
    logLoss: logLoss(forecasts),
    baseBrier: brierScore(base),
    baseLogLoss: logLoss(base),
  }
}
