/** Feeds a recorded session through a substrate in another configuration, to see what that would have made of it. */

import { createSubstrate, type Regime, type Substrate, type SubstrateModules, type Tier } from '@salp/cognition'
import { createRng, type Forecast } from '@salp/core'
import type { AgentEvent, Effect, TurnEvents } from '../protocol.js'
import { type TurnBudgets, turnLimitsSchema } from '../turn/limits.js'
import { beginTurn, learnFrom, observeCall } from '../turn/steering.js'
import { type ForecastScore, scoreBaseRate, scoreForecasts } from './scores.js'

/** Events that a replay reads; all others change nothing. */
export const replayedEvents = [
  'turn:started',
  'step:started',
  'step:finished',
  'call:requested',
  'call:observed',
  'question:asked',
  'question:answered',
  'turn:finished',
] as const satisfies readonly AgentEvent['name'][]

/** What to replay, and how. */
export interface ReplayOptions {
  /** The session that is told of; what happened before it in others is only learnt from. */
  readonly sessionId: string
  /** Modules switched off or on. @defaultValue those that the substrate has on by itself */
  readonly modules?: { readonly [Name in keyof SubstrateModules]?: boolean | undefined } | undefined
}

/** How one step was to be done. */
export interface StepSteering {
  readonly regime: string
  readonly tier: string
  /** Calls that the turn might still make. */
  readonly toolBudget: number
  readonly retrievalLimit: number
  readonly verification: 'normal' | 'strict'
  readonly askHuman: boolean
  /** Why the turn was to end. */
  readonly stop?: string | undefined
}

/** What was made of one call. */
export interface CallFigures {
  /** Place among the calls of its reply, from 1. */
  readonly rank: number
  /** Chance that it is answered, before that was known. */
  readonly forecast: number
  readonly bits: number
  /** Surprise over the expected, squashed. Range [0, 1]. */
  readonly level: number
  readonly timeoutMs?: number | undefined
  /** After it. */
  readonly regime: Regime
}

/** A step, as it was and as it would have been; nothing is recorded of steps of an older version. */
export interface ReplayedStep {
  readonly step: number
  readonly recorded?: StepSteering | undefined
  readonly replayed: StepSteering
}

/** A call, as it was and as it would have been. */
export interface ReplayedCall {
  readonly callId: string
  readonly tool: string
  readonly outcome: TurnEvents['call:observed']['outcome']
  readonly at: number
  readonly recorded: CallFigures
  readonly replayed: CallFigures
}

/** A turn of the session. */
export interface ReplayedTurn {
  readonly turnId: string
  readonly input: string
  readonly at: number
  /** Absent while it runs. */
  readonly status?: string | undefined
  readonly steps: readonly ReplayedStep[]
  readonly calls: readonly ReplayedCall[]
}

/** What a replay tells. */
export interface ReplayReport {
  readonly sessionId: string
  /** As they were on in the replay. */
  readonly modules: SubstrateModules
  /** Calls of earlier sessions that it learnt from first. */
  readonly learntBefore: number
  readonly turns: readonly ReplayedTurn[]
  /** Of the calls that say something of their tool; no scores without any. */
  readonly scores: {
    readonly calls: number
    readonly recorded?: ForecastScore | undefined
    readonly replayed?: ForecastScore | undefined
    /** Of the share that worked, known only in hindsight. */
    readonly baseRate?: ForecastScore | undefined
  }
  /** What a replay cannot tell, a sentence each. */
  readonly limits: readonly string[]
}

/**
 * Replays a session.
 *
 * Time is that of the events. Every outcome is the one recorded, whatever the replay would have done.
 *
 * @param events - Of {@link replayedEvents}, in order, of the session and, to learn from first, of those before it.
 */
export function replay(events: Iterable<AgentEvent>, { sessionId, modules }: ReplayOptions): ReplayReport {
  let at = 0
  const substrate = createSubstrate(
    {
      clock: { now: () => at, monotonic: () => at },
      rng: createRng('replay'),
      events: { publish: () => undefined },
    },
    { modules },
  )
  const turns = new Map<string, TurnReplay>()
  let learntBefore = 0
  for (const event of events) {
    at = Math.max(at, event.at)
    if (event.name === 'turn:started') {
      turns.set(event.turnId, openTurn(substrate, event))
      continue
    }
    const turn = turns.get(event.turnId)
    if (turn === undefined) continue
    if (event.sessionId === sessionId) replayEvent(substrate, turn, event)
    else if (learnEvent(substrate, turn, event) === 'call') learntBefore++
  }
  const told = [...turns.values()].filter((turn) => turn.sessionId === sessionId)
  return {
    sessionId,
    modules: substrate.state().modules,
    learntBefore,
    turns: told.map(({ turnId, input, at: startedAt, status, steps, calls }) => ({
      ...{ turnId, input, at: startedAt, steps, calls },
      ...(status !== undefined && { status }),
    })),
    scores: scoresOf(told),
    limits: limitsOf(told),
  }
}

interface TurnReplay {
  readonly turnId: string
  readonly sessionId: string
  readonly input: string
  readonly at: number
  status?: string
  readonly steps: ReplayedStep[]
  readonly calls: ReplayedCall[]
  readonly forecasts: { readonly recorded: Forecast; readonly replayed: Forecast }[]
  /** Calls of the reply in progress, and their places once the first was made. */
  pending: { id: string; tool: string; effect: Effect }[]
  places?: ReadonlyMap<string, number> | undefined
  askedAt?: number
  answered: boolean
}

