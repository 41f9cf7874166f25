/** The loop: what a call's outcome changes in the agent, and what that changes in its next step. */

import { SalpError } from '@salp/core'
import { foldRecall, unrecalled } from './associative.js'
import {
  classifyOutcome,
  type Evidence,
  estimateRate,
  expectedFreeEnergy,
  fadeBelief,
  forecastAnswer,
  isAnswer,
  lieChance,
  medianLatencyMs,
  type OutcomeClass,
  rateMean,
  reliability,
  revise,
  timeLimitMs,
} from './belief.js'
import { createBlackboard, type Scope, salienceAt, topics } from './blackboard.js'
import { type BudgetName, energyLeft, reportBudgets } from './budget.js'
import {
  type CallReport,
  defaultModules,
  type ForecastQuestion,
  type RankedTool,
  type Substrate,
  type SubstrateDeps,
  type SubstrateOptions,
  type ToolOption,
} from './contract.js'
import { type Counterfactual, createCounterfactual } from './counterfactual.js'
import { blockedChance, isWorthAsking, isWorthChecking, usualPrices } from './economy.js'
import { createHolographicWorkspace, createHolography, type HolographicWorkspace } from './holographic.js'
import { broadcastThreshold, foldFlow, measureIntegration, pairOf } from './integration.js'
import { signatureOf } from './internal/signature.js'
import { type Controllers, createControllers, type DialChoice } from './learning/controllers.js'
import { featureNames } from './learning/features.js'
import {
  explainRegime,
  freshMind,
  type KnownTool,
  learnCall,
  learnHonesty,
  learnTurn,
  learnValidity,
  type Mind,
  type SubstrateModules,
  unknownTool,
} from './mind.js'
import { type Notice, noticeCall, noticeDenials, noticeRequest } from './notices.js'
import { orderCalls } from './order.js'
import { unperceived } from './perception.js'
import type { Policy, Regime, Tier } from './precision.js'
import { contextPrice, decideByRules, isDemanding, stopIfHopeless, stuckOf } from './rules.js'
import { parseSnapshot, type ReadSnapshot, type SubstrateSnapshot, snapshotVersion } from './snapshot.js'
import { type Observation, reportBelief } from './state.js'
import { noSurprise, type Surprise } from './surprise.js'
import {
  allowedCalls,
  type Controls,
  countCall,
  decideStop,
  startTurn,
  type Turn,
  type TurnCall,
  useOf,
} from './turn.js'

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
  /** How the learned controllers set the dials for the step that comes, and for the turn's first. */
  dials?: DialChoice | undefined
  firstDials?: DialChoice | undefined
}

