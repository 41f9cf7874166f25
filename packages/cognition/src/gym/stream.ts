/** Lives through the tasks of one world with a pilot at the helm, and keeps the accounts. */

import { join, toUnit } from '../internal/draws.js'
import { exp } from '../internal/real.js'
import type { Pilot, SeenOutcome } from './pilot.js'
import { createTally, type Tally } from './tally.js'
import { errorsOf, prices, type SubGoal, slotsPerTask, type World } from './world.js'

/** What became of a world's tasks. */
export interface StreamResult {
  /** Tasks done right. */
  readonly solved: number
  readonly tasks: number
  /** Tasks begun before the purse was empty. */
  readonly begun: number
  readonly spent: number
  readonly calls: number
  readonly asked: number
  readonly checks: number
  /** Lies that were taken for results. */
  readonly deceived: number
  readonly abandoned: number
  /** How good forecasts of tools were. */
  readonly tally: Tally
}

/** How a stream is run. */
export interface StreamOptions {
  /** Money in hand. @defaultValue the world's own */
  readonly purse?: number | undefined
}

/** How long a call may take when nothing is known, in ms. */
export const baseTimeoutMs = 20_000

/** Chance that a check finds a lie, and that it doubts the truth. */
const check = { finds: 0.9, doubts: 0.03 } as const

/** Chance that a person who is asked can clear the way of a sub-goal that nothing could meet. */
const unblocks = 0.5

const lane = {
  invalid: 1,
  wrong: 2,
  which: 3,
  stubborn: 4,
  works: 5,
  hang: 6,
  latency: 7,
  lie: 11,
  check: 12,
  misread: 13,
}

/** Runs a pilot through a world: the same world and pilot, the same result. The luck of a place is the same for every pilot. */
export function runStream(world: World, pilot: Pilot, { purse = world.purse }: StreamOptions = {}): StreamResult {
  const tally = createTally()
  const result = { solved: 0, begun: 0, spent: 0, calls: 0, asked: 0, checks: 0, deceived: 0, abandoned: 0 }
  for (let task = 0; task < world.tasks.length && result.spent < purse; task++) {
    result.begun++
    runTask({ world, purse, tally }, task, pilot, result)
  }
  return { ...result, tasks: world.tasks.length, tally }
}

type Accounts = { -readonly [Name in Exclude<keyof StreamResult, 'tasks' | 'tally'>]: StreamResult[Name] }

interface Setting {
  readonly world: World
  readonly purse: number
  readonly tally: Tally
}

