/** What the substrate is held against: a plain loop, the reference system's fixed thresholds, and an oracle. */

import type { Pilot, PilotFactory } from './pilot.js'
import { baseTimeoutMs } from './stream.js'
import { slotsPerTask, type World } from './world.js'

/** Settings of a plain loop. */
export interface PlainLoop {
  /** Model of every step: 0 fast, 1 standard, 2 capable. */
  readonly tier: number
  /** Whether every result is checked. */
  readonly checks: boolean
  /** Failures in a row on a sub-goal after which it gives up. */
  readonly patience: number
  /** How ambiguous a request must look to be asked about. */
  readonly asksFrom: number
}

/** The loop that most agents are: one model, its first choice, give up after eight failures in a row. */
export const usualLoop: PlainLoop = { tier: 1, checks: false, patience: 8, asksFrom: 2 }

/** Steers by nothing but fixed settings: the model's first choice is called, with one limit on its time. */
export function plainLoop({ tier, checks, patience, asksFrom }: PlainLoop): PilotFactory {
  return () => {
    let ambiguous = false
    return {
      beginTask: ({ seemsAmbiguous }) => {
        ambiguous = seemsAmbiguous >= asksFrom
      },
      plan: ({ failures, asked }) => ({
        tier,
        context: 0.35,
        depth: 5,
        ask: ambiguous && !asked,
        stop: failures >= patience,
      }),
      choose: (_, [first]) => first ?? 0,
      timeoutMs: () => baseTimeoutMs,
      checks: () => checks,
      observe: () => undefined,
      endTask: () => undefined,
    }
  }
}

/**
 * The reference system as its code was: fixed thresholds on a moving average of fixed scores, gains that shift the thresholds,
 * counts that never forget, variance as a penalty. Sections 4.1 to 4.5 of the specification, column [C].
 *
 * It capped tools only by advice; here the cap ends the task, as the documents meant it to, if `caps` is true.
 */
export function fixedThresholds({ caps }: { readonly caps: boolean }): PilotFactory {
  return (world) => {
    const tools = world.tools.map(() => ({ successes: 1, failures: 1, meanMs: 500, timed: 0 }))
    let surprise = 0
    let [dopamine, noradrenaline, serotonin] = [1, 1, 1]
    let trajectory = 0.5
    let freshness = 1
    let streak = 0
    let calls = 0
    let energy = 1
    let startPurse = 1
    const regimes = [
      { tier: 0, tools: 3, context: 0.2 },
      { tier: 1, tools: 5, context: 0.35 },
      { tier: 2, tools: 8, context: 0.5 },
      { tier: 2, tools: 4, context: 0.3 },
    ] as const
    const regime = (): (typeof regimes)[number] => {
      const rung = [0.15, 0.35, 0.6].filter((bound) => surprise >= bound * noradrenaline).length
      return regimes[rung] ?? regimes[3]
    }
    const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
    const freeEnergy = (tool: number): number => {
      const known = tools[tool]
      if (known === undefined || known.timed === 0) return 0.5 + 0.5 * (0.5 + 0.15) - 0.5 * (1 - 0.09)
      const { successes, failures, meanMs } = known
      const total = successes + failures
      const works = successes / total
      const slow = Math.min(1, meanMs / 10_000)
      const ambiguity = (4 * successes * failures) / (total * total * (total + 1))
      return ambiguity + (1 - works) * (0.5 + 0.5 * slow) - works * (1 - 0.3 * slow)
    }
    return {
      beginTask({ seemsAmbiguous, purseLeft }) {
        if (startPurse === 1) startPurse = purseLeft
        energy = purseLeft / startPurse
        calls = 0
        if (seemsAmbiguous > 0.7) trajectory = clamp(trajectory - 0.2 * seemsAmbiguous, 0, 1)
      },
      plan({ asked }) {
        const { tier, tools: most, context } = regime()
        const uncertain = 1 - (0.6 * trajectory + 0.4 * freshness)
        const budget = Math.max(1, Math.round(most * clamp(serotonin, 0.5, 1.5)))
        const cap = uncertain > 0.55 ? Math.max(1, Math.floor(0.75 * budget)) : budget
        return {
          tier,
          context: clamp(context * clamp(0.6 * serotonin + 0.4 * (2 - noradrenaline), 0.5, 1.5), 0.08, 0.65),
          depth: 5,
          ask: uncertain > 0.75 && !asked,
          stop: caps && calls >= cap,
        }
      },
      choose: (_, proposal) => proposal.toSorted((a, b) => freeEnergy(a) - freeEnergy(b))[0] ?? 0,
      timeoutMs: () => baseTimeoutMs * clamp(0.72 + 0.28 * serotonin, 0.55, 1.35),
      checks: () => false,
      observe({ tool, outcome, latencyMs }) {
        calls++
        const known = tools[tool]
        if (known === undefined) return
        const ok = outcome === 'ok'
        const ratio = latencyMs / known.meanMs
        const base = ok ? 0 : outcome === 'timeout' ? 1 : 0.8
        const late = ratio > 3 ? 0.5 : ratio > 1.5 ? 0.2 : 0
        const uncertain = 1 - (0.6 * trajectory + 0.4 * freshness)
        const weight = base < 0.01 ? 1 : clamp(1 + 0.8 * (0.5 - uncertain), 0.6, 1.4)
        const rate = Math.min(1, 0.1 * clamp(dopamine, 0.5, 1.5))
        surprise += rate * (clamp(Math.min(1, base + late) * weight, 0, 1) - surprise)
        if (ok) known.successes++
        else known.failures++
        known.timed++
        known.meanMs += (latencyMs - known.meanMs) / (known.timed + 1)
        trajectory = clamp(trajectory + (ok ? 0.1 : -0.15), 0, 1)
        freshness = clamp(freshness + (ok ? 0.05 : -0.1) - 0.02, 0, 1)
        streak = ok ? Math.max(1, streak + 1) : Math.min(-1, streak - 1)
      },
      endTask() {
        if (streak > 2) dopamine += 0.05 * streak
        else if (streak < -1) dopamine += 0.08 * streak
        else dopamine += 0.05 * (1 - dopamine)
        noradrenaline += 0.15 * (1 + (0.5 - surprise) - noradrenaline)
        serotonin += 0.1 * (1 + 0.3 * (trajectory - 0.5 * (1 - energy)) - serotonin)
        ;[dopamine, noradrenaline, serotonin] = [dopamine, noradrenaline, serotonin].map((gain) =>
          clamp(gain, 0.1, 2),
        ) as [number, number, number]
      },
    }
  }
}