/** Creates the control loop of one agent. It does nothing by itself: every change follows from a method called. */
export function createSubstrate(
  { clock, rng, events, forecaster }: SubstrateDeps,
  { modules: chosen = {}, from, temperature, prices: stated, algorithm }: SubstrateOptions = {},
): Substrate {
  const modules = chooseModules(chosen)
  const prices = stated ?? usualPrices
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
  let counterfactual: Counterfactual | undefined
  let workspace: HolographicWorkspace | undefined
  let controllers: Controllers | undefined
  /** Pairs of modules between which something flowed since the last call. */
  const flows = new Set<number>()

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

  /** What the fixed rules set. */
  const rulesOf = (running: RunningTurn | undefined): Policy =>
    decideByRules({
      mind,
      modules,
      prices,
      priced: stated !== undefined,
      perception: running?.turn.perception ?? unperceived,
      invalids: running?.turn.invalids ?? 0,
      energy: energyOf(running),
      risky: running !== undefined && board.hears(running.scope, 'risk'),
    })

  const policyOf = (running: RunningTurn | undefined): Policy => {
    const rules = rulesOf(running)
    if (controllers === undefined || running === undefined) return rules
    running.dials ??= controllers.choose(featuresOf(running), rules)
    running.firstDials ??= running.dials
    const { tier, contextFraction, retrievalLimit } = running.dials.dials
    return { ...rules, tier, contextFraction, retrievalLimit, vigilance: running.firstDials.dials.vigilance }
  }

  const featuresOf = (running: RunningTurn): Float64Array => {
    const { precision, surprise, modulators } = mind
    const features = new Float64Array(featureNames.length)
    features.set([
      1,
      precision.doubt,
      precision.failing,
      surprise.mean,
      modulators.noradrenaline - 1,
      energyOf(running),
      running.turn.perception.ambiguity,
      isDemanding(running.turn.perception) ? 1 : 0,
      Math.min(1, running.turn.failures / 4),
    ])
    return features
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
    const { serotonin } = mind.modulators
    const askHuman =
      (turn.calls === 0 && board.hears(scope, 'ambiguity', 'person')) ||
      (!turn.asked && board.hears(scope, 'frustration', 'person') && isWorthAsking(stuckOf(turn), prices)) ||
      board.hears(scope, 'denial', 'person')
    // Who is to be asked may know a way; that nobody asks is clear after some more failures.
    const waits = askHuman && turn.failures < asksUntil
    const stop =
      decideStop(turn, useOf(turn, clock.monotonic()), toolShare, serotonin) ??
      (modules.belief && !waits ? stopIfHopeless(turn, { ...policy, patience: serotonin }, prices) : undefined)
    return {
      ...common,
      toolBudget: stop === undefined ? allowedCalls(turn, toolShare) - turn.calls : 0,
      askHuman,
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

  const questionOf = (tool: string, situation: string | undefined, at: number): ForecastQuestion => {
    const { ok, refuted, failed, timeout, unavailable } = knownTool(tool, at).belief.counts
    const counts = { answered: ok + refuted, failed: failed + timeout + unavailable }
    return { tool, situation: situation ?? '', ...counts, works: ownForecast(tool, situation, at) }
  }

  /** Chance that a correct call is answered. */
  const forecast = (tool: string, situation: string | undefined, at: number): number =>
    forecaster === undefined ? ownForecast(tool, situation, at) : forecaster.forecast(questionOf(tool, situation, at))

  /** What is believed of the tool, adjusted for what it is for. */
  const ownForecast = (tool: string, situation: string | undefined, at: number): number => {
    let works = forecastAnswer(knownTool(tool, at).belief, at)
    if (situation === undefined) return works
    if (counterfactual !== undefined) {
      const adjusted = counterfactual.adjust(works, tool, situation)
      if (adjusted !== works) flows.add(pairOf('counterfactual', 'precision'))
      works = adjusted
    }
    const recollection = workspace?.recall(`${situation} ${tool}`)
    if (recollection === undefined) return works
    flows.add(pairOf('holographic', 'precision'))
    const share = 0.5 * Math.min(1, recollection.confidence)
    return (1 - share) * works + share * (recollection.value === 'works' ? 0.95 : 0.1)
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
    const { tool, latencyMs, situation, tier, checked = false, recalled } = call
    const { regime } = mind.precision
    const before = knownTool(tool, at)
    const works = forecast(tool, situation, at)
    const wasAnswered = isAnswer(outcome)
    if (forecaster !== undefined && wasAnswered !== undefined)
      forecaster.learn(questionOf(tool, situation, at), wasAnswered)
    const evidence: Evidence = { outcome, latencyMs: isLatency(latencyMs) ? latencyMs : undefined, at, checked }
    const {
      mind: next,
      known: after,
      score,
    } = learnCall(mind, before, evidence, { modules, energy: energyOf(running) })
    mind = next
    if (checked || outcome === 'refuted')
      mind = learnHonesty(mind, { held: outcome === 'ok' ? 1 : 0, refuted: outcome === 'refuted' ? 1 : 0 })
    if (tier !== undefined)
      mind = learnValidity(mind, tier, isDemanding(running?.turn.perception ?? unperceived), outcome !== 'invalid')
    if (recalled !== undefined && modules.memory)
      mind = { ...mind, ranks: foldRecall(mind.ranks ?? unrecalled, recalled.usedRank, recalled.depth) }
    // A name the model made up is its own mistake, and no tool to remember.
    if (modules.belief && call.errorKind !== 'unknown-tool') remember(tool, after)
    tellRegime(running, regime, at)
    learnSituation(call, outcome, works)
    const outlook = call.alternatives === undefined ? forecast(tool, situation, at) : undefined
    if (running !== undefined) learnInTurn(running, call, { outcome, checked, forecast: works, outlook })
    const stuck = running === undefined || running.turn.failures === 0 ? 0 : stuckOf(running.turn)
    post(running, noticeCall(call, { before: before.belief, after, spiked: score.spiked, stuck }))
    if (modules.integration) learnFlow(score)
    return score
  }

  const learnInTurn = (running: RunningTurn, call: CallReport, seen: Omit<TurnCall, 'tool'>): void => {
    const { tool, tier } = call
    running.turn = countCall(running.turn, { tool, ...seen })
    if (running.turn.failures === 0) board.withdraw(running.scope, 'frustration')
    if (running.turn.denials === 0) board.withdraw(running.scope, 'denial')
    else post(running, noticeDenials(running.turn.denials))
    const { dials } = running
    running.dials = undefined
    if (controllers === undefined || dials === undefined || tier === undefined) return
    const { contextFraction, retrievalLimit } = dials.dials
    const paid = prices.steps[tier] * contextPrice(contextFraction) + prices.call + retrievalLimit * prices.memory
    const gained = seen.outcome === 'ok' ? stepWorth * prices.worth : 0
    const reward = (gained - paid) / prices.call
    controllers.learn(dials, reward)
    const { features, arms, probabilities } = dials
    const { turnId } = running.turn
    events.publish('dials:rewarded', { at: clock.now(), turnId, features: [...features], arms, probabilities, reward })
  }

  const learnSituation = (call: CallReport, outcome: OutcomeClass, works: number): void => {
    const { callId, tool, situation, alternatives = [tool] } = call
    if (situation === undefined || outcome === 'invalid' || outcome === 'denied') return
    const ok = outcome === 'ok'
    counterfactual?.observe({ callId, situation, chosen: tool, alternatives, ok, forecast: works })
    workspace?.store(`${situation} ${tool}`, ok ? 'works' : 'fails')
  }

  const learnFlow = (score: Surprise): void => {
    if (score.level > 0 && modules.precision) flows.add(pairOf('surprise', 'precision'))
    if (score.level > 0 && modules.neuromodulation) flows.add(pairOf('surprise', 'neuromodulation'))
    if (modules.belief && modules.surprise) flows.add(pairOf('belief', 'surprise'))
    mind = { ...mind, integration: foldFlow(mind.integration, flows, board.takeFlow()) }
    flows.clear()
    board.setThreshold(broadcastThreshold(mind.integration))
  }

  /** Shares praise and blame for a result among the tools that were trusted, by how likely each was to be false. */
  const settle = ({ turn: { trusted, perception } }: RunningTurn, right: boolean, at: number): void => {
    if (!modules.belief || trusted.length === 0) return
    let innocent = 1 - 0.5 * perception.ambiguity
    const chances = trusted.map((tool) => lieChance(knownTool(tool, at).belief, mind.honesty))
    for (const falseChance of chances) innocent *= 1 - falseChance
    for (const [index, tool] of trusted.entries()) {
      const known = tools.get(tool)
      if (known === undefined) continue
      const falseChance = right ? 0 : Math.min(1, (chances[index] ?? 0) / Math.max(1e-9, 1 - innocent))
      tools.set(tool, { ...known, belief: revise(known.belief, { falseChance }) })
      mind = learnHonesty(mind, { held: 1 - falseChance, refuted: falseChance })
    }
  }

  const begin = (snapshot?: SubstrateSnapshot): void => {
    counterfactual = modules.counterfactual
      ? createCounterfactual(
          {
            chance: rng.fork('cognition/hold-out'),
            forecast: (tool) => forecastAnswer(knownTool(tool, clock.now()).belief, clock.now()),
          },
          snapshot?.counterfactual,
        )
      : undefined
    workspace = modules.holographic
      ? createHolographicWorkspace(createHolography(workspaceDimensions), snapshot?.workspace)
      : undefined
    controllers = modules.controllers
      ? createControllers({ chance: rng.fork('cognition/controllers'), algorithm, from: snapshot?.controllers })
      : undefined
  }

  const adopt = ({ snapshot, migratedFrom }: ReadSnapshot): void => {
    tools.clear()
    for (const { tool, belief } of snapshot.tools) remember(tool, { belief, streak: 0 })
    observed.clear()
    for (const callId of snapshot.callIds) observed.set(callId, undefined)
    dropOldest(observed, kept.calls)
    mind = snapshot.mind
    regimeSince = clock.now()
    board.restore(snapshot.entries)
    begin(snapshot)
    if (migratedFrom !== undefined) events.publish('snapshot:migrated', { at: clock.now(), from: migratedFrom })
  }

  begin()
  if (from !== undefined) {
    try {
      adopt(parseSnapshot(from))
    } catch (error) {
      if (!SalpError.is(error, 'cognition/snapshot')) throw error
      events.publish('snapshot:refused', { at: clock.now(), reason: error.message })
    }
  }

  const freeEnergyOf = (
    { tool, price = prices.call }: ToolOption,
    { situation, curiosity, tier }: { situation?: string | undefined; curiosity: number; tier: Tier },
    at: number,
  ): RankedTool => {
    const { belief } = knownTool(tool, at)
    const works = forecast(tool, situation, at) * (1 - lieChance(belief, mind.honesty))
    const waits = (medianLatencyMs(belief) / 1_000) * prices.second
    const usual = prices.call + prices.steps[tier]
    const whole = (price + waits + prices.steps[tier]) / usual
    const advised = situation === undefined ? 0 : (counterfactual?.advise(tool, situation) ?? 0)
    return { tool, works, freeEnergy: expectedFreeEnergy(belief, { works, price: whole, curiosity }) + advised }
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
      const { exploration, curiosity, tier } = policyOf(latest)
      const at = clock.now()
      const cost = (tool: string): number => freeEnergyOf({ tool }, { curiosity, tier }, at).freeEnergy
      return orderCalls(calls, { cost, exploration, chance })
    },
    rank(options, { turnId, situation } = {}) {
      const running = find(turnId)
      const { curiosity, tier } = policyOf(running)
      const at = clock.now()
      if (situation !== undefined) counterfactual?.prepare(situation)
      const ranked = options.map((option) => freeEnergyOf(option, { situation, curiosity, tier }, at))
      if (modules.belief) ranked.sort((a, b) => a.freeEnergy - b.freeEnergy)
      if (ranked[0]?.tool !== options[0]?.tool) flows.add(pairOf('belief', 'precision'))
      if (running !== undefined)
        running.turn = { ...running.turn, outlook: ranked.reduce((best, { works }) => Math.max(best, works), 0) }
      return ranked
    },
    forecast(tool, { turnId, situation } = {}) {
      const turn = find(turnId)?.turn
      const blocked = turn === undefined || !modules.belief ? 0 : blockedChance(turn.likelihood)
      return (1 - blocked) * forecast(tool, situation, clock.now())
    },
    isWorthChecking({ turnId, tool }) {
      if (!modules.precision) return false
      const running = find(turnId)
      const { belief } = knownTool(tool, clock.now())
      const { vigilance } = policyOf(running)
      const untested = 1 + curiousCheck / (1 + belief.held + belief.counts.refuted)
      const falseChance = Math.min(1, lieChance(belief, mind.honesty) * vigilance * untested)
      return isWorthChecking(falseChance, rateMean(reliability(mind.completion)), prices)
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
    spend({ turnId, tokens, costUsd, waitedMs, asked = false }) {
      const running = find(turnId)
      if (running === undefined) return
      const { turn } = running
      running.turn = {
        ...turn,
        tokens: turn.tokens + amount(tokens),
        costUsd: turn.costUsd + amount(costUsd),
        waitedMs: turn.waitedMs + amount(waitedMs),
        asked: turn.asked || asked,
      }
    },
    endTurn({ turnId, status, right }) {
      const running = find(turnId)
      if (running === undefined) return
      const at = clock.now()
      mind = learnTurn(mind, { status, right }, at, modules)
      if (right !== undefined && status === 'completed') {
        settle(running, right, at)
        if (controllers !== undefined && running.firstDials !== undefined)
          controllers.learnVigilance(running.firstDials, right ? 1 : -1)
      }
      board.endTurn(running.turn.turnId)
      turns.delete(running.turn.turnId)
      if (latest === running) latest = [...turns.values()].at(-1)
    },
    state() {
      const at = clock.now()
      const { precision, surprise, modulators, completion, integration } = mind
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
        integration: measureIntegration(integration),
        lessons: counterfactual?.lessons() ?? [],
        modules,
      }
    },
    snapshot: () => ({
      version: snapshotVersion,
      at: clock.now(),
      tools: [...tools].map(([tool, { belief }]) => ({ tool, belief })),
      mind,
      callIds: [...observed.keys()],
      entries: board.entries().filter(({ scope }) => scope.level !== 'turn'),
      counterfactual: counterfactual?.snapshot(),
      workspace: workspace?.snapshot(),
      controllers: controllers?.snapshot(),
    }),
    restore: (snapshot) => adopt(parseSnapshot(snapshot)),
  }
}

/** Failures in a row after which nobody will ask any more. */
const asksUntil = 8

/** What a call that works is worth: this share of the turn. */
const stepWorth = 0.12

/** How much more a check is worth for a tool that was never checked: it teaches. */
const curiousCheck = 1

/** Dimensions of the holographic workspace within the loop, for its speed. */
const workspaceDimensions = 256

function chooseModules(chosen: NonNullable<SubstrateOptions['modules']>): SubstrateModules {
  const names = Object.keys(defaultModules) as (keyof SubstrateModules)[]
  return { ...defaultModules, ...Object.fromEntries(names.map((name) => [name, chosen[name] ?? defaultModules[name]])) }
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
