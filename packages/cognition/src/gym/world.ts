/** A simulated world: tools that fail, drift, hang and lie, and tasks with sub-goals. Plain data, made from a name. */

import { hashText, join, toUnit } from '../internal/draws.js'
import { exp, ln } from '../internal/real.js'
import { families, type WorldName } from './families.js'

/** Which strength of language models the agent of a world may choose from. */
export type Ladder = 'weak' | 'medium' | 'strong'

/** How often a model goes wrong; imitates the errors that are observed of language models. */
export interface ModelErrors {
  /** Calls with wrong arguments, at middling hardness. */
  readonly invalid: number
  /** Steps that put a tool first which cannot serve. */
  readonly wrong: number
  /** How often a tool that just failed is proposed first again. */
  readonly stubborn: number
  /** Ambiguous tasks read the wrong way. */
  readonly misread: number
}

/** From a model of about a billion parameters to the best there are. */
const strengths: readonly ModelErrors[] = [
  { invalid: 0.3, wrong: 0.35, stubborn: 0.8, misread: 0.6 },
  { invalid: 0.2, wrong: 0.25, stubborn: 0.65, misread: 0.55 },
  { invalid: 0.12, wrong: 0.15, stubborn: 0.5, misread: 0.5 },
  { invalid: 0.06, wrong: 0.08, stubborn: 0.3, misread: 0.45 },
  { invalid: 0.03, wrong: 0.04, stubborn: 0.15, misread: 0.4 },
]

const lowest: Readonly<Record<Ladder, number>> = { weak: 0, medium: 1, strong: 2 }

/** Errors of the fast, the standard and the capable model of a ladder. */
export function errorsOf(ladder: Ladder, tier: number): ModelErrors {
  const found = strengths[lowest[ladder] + tier]
  if (found === undefined) throw new RangeError(`Cannot find tier ${tier}: there are 0, 1 and 2`)
  return found
}

/** Attempts that a task may take. */
export const slotsPerTask = 32

/** What things cost, in the price of a typical call. */
export const prices = {
  /** A step of the fast, the standard and the capable model, at a full measure of context. */
  steps: [0.25, 1, 4],
  /** One memory put into the context. */
  memory: 0.04,
  /** Checking a result. */
  verify: 1,
  /** Interrupting a person. */
  ask: 4,
  /** A second of waiting. */
  second: 0.03,
  /** What a task done right is worth. */
  worth: 40,
} as const

/** One tool. */
export interface SimulatedTool {
  readonly name: string
  readonly cost: number
  /** Median latency, in ms. */
  readonly medianMs: number
  /** Share of its results that are lies, from task `liesFrom` on. */
  readonly lies: number
  readonly liesFrom: number
}

/** One sub-goal. */
export interface SubGoal {
  readonly kind: number
  /** Whether nothing here can meet it. */
  readonly impossible: boolean
  /** At which rank of a recall stands what it needs; 0 for nothing. */
  readonly factRank: number
}

/** One task. */
export interface SimulatedTask {
  readonly goals: readonly SubGoal[]
  /** Range [0, 1]. */
  readonly hardness: number
  /** Share of a model's context that it needs. */
  readonly contextNeed: number
  readonly ambiguous: boolean
  /** How ambiguous it looks. Range [0, 1]. */
  readonly seemsAmbiguous: number
  /** Whether it looks as if it asked for thought. */
  readonly seemsHard: boolean
}

/** A world. */
export interface World {
  readonly name: WorldName
  readonly seed: number
  readonly ladder: Ladder
  readonly tools: readonly SimulatedTool[]
  readonly kinds: readonly string[]
  /** For each kind the tools that can serve it, in the order in which descriptions suggest them. */
  readonly serving: readonly (readonly number[])[]
  readonly tasks: readonly SimulatedTask[]
  /** Money in hand for all tasks. */
  readonly purse: number
  readonly hang: number
  readonly hurry: number
  readonly feedback: number
  /** Chance that a tool works, shape [tasks, kinds, tools]. */
  readonly works: Float64Array
  /** 1 while a tool is down, shape [tools, tasks · {@link slotsPerTask}]. */
  readonly down: Uint8Array
}

const tasksPerWorld = 60

/** What draws are made for; each purpose has a lane of its own. */
const lane = { trait: 1, tool: 2, task: 3, goal: 4, drift: 5, burst: 6, pair: 7, order: 8 } as const

/**
 * Makes a world from its name: the same name, the same world, on every machine.
 *
 * @throws RangeError if there is no such family.
 */
