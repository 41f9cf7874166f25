/** What follows from a history: whether there is progress, and whether the agent may change itself. */

import type { RunComparison } from './report.js'

/** Less gain than this is none: share of the problems that two runs have in common. */
const leastGain = 0.01
/** Flat runs in a row that are stagnation. */
const flatRuns = 3

/** Tells whether progress has stopped: each of the last three runs gained less than one problem in a hundred on the run before it. @param steps - Each run against the one before, oldest first. */
export function isStagnant(steps: readonly Pick<RunComparison, 'problems' | 'gained' | 'lost'>[]): boolean {
  const last = steps.slice(-flatRuns)
  return last.length === flatRuns && last.every(({ problems, gained, lost }) => gained - lost < leastGain * problems)
}

/** What is known when an agent asks to change itself. */
export interface GateFacts {
  /** When it last changed itself, in ms since the epoch; none if never. */
  readonly changedAt: number | undefined
  /** When the newest run that went to its end began; none if there is none. */
  readonly measuredAt: number | undefined
  /** That run against the last one before the change, where there is one. */
  readonly effect: Pick<RunComparison, 'problems' | 'gained' | 'lost' | 'p'> | undefined
}

/** Whether a change may go ahead. */
export type GateVerdict = { readonly open: true } | { readonly open: false; readonly reason: 'unmeasured' | 'worse' }

/** Of a loss by chance; below it a loss counts. */
const lossLevel = 0.05

/**
 * Decides whether an agent may change itself: not before a whole run has begun after its last change, and not while that run
 * did significantly worse than the one before it. No time opens the gate.
 */
export function commitGate({ changedAt, measuredAt, effect }: GateFacts): GateVerdict {
  if (changedAt === undefined) return { open: true }
  if (measuredAt === undefined || measuredAt < changedAt) return { open: false, reason: 'unmeasured' }
  if (effect !== undefined && effect.lost > effect.gained && effect.p <= lossLevel)
    return { open: false, reason: 'worse' }
  return { open: true }
}
