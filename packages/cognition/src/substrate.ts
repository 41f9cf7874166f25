/** The loop: what a call's outcome changes in the agent, and what that changes in its next step. */

import { type Clock, type Publisher, type Rng, SalpError } from '@salp/core'
import {
  type CallOutcome,
  classifyOutcome,
  estimateRate,
  expectedFreeEnergy,
  fadeBelief,
  reliability,
  timeLimitMs,
} from './belief.js'
import { createBlackboard, type Entry, type Scope, salienceAt, topics } from './blackboard.js'
import { type BudgetName, energyLeft, reportBudgets } from './budget.js'
import { signatureOf } from './internal/signature.js'
import {
  explainRegime,
  freshMind,
  type KnownTool,
  learnCall,
  learnTurn,
  type Mind,
  type SubstrateModules,
  type TurnEnding,
  unknownTool,
} from './mind.js'
import { type Notice, noticeCall, noticeDenials, noticeRequest, openRequest } from './notices.js'
import { orderCalls, type PendingCall } from './order.js'
import { unperceived } from './perception.js'
import { decidePolicy, type Policy, type Regime } from './precision.js'
import { parseSnapshot, type SubstrateSnapshot, snapshotVersion } from './snapshot.js'
import { type Observation, reportBelief, type SubstrateState } from './state.js'
import { noSurprise, type Surprise } from './surprise.js'
import {
  allowedCalls,
  type Controls,
  countCall,
  decideStop,
  startTurn,
  type Turn,
  type TurnStart,
  useOf,
} from './turn.js'

/** What a substrate asks of the application. */
export interface SubstrateDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly rng: Rng
  readonly events: Publisher<SubstrateEvents>
}

/** How a substrate behaves. */
export interface SubstrateOptions {
  /** Modules switched off or on. @defaultValue all on */
  readonly modules?: { readonly [Name in keyof SubstrateModules]?: boolean | undefined } | undefined
  /** A stored {@link SubstrateSnapshot}. One that cannot be read is told as `snapshot:refused`, and the substrate starts fresh. */
  readonly from?: unknown
  /** Base temperature of the model. Without it `Controls.temperature` is absent. */
  readonly temperature?: number | undefined
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
  'entry:posted': { readonly at: number; readonly entry: Entry }
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
}