/** Knows what nobody can: each tool's true chance, who lies, what is impossible, when tools are down. Regret is measured from it. */
export function oracle(world: World): Pilot {
  let now = 0
  let attempts = 0
  let goal = 0
  const chance = (tool: number, kind: number): number => {
    const place = now * slotsPerTask + attempts
    const down = world.down[tool * world.tasks.length * slotsPerTask + place] === 1
    const serves = world.serving[kind]?.includes(tool) === true
    const { lies = 0, liesFrom = 0 } = world.tools[tool] ?? {}
    const works = world.works[(now * world.kinds.length + kind) * world.tools.length + tool] ?? 0
    return down || !serves ? 0 : works * (now >= liesFrom ? 1 - lies : 1)
  }
  return {
    beginTask({ task }) {
      now = task
      attempts = 0
      goal = 0
    },
    plan({ attempt, asked, failures }) {
      attempts = attempt
      const task = world.tasks[now]
      const hopeless = task?.goals[goal]?.impossible === true
      return {
        tier: (task?.hardness ?? 0) > 0.6 ? 1 : 0,
        context: Math.min(0.6, task?.contextNeed ?? 0.35),
        depth: task?.goals[goal]?.factRank ?? 0,
        ask: !asked && (task?.ambiguous === true || (hopeless && failures > 0)),
        // Asked about what is hopeless, a person clears the way or says that there is none, which ends the task.
        stop: false,
      }
    },
    choose: (kind, proposal) =>
      proposal.toSorted((a, b) => chance(b, kind) / price(world, b) - chance(a, kind) / price(world, a))[0] ?? 0,
    timeoutMs: (tool) => 6 * (world.tools[tool]?.medianMs ?? baseTimeoutMs),
    checks: (tool) => {
      const { lies = 0, liesFrom = 0 } = world.tools[tool] ?? {}
      return now >= liesFrom && lies > 0.05
    },
    observe({ outcome }) {
      if (outcome === 'ok') goal++
    },
    endTask: () => undefined,
  }
}

function price(world: World, tool: number): number {
  return 2 + (world.tools[tool]?.cost ?? 1)
}
