/** Kinds of simulated worlds, each after a way in which agents are known to fail. */

import { hashText } from '../internal/draws.js'

/** What a kind of world is made of; the numbers of one world lie around these. */
export interface Traits {
  /** Tools there are. */
  readonly tools: number
  /** Kinds of sub-goals. */
  readonly kinds: number
  /** Tools that can serve a kind, on average. */
  readonly alternatives: number
  /** How often tools work, from the worst to the best. */
  readonly reliability: readonly [number, number]
  /** Standard deviation of a tool's log-odds from one task to the next. */
  readonly drift: number
  /** Share of pairs of tool and kind that look right and hardly ever work. */
  readonly misfit: number
  /** Bursts of failure that begin, for each tool and task. */
  readonly bursts: number
  /** Mean length of a burst, in attempts. */
  readonly burstLength: number
  /** Share of tools behind one back end, which fail together. */
  readonly shared: number
  /** Share of tools that lie: they say they succeeded and did not. */
  readonly liars: number
  /** How often a liar lies. */
  readonly lieRate: number
  /** How much sooner a lie answers than work would, as a logarithm. */
  readonly hurry: number
  /** Whether liars are honest for the first third of the tasks. */
  readonly turncoat: boolean
  /** Chance that a call never answers. */
  readonly hang: number
  /** Logarithm of dearest over cheapest call. */
  readonly costSpread: number
  /** Share of tasks that can be read in two ways. */
  readonly ambiguous: number
  /** Share of tasks with a sub-goal that nothing here can meet. */
  readonly hopeless: number
  /** Share of sub-goals that need something remembered. */
  readonly facts: number
  /** Mean hardness of tasks. Range [0, 1]. */
  readonly hard: number
  /** Chance to be told whether a task's result was right. */
  readonly feedback: number
  /** Money in hand, over what a plain loop without mishaps would use. */
  readonly scarcity: number
}

const steady: Traits = {
  tools: 8,
  kinds: 5,
  alternatives: 3,
  reliability: [0.75, 0.97],
  drift: 0,
  misfit: 0,
  bursts: 0.01,
  burstLength: 4,
  shared: 0,
  liars: 0,
  lieRate: 0,
  hurry: 0,
  turncoat: false,
  hang: 0.005,
  costSpread: 0.5,
  ambiguous: 0.05,
  hopeless: 0.02,
  facts: 0.15,
  hard: 0.35,
  feedback: 0.7,
  scarcity: 1.5,
}

/**
 * Families of worlds by name. The numbers were set once, from the failures that the specification lists, before any arm was run;
 * what was tuned is the substrate, on development worlds.
 */
export const families: Readonly<Record<string, Traits>> = {
  steady,
  uneven: { ...steady, reliability: [0.3, 0.97] },
  drifting: { ...steady, reliability: [0.4, 0.95], drift: 0.35 },
  stormy: { ...steady, bursts: 0.12, burstLength: 14 },
  outage: { ...steady, bursts: 0.06, burstLength: 30, shared: 0.6 },
  lying: { ...steady, liars: 0.4, lieRate: 0.45, hurry: 0.5 },
  turncoat: { ...steady, liars: 0.5, lieRate: 0.5, turncoat: true },
  slow: { ...steady, hang: 0.06, reliability: [0.65, 0.95] },
  dear: { ...steady, costSpread: 2.5, scarcity: 1.2 },
  vague: { ...steady, ambiguous: 0.4 },
  hopeless: { ...steady, hopeless: 0.25 },
  forgetful: { ...steady, facts: 0.6 },
  misfit: { ...steady, misfit: 0.35, tools: 10, kinds: 6 },
  hard: { ...steady, hard: 0.7 },
  dull: { ...steady, hard: 0.1, reliability: [0.9, 0.99] },
  quiet: { ...steady, reliability: [0.4, 0.95], feedback: 0.1, liars: 0.25, lieRate: 0.3 },
  everything: {
    ...steady,
    tools: 12,
    kinds: 6,
    reliability: [0.4, 0.97],
    drift: 0.2,
    misfit: 0.15,
    bursts: 0.05,
    burstLength: 10,
    shared: 0.3,
    liars: 0.2,
    lieRate: 0.35,
    hurry: 0.2,
    hang: 0.02,
    costSpread: 1.2,
    ambiguous: 0.15,
    hopeless: 0.08,
    facts: 0.3,
    hard: 0.45,
    feedback: 0.5,
  },
}

/** For tuning, or for judging what was tuned. */
export type Split = 'development' | 'held-out'

/** Names one world. */
export interface WorldName {
  readonly family: string
  /** Integer. */
  readonly seed: number
}

/** Whether a whole family is held out: a third of them, by the hash of its name. */
export function isHeldOut(family: string): boolean {
  return (hashText(`family ${family}`) >>> 0) % 3 === 0
}

/** Says what a world is for: worlds of a held-out family judge, of the others every second one by the hash of its name. */
export function splitOf({ family, seed }: WorldName): Split {
  return isHeldOut(family) || (hashText(`world ${family} ${seed}`) & 1) === 0 ? 'held-out' : 'development'
}

/**
 * Lists `count` worlds of a split, the families taking turns, from the seed on.
 *
 * @param seed - Where the seeds of the worlds begin. Integer.
 */
export function worldsOf(split: Split, count: number, seed: number): WorldName[] {
  const names: WorldName[] = []
  const usable = Object.keys(families).filter((family) => split === 'held-out' || !isHeldOut(family))
  const next = new Map(usable.map((family) => [family, seed]))
  while (names.length < count) {
    for (const family of usable) {
      let own = next.get(family) ?? seed
      while (splitOf({ family, seed: own }) !== split) own++
      next.set(family, own + 1)
      if (names.length < count) names.push({ family, seed: own })
    }
  }
  return names
}