function runTask({ world, purse, tally }: Setting, task: number, pilot: Pilot, accounts: Accounts): void {
  const { goals, hardness, contextNeed, ambiguous, seemsAmbiguous, seemsHard } = at(world.tasks, task)
  const draw = (purpose: number, place: number): number =>
    toUnit(join(join(join(world.seed, 64 + purpose), task), place))
  const before = accounts.spent
  const failed = new Set<number>()
  let goal = 0
  let failures = 0
  let asked = false
  let unblocked = false
  let misread = false
  let deceived = 0
  let abandoned = false
  pilot.beginTask({
    task,
    seemsAmbiguous,
    seemsHard,
    purseLeft: purse - before,
    tasksLeft: world.tasks.length - task,
  })

  for (let attempt = 0; attempt < slotsPerTask && goal < goals.length && accounts.spent < purse; attempt++) {
    const now: SubGoal = at(goals, goal)
    const plan = pilot.plan({ kind: now.kind, attempt, failures, spent: accounts.spent - before, asked })
    if (plan.stop) {
      abandoned = true
      break
    }
    if (plan.ask && !asked) {
      asked = true
      accounts.asked++
      accounts.spent += prices.ask
      const blocked = failures > 0 && now.impossible
      if (blocked && draw(lane.misread, 1) >= unblocks) {
        abandoned = true
        break
      }
      unblocked ||= blocked
      continue
    }

    const errors = errorsOf(world.ladder, plan.tier)
    if (attempt === 0 || (attempt === 1 && asked))
      misread = ambiguous && !asked && draw(lane.misread, 0) < errors.misread
    accounts.spent += at(prices.steps, plan.tier) * (0.4 + 2 * plan.context) + plan.depth * prices.memory
    const usedRank = now.factRank <= plan.depth ? now.factRank : 0
    const shortfall = Math.max(0, contextNeed - plan.context)
    const surplus = Math.max(0, plan.context - contextNeed)
    const invalid = errors.invalid * (0.3 + 1.6 * hardness) + 0.6 * shortfall + (usedRank === now.factRank ? 0 : 0.4)
    const wrong = errors.wrong * (1 + surplus)

    const proposal = propose(world, now.kind, failed, {
      wrong: draw(lane.wrong, attempt) < wrong,
      which: draw(lane.which, attempt),
      stubborn: draw(lane.stubborn, attempt) < errors.stubborn,
    })
    const tool = pilot.choose(now.kind, proposal)
    const { medianMs, cost, lies, liesFrom } = at(world.tools, tool)
    const limitMs = pilot.timeoutMs(tool)
    const place = attempt * 64 + tool
    let outcome: SeenOutcome
    let latencyMs = medianMs * exp(0.5 * normal(draw, place))
    let false_ = false
    if (draw(lane.invalid, attempt) < invalid) {
      outcome = 'invalid'
      latencyMs = 20
    } else {
      const foretold = pilot.forecast?.(tool, now.kind)
      const works = world.works[(task * world.kinds.length + now.kind) * world.tools.length + tool] ?? 0
      const serves = at(world.serving, now.kind).includes(tool)
      const down = world.down[tool * world.tasks.length * slotsPerTask + task * slotsPerTask + attempt] === 1
      const lucky = draw(lane.works, place) < works
      if (serves && task >= liesFrom && draw(lane.lie, place) < lies) {
        outcome = 'ok'
        false_ = true
        latencyMs *= exp(-world.hurry)
      } else if (down) outcome = draw(lane.hang, place) < 0.2 ? 'timeout' : 'unavailable'
      else if (draw(lane.hang, place) < world.hang) outcome = 'timeout'
      else if (serves && lucky && (!now.impossible || unblocked)) outcome = 'ok'
      else outcome = 'error'
      if (latencyMs > limitMs) outcome = 'timeout'
      if (outcome === 'timeout') latencyMs = limitMs
      if (foretold !== undefined) tally.add(foretold, outcome === 'ok')
    }
    accounts.calls++
    accounts.spent += (outcome === 'invalid' ? 0.2 : cost) + (latencyMs / 1_000) * prices.second
    const checked = outcome === 'ok' && pilot.checks(tool)
    if (checked) {
      accounts.checks++
      accounts.spent += prices.verify
      if (draw(lane.check, place) < (false_ ? check.finds : check.doubts)) outcome = 'lied'
    }
    pilot.observe({ tool, kind: now.kind, tier: plan.tier, outcome, latencyMs, checked, usedRank, proposal })
    if (outcome === 'ok') {
      if (false_) deceived++
      goal++
      failures = 0
      unblocked = false
      failed.clear()
    } else {
      failures++
      if (outcome !== 'invalid') failed.add(tool)
    }
  }

  const completed = goal === goals.length
  const right = completed && deceived === 0 && !misread
  if (right) accounts.solved++
  if (abandoned) accounts.abandoned++
  accounts.deceived += deceived
  const told = completed && draw(lane.misread, 2) < world.feedback
  pilot.endTask({ completed, right: told ? right : undefined })
}

/** What a model proposes: tools that its descriptions suggest, those that failed last unless it is stubborn, now and then a wrong one first. */
function propose(
  world: World,
  kind: number,
  failed: ReadonlySet<number>,
  { wrong, which, stubborn }: { wrong: boolean; which: number; stubborn: boolean },
): number[] {
  const serving = at(world.serving, kind)
  const proposal =
    failed.size === 0 || stubborn
      ? serving.slice()
      : [...serving.filter((tool) => !failed.has(tool)), ...serving.filter((tool) => failed.has(tool))]
  if (wrong) {
    const stray = Math.floor(which * world.tools.length)
    const known = proposal.indexOf(stray)
    if (known >= 0) proposal.splice(known, 1)
    proposal.unshift(stray)
  }
  return proposal
}

function normal(draw: (purpose: number, place: number) => number, place: number): number {
  let sum = -2
  for (let index = 0; index < 4; index++) sum += draw(lane.latency + index, place)
  return sum * Math.sqrt(3)
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index]
  if (item === undefined) throw new RangeError(`Cannot read place ${index} of ${list.length}`)
  return item
}