function openTurn(substrate: Substrate, event: Extract<AgentEvent, { name: 'turn:started' }>): TurnReplay {
  const { turnId, sessionId, at } = event
  const { input, budgets = defaultBudgets } = event.data
  beginTurn(substrate, { id: turnId, sessionId, input }, budgets)
  return { turnId, sessionId, input, at, steps: [], calls: [], forecasts: [], pending: [], answered: false }
}

const defaultBudgets: TurnBudgets = turnLimitsSchema.parse({})

/** Learns from an event of another session. @returns Whether it was a call. */
function learnEvent(substrate: Substrate, turn: TurnReplay, event: AgentEvent): 'call' | undefined {
  if (event.name !== 'call:observed') {
    follow(substrate, turn, event)
    return undefined
  }
  tellAnswer(substrate, turn)
  learnFrom(substrate, turn.turnId, event.data)
  return 'call'
}

function replayEvent(substrate: Substrate, turn: TurnReplay, event: AgentEvent): void {
  const { turnId, steps, calls } = turn
  switch (event.name) {
    case 'step:started': {
      turn.pending = []
      turn.places = undefined
      const { step, regime, tier, controls } = event.data
      const replayed = steeringOf(substrate.controls({ turnId }))
      steps.push({ step, ...(controls && { recorded: steeringOf({ ...controls, regime, tier }) }), replayed })
      break
    }
    case 'call:requested': {
      const { callId: id, tool, effect } = event.data
      turn.pending.push({ id, tool, effect })
      break
    }
    case 'call:observed': {
      const { callId, tool, outcome, answered: happened } = event.data
      turn.places ??= new Map(substrate.order(turn.pending).map((id, index) => [id, index + 1]))
      tellAnswer(substrate, turn)
      const { observed } = observeCall(substrate, turnId, event.data)
      const recorded = figuresOf(event.data)
      const replayed = figuresOf({ ...observed, rank: turn.places.get(callId) ?? observed.rank })
      calls.push({ callId, tool, outcome, at: event.at, recorded, replayed })
      if (happened === undefined) break
      turn.forecasts.push({
        recorded: { probability: recorded.forecast, happened },
        replayed: { probability: replayed.forecast, happened },
      })
      break
    }
    default:
      follow(substrate, turn, event)
  }
}

/** What else a turn did. */
function follow(substrate: Substrate, turn: TurnReplay, event: AgentEvent): void {
  const { turnId } = turn
  switch (event.name) {
    case 'step:finished': {
      const { usage, costUsd } = event.data
      substrate.spend({ turnId, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0), costUsd })
      break
    }
    case 'question:asked':
      turn.askedAt = event.at
      break
    case 'question:answered':
      substrate.spend({ turnId, waitedMs: event.at - (turn.askedAt ?? event.at) })
      turn.answered = true
      break
    case 'turn:finished':
      turn.status = event.data.status
      substrate.endTurn({ turnId, status: event.data.status })
      break
    default:
  }
}

/** That a person was asked counts once what they said was tried. */
function tellAnswer(substrate: Substrate, turn: TurnReplay): void {
  if (turn.answered) substrate.spend({ turnId: turn.turnId, asked: true })
  turn.answered = false
}

function steeringOf({
  regime,
  tier,
  toolBudget,
  retrievalLimit,
  verification,
  askHuman,
  stop,
}: Omit<StepSteering, 'stop' | 'tier'> & {
  readonly tier: Tier | string
  readonly stop?: { readonly reason: string } | undefined
}): StepSteering {
  const common = { regime, tier, toolBudget, retrievalLimit, verification, askHuman }
  return { ...common, ...(stop !== undefined && { stop: stop.reason }) }
}

function figuresOf({ rank, forecast, bits, level, timeoutMs, regime }: TurnEvents['call:observed']): CallFigures {
  return { rank, forecast, bits, level, regime, ...(timeoutMs !== undefined && { timeoutMs }) }
}

function scoresOf(turns: readonly TurnReplay[]): ReplayReport['scores'] {
  const forecasts = turns.flatMap((turn) => turn.forecasts)
  const recorded = forecasts.map((forecast) => forecast.recorded)
  const replayed = forecasts.map((forecast) => forecast.replayed)
  return {
    calls: forecasts.length,
    recorded: scoreForecasts(recorded),
    replayed: scoreForecasts(replayed),
    baseRate: scoreBaseRate(recorded),
  }
}

function limitsOf(turns: readonly TurnReplay[]): string[] {
  const silent = turns.length > 0 && turns.every(({ calls }) => calls.length === 0)
  return [
    'What was not called cannot be replayed: each outcome is the recorded one, whatever the replay would have called, asked or stopped.',
    'What the model said and what people answered stay as recorded, so differences do not build up from step to step.',
    'Orders that rest on chance are drawn anew.',
    'What was learnt in sessions that were deleted, or before calls were recorded, is unknown to the replay.',
    ...(silent
      ? ['Nothing was recorded of calls in this session: there were none, or it is from an older version.']
      : []),
  ]
}