export function createWorld(name: WorldName): World {
  const family = families[name.family]
  if (family === undefined) throw new RangeError(`Cannot make a world of family "${name.family}": there is none`)
  const seed = hashText(`${name.family} ${name.seed}`)
  const at = (purpose: number, a = 0, b = 0): number => toUnit(join(join(join(seed, purpose), a), b))
  /** A trait of this world: its family's, times 2^±½. */
  const about = (value: number, index: number): number => value * exp((at(lane.trait, index) - 0.5) * Math.LN2)

  const count = { tools: family.tools, kinds: family.kinds, tasks: tasksPerWorld }
  const liars = Math.round(about(family.liars, 1) * count.tools)
  const lieRate = Math.min(0.8, about(family.lieRate, 2))
  const tools = Array.from(
    { length: count.tools },
    (_, tool): SimulatedTool => ({
      name: `tool-${tool}`,
      cost: exp((at(lane.tool, tool, 1) - 0.5) * family.costSpread),
      medianMs: 200 * exp(3.5 * at(lane.tool, tool, 2)),
      lies: tool < liars ? lieRate : 0,
      liesFrom: family.turncoat ? tasksPerWorld / 3 : 0,
    }),
  )
  const kinds = Array.from({ length: count.kinds }, (_, kind) => `kind-${kind}`)
  const serving = kinds.map((_, kind) =>
    shuffled(count.tools, (index) => at(lane.order, kind, index)).slice(
      0,
      2 + Math.floor(at(lane.order, kind, 99) * (2 * family.alternatives - 3)),
    ),
  )
  const tasks = Array.from({ length: count.tasks }, (_, task): SimulatedTask => {
    const goals = 2 + Math.floor(4 * at(lane.task, task, 1))
    const broken = at(lane.task, task, 2) < about(family.hopeless, 3) ? Math.floor(goals * at(lane.task, task, 3)) : -1
    const hardness = clamp(about(family.hard, 4) + 0.7 * (at(lane.task, task, 4) - 0.5))
    const ambiguous = at(lane.task, task, 5) < about(family.ambiguous, 5)
    return {
      goals: Array.from({ length: goals }, (_, goal): SubGoal => {
        const place = task * 8 + goal
        return {
          kind: Math.floor(count.kinds * at(lane.goal, place, 1)),
          impossible: goal === broken,
          factRank: at(lane.goal, place, 2) < about(family.facts, 6) ? rankOf(at(lane.goal, place, 3)) : 0,
        }
      }),
      hardness,
      contextNeed: 0.1 + 0.45 * at(lane.task, task, 6),
      ambiguous,
      seemsAmbiguous: clamp((ambiguous ? 0.72 : 0.25) + 0.6 * (at(lane.task, task, 7) - 0.5)),
      seemsHard: hardness + 0.5 * (at(lane.task, task, 8) - 0.5) > 0.55,
    }
  })
  return {
    name,
    seed,
    ladder: (['weak', 'medium', 'strong'] as const)[Math.floor(3 * at(lane.trait, 7))] ?? 'medium',
    tools,
    kinds,
    serving,
    tasks,
    purse: about(family.scarcity, 8) * tasks.reduce((sum, { goals }) => sum + 2.2 * goals.length, 0),
    hang: about(family.hang, 9),
    hurry: family.hurry,
    feedback: Math.min(1, about(family.feedback, 10)),
    works: chances(count, family, at),
    down: outages(
      count,
      { ...family, bursts: about(family.bursts, 11), burstLength: about(family.burstLength, 12) },
      at,
    ),
  }
}

type Draw = (purpose: number, a?: number, b?: number) => number
type Count = { readonly tools: number; readonly kinds: number; readonly tasks: number }

/** How often each tool works for each kind in each task: a random walk of log-odds; a misfit hardly ever does. */
function chances(
  { tools, kinds, tasks }: Count,
  {
    reliability: [worst, best],
    drift,
    misfit,
  }: { reliability: readonly [number, number]; drift: number; misfit: number },
  at: Draw,
): Float64Array {
  const works = new Float64Array(tasks * kinds * tools)
  for (let tool = 0; tool < tools; tool++) {
    const first = worst + (best - worst) * at(lane.tool, tool, 3)
    let odds = ln(first / (1 - first))
    for (let task = 0; task < tasks; task++) {
      odds = Math.min(3.5, Math.max(-2.5, odds + drift * normal(at, tool, task)))
      const chance = 1 / (1 + exp(-odds))
      for (let kind = 0; kind < kinds; kind++) {
        const misfits = at(lane.pair, kind, tool) < misfit
        works[(task * kinds + kind) * tools + tool] = misfits ? 0.08 : chance
      }
    }
  }
  return works
}

/** When each tool is down: bursts of geometric length; those behind one back end share them. */
function outages(
  { tools, tasks }: Count,
  { bursts, burstLength, shared }: { bursts: number; burstLength: number; shared: number },
  at: Draw,
): Uint8Array {
  const slots = tasks * slotsPerTask
  const down = new Uint8Array(tools * slots)
  for (let tool = 0; tool < tools; tool++) {
    const source = at(lane.tool, tool, 4) < shared ? 1_000 : tool
    for (let task = 0; task < tasks; task++) {
      if (at(lane.burst, source, 3 * task) >= bursts) continue
      const from = task * slotsPerTask + Math.floor(8 * at(lane.burst, source, 3 * task + 1))
      const length = Math.ceil(-burstLength * ln(1 - at(lane.burst, source, 3 * task + 2)))
      down.fill(1, tool * slots + from, Math.min((tool + 1) * slots, tool * slots + from + length))
    }
  }
  return down
}

/** About normal: four draws summed, standard deviation 1. */
function normal(at: Draw, tool: number, task: number): number {
  let sum = -2
  for (let index = 0; index < 4; index++) sum += at(lane.drift + 16 * index, tool, task)
  return sum * Math.sqrt(3)
}

/** A rank from 1 to 12, each next one four fifths as likely. */
function rankOf(draw: number): number {
  return Math.min(12, 1 + Math.floor(ln(1 - draw) / ln(0.8)))
}

function shuffled(count: number, draw: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => ({ index, key: draw(index) }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ index }) => index)
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