/** What a turn used besides calls. What is not finite and positive counts as 0. */
export interface Spent extends InTurn {
  readonly tokens?: number | undefined
  readonly costUsd?: number | undefined
  /** Time spent waiting for a person, in ms; it does not count against the turn. */
  readonly waitedMs?: number | undefined
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
  /** Ends a turn; one that does not run is ignored. */
  endTurn(turn: InTurn & { readonly status: TurnEnding }): void
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

/** Bounds of what is kept. */
const kept = { tools: 512, calls: 512, shown: 128, turns: 64 } as const

const everywhere: Scope = { level: 'agent' }
const noGoal = signatureOf('')
const unscored = { bits: 0, expectedBits: 0, level: 0, spiked: false } as const

interface RunningTurn {
  turn: Turn
  readonly scope: Scope
  /** Budgets that were told to be exhausted. */
  readonly exhausted: Set<BudgetName>
}

/** Creates the control loop of one agent. It does nothing by itself: every change follows from a method called. */
export function createSubstrate(
  { clock, rng, events }: SubstrateDeps,
  { modules: chosen = {}, from, temperature }: SubstrateOptions = {},
): Substrate {
  const modules: SubstrateModules = {
    perception: chosen.perception ?? true,
    surprise: chosen.surprise ?? true,
    belief: chosen.belief ?? true,
    precision: chosen.precision ?? true,
    neuromodulation: chosen.neuromodulation ?? true,
    blackboard: chosen.blackboard ?? true,
  }
  const chance = rng.fork('cognition/order')
  const board = createBlackboard({
    clock,
    onError: (error) => {
      throw error
    },
  })
  for (const topic of topics) board.subscribe(topic, (entry) => events.publish('entry:posted', { at: entry.at, entry }))

  /** In order of their beginning. */
  const turns = new Map<string, RunningTurn>()
  /** In order of their last use. */
  const tools = new Map<string, KnownTool>()
  /** Calls accounted for, in order; those of a snapshot without what was made of them. */
  const observed = new Map<string, Observation | undefined>()
  let latest: RunningTurn | undefined
  let mind: Mind = freshMind
  let regimeSince = clock.now()

  const find = (turnId: string | undefined): RunningTurn | undefined =>
    turnId === undefined ? latest : turns.get(turnId)

  const energyOf = (running: RunningTurn | undefined): number =>
    running === undefined ? 1 : energyLeft(running.turn.limits, useOf(running.turn, clock.monotonic()))

  const post = (
    running: RunningTurn | undefined,
    notices: readonly Notice[],
    scope = running?.scope ?? everywhere,
  ): void => {
    if (!modules.blackboard || notices.length === 0) return
    const goal = running?.turn.goal ?? noGoal
    const attention = { goal, regime: mind.precision.regime, modulators: mind.modulators, energy: energyOf(running) }
    for (const notice of notices) board.post({ ...notice, scope }, attention)
  }

  const policyOf = (running: RunningTurn | undefined): Policy => {
    const { intent, ambiguity } = running?.turn.perception ?? unperceived
    return decidePolicy(mind.precision.regime, {
      modulators: mind.modulators,
      energy: energyOf(running),
      risky: running !== undefined && board.hears(running.scope, 'risk'),
      demanding: intent === 'planning' || intent === 'research' || ambiguity >= openRequest,
    })
  }

  const decide = (running: RunningTurn | undefined): Controls => {
    const { toolShare, curiosity: _, temperatureFactor, ...policy } = policyOf(running)
    const common = {
      regime: mind.precision.regime,
      ...policy,
      temperature: temperature === undefined ? undefined : temperature * temperatureFactor,
    }
    if (running === undefined) return { ...common, toolBudget: 0, askHuman: false }
    const { turn, scope } = running
    const stop = decideStop(turn, useOf(turn, clock.monotonic()), toolShare, mind.modulators.serotonin)
    return {
      ...common,
      toolBudget: stop === undefined ? allowedCalls(turn, toolShare) - turn.calls : 0,
      askHuman:
        (turn.calls === 0 && board.hears(scope, 'ambiguity')) ||
        board.hears(scope, 'frustration') ||
        board.hears(scope, 'denial'),
      stop,
    }
  }

  const tellExhaustion = ({ turn, exhausted }: RunningTurn): void => {
    for (const { budget, limit, used, left } of reportBudgets(turn.limits, useOf(turn, clock.monotonic()))) {
      if (left > 0 || exhausted.has(budget)) continue
      exhausted.add(budget)
      events.publish('budget:exhausted', { at: clock.now(), turnId: turn.turnId, budget, limit, used })
    }
  }

  const knownTool = (tool: string, at: number): KnownTool => {
    const known = modules.belief ? tools.get(tool) : undefined
    return known === undefined ? unknownTool : { ...known, belief: fadeBelief(known.belief, at) }
  }

  const remember = (tool: string, known: KnownTool): void => {
    tools.delete(tool)
    tools.set(tool, known)
    dropOldest(tools, kept.tools)
  }

  const tellRegime = (running: RunningTurn | undefined, from: Regime, at: number): void => {
    const { regime: to, doubt } = mind.precision
    if (to === from) return
    regimeSince = at
    for (const other of turns.values()) other.turn = { ...other.turn, callsAtRegime: other.turn.calls }
    events.publish('regime:changed', { at, from, to, why: explainRegime(mind) })
    post(running, [{ topic: 'regime', source: 'precision', content: `${from} became ${to}`, harm: doubt }], everywhere)
  }

  const learn = (running: RunningTurn | undefined, call: CallReport, at: number): Surprise => {
    const outcome = classifyOutcome(call.outcome, call.errorKind)
    if (outcome === undefined) return noSurprise
    const { tool, latencyMs } = call
    const { regime } = mind.precision
    const before = knownTool(tool, at)
    const evidence = { outcome, latencyMs: isLatency(latencyMs) ? latencyMs : undefined, at }
    const {
      mind: next,
      known: after,
      score,
    } = learnCall(mind, before, evidence, { modules, energy: energyOf(running) })
    mind = next
    // A name the model made up is its own mistake, and no tool to remember.
    if (modules.belief && call.errorKind !== 'unknown-tool') remember(tool, after)
    tellRegime(running, regime, at)
    if (after.streak === 0) board.withdraw(running?.scope ?? everywhere, 'frustration', tool)
    post(running, noticeCall(call, { before: before.belief, after, spiked: score.spiked }))
    if (running !== undefined) {
      running.turn = countCall(running.turn, outcome)
      if (running.turn.denials === 0) board.withdraw(running.scope, 'denial')
      else post(running, noticeDenials(running.turn.denials))
    }
    return score
  }

  const adopt = (snapshot: SubstrateSnapshot): void => {
    tools.clear()
    for (const { tool, belief } of snapshot.tools) remember(tool, { belief, streak: 0 })
    observed.clear()
    for (const callId of snapshot.callIds) observed.set(callId, undefined)
    dropOldest(observed, kept.calls)
    mind = snapshot.mind
    regimeSince = clock.now()
  }

  if (from !== undefined) {
    try {
      adopt(parseSnapshot(from))
    } catch (error) {
      if (!SalpError.is(error, 'cognition/snapshot')) throw error
      events.publish('snapshot:refused', { at: clock.now(), reason: error.message })
    }
  }

  return {
    beginTurn(start) {
      const { turnId, sessionId } = start
      const fresh = startTurn(modules.perception ? start : { ...start, perception: unperceived }, clock.monotonic())
      const running = turns.get(turnId)
      if (running !== undefined) {
        const { perception, goal, limits } = fresh
        running.turn = { ...running.turn, perception, goal, limits }
        latest = running
        return
      }
      latest = { turn: fresh, scope: { level: 'turn', sessionId, turnId }, exhausted: new Set() }
      turns.set(turnId, latest)
      for (const dropped of dropOldest(turns, kept.turns)) board.endTurn(dropped)
      post(latest, noticeRequest(fresh.perception))
    },
    controls({ turnId } = {}) {
      const running = find(turnId)
      const controls = decide(running)
      if (running !== undefined && controls.stop !== undefined) tellExhaustion(running)
      return controls
    },
    order(calls) {
      if (!modules.belief) return calls.map(({ id }) => id)
      const { exploration, curiosity } = policyOf(latest)
      const at = clock.now()
      const cost = (tool: string): number => expectedFreeEnergy(knownTool(tool, at).belief, curiosity)
      return orderCalls(calls, { cost, exploration, chance })
    },
    timeoutMs: (tool, baseMs) =>
      timeLimitMs(knownTool(tool, clock.now()).belief, baseMs, policyOf(latest).timeoutFactor),
    observe(call) {
      const { callId, tool, outcome } = call
      const at = clock.now()
      if (observed.has(callId)) {
        return { ...(observed.get(callId) ?? { callId, tool, outcome, at, ...unscored }), repeated: true }
      }
      const { bits, expectedBits, level, spiked } = learn(find(call.turnId), call, at)
      const observation = { callId, tool, outcome, at, bits, expectedBits, level, spiked, repeated: false }
      observed.set(callId, observation)
      dropOldest(observed, kept.calls)
      if (spiked) events.publish('surprise:spiked', { at, callId, tool, bits, level })
      return observation
    },
    spend({ turnId, tokens, costUsd, waitedMs }) {
      const running = find(turnId)
      if (running === undefined) return
      const { turn } = running
      running.turn = {
        ...turn,
        tokens: turn.tokens + amount(tokens),
        costUsd: turn.costUsd + amount(costUsd),
        waitedMs: turn.waitedMs + amount(waitedMs),
      }
    },
    endTurn({ turnId, status }) {
      const running = find(turnId)
      if (running === undefined) return
      mind = learnTurn(mind, status, clock.now(), modules)
      board.endTurn(running.turn.turnId)
      turns.delete(running.turn.turnId)
      if (latest === running) latest = [...turns.values()].at(-1)
    },
    state() {
      const at = clock.now()
      const { precision, surprise, modulators, completion } = mind
      const { regime: name, doubt, failing } = precision
      const known = [...observed.values()].filter((observation) => observation !== undefined)
      return {
        at,
        regime: { name, since: regimeSince, why: explainRegime(mind), doubt, failing },
        modulators,
        surprise: { mean: surprise.mean, scaleBits: surprise.scaleBits, recent: known.slice(-kept.shown) },
        beliefs: [...tools].reverse().map(([tool, { belief }]) => reportBelief(tool, fadeBelief(belief, at))),
        completion: estimateRate(reliability(fadeBelief(completion, at))),
        turns: [...turns.values()].map((running) => ({
          turnId: running.turn.turnId,
          sessionId: running.turn.sessionId,
          budgets: reportBudgets(running.turn.limits, useOf(running.turn, clock.monotonic())),
          controls: decide(running),
        })),
        blackboard: board
          .entries()
          .map((entry) => ({ ...entry, salience: salienceAt(entry, at) }))
          .sort((a, b) => b.salience - a.salience || b.id - a.id),
        modules,
      }
    },
    snapshot: () => ({
      version: snapshotVersion,
      at: clock.now(),
      tools: [...tools].map(([tool, { belief }]) => ({ tool, belief })),
      mind,
      callIds: [...observed.keys()],
    }),
    restore: (snapshot) => adopt(parseSnapshot(snapshot)),
  }
}

function isLatency(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}

function amount(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : 0
}

/** Brings a map down to `most` entries. @returns The keys that went. */
function dropOldest<Key>(map: Map<Key, unknown>, most: number): Key[] {
  const dropped: Key[] = []
  for (const key of map.keys()) {
    if (map.size <= most) break
    map.delete(key)
    dropped.push(key)
  }
  return dropped
}
