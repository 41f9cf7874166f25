/** Which problems are worth trying now, and which agent tries which. */

import { createRng, type Rng } from '@salp/core'
import type { Problem } from '../problems/problem.js'
import { fitRatings, solveProbability } from './elo.js'
import type { ProblemOutcome } from './history.js'

/** Failures in a row after which a problem is stuck. */
const stuckAfter = 5

/** What a stuck problem's chance to be tried is multiplied by. */
const stuckWeight = 1 / 8

/** Lists the problems that a solver failed at five times in a row, with no success since. @param outcomes - Oldest first. */
export function stuckProblems(outcomes: readonly ProblemOutcome[], solver: string): Set<string> {
  const failures = new Map<string, number>()
  for (const { solver: who, problem, passed } of outcomes)
    if (who === solver) failures.set(problem, passed ? 0 : (failures.get(problem) ?? 0) + 1)
  return new Set([...failures].filter(([, count]) => count >= stuckAfter).map(([problem]) => problem))
}

/** What a sample is drawn from. */
export interface ChooseOptions {
  /** Integer; all problems if there are no more. */
  readonly count: number
  readonly rng: Rng
  readonly solver: string
  /** Everyone's, oldest first. */
  readonly outcomes: readonly ProblemOutcome[]
}

/**
 * Draws the problems that would tell most about a solver: those it may as well solve as not, given the ratings, and those never
 * tried. A stuck problem is drawn an eighth as often.
 *
 * The weight is p(1 − p) of the chance to solve, the information that an outcome holds of the rating. Rates over such a sample
 * say nothing about all problems; ratings do.
 *
 * @returns In the order of the problems.
 * @see Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006).
 */
export function chooseProblems<T extends Pick<Problem, 'id'>>(
  problems: readonly T[],
  { count, rng, solver, outcomes }: ChooseOptions,
): T[] {
  const ratings = fitRatings(outcomes)
  const stuck = stuckProblems(outcomes, solver)
  const own = ratings.solvers.get(solver)?.rating ?? 1_500
  const keyed = problems.map((problem, index) => {
    const chance = solveProbability(own, ratings.problems.get(problem.id)?.rating ?? own)
    const weight = chance * (1 - chance) * (stuck.has(problem.id) ? stuckWeight : 1)
    return { index, key: Math.log(1 - rng.fork(problem.id)()) / weight }
  })
  const chosen = new Set(
    keyed
      .sort((a, b) => b.key - a.key || a.index - b.index)
      .slice(0, count)
      .map(({ index }) => index),
  )
  return problems.filter((_, index) => chosen.has(index))
}

/**
 * Deals problems to agents, so that each problem is one agent's and each tier is shared as evenly as it can be.
 *
 * The same lists give the same deal, in any order of either.
 *
 * @returns Ids of problems by agent; an agent beyond the number of problems has none.
 * @throws RangeError if there are no agents, or one is named twice.
 */
export function partitionProblems(
  problems: readonly Pick<Problem, 'id' | 'tier'>[],
  agents: readonly string[],
): Map<string, string[]> {
  if (agents.length === 0 || new Set(agents).size !== agents.length)
    throw new RangeError(`Cannot deal problems to agents ${JSON.stringify(agents)}: each needs a name of its own`)
  const order = [...agents].sort()
  const dealt = new Map(order.map((agent): [string, string[]] => [agent, []]))
  const keyed = problems
    .map(({ id, tier }) => ({ id, tier, key: createRng(id)() }))
    .sort((a, b) => a.tier - b.tier || a.key - b.key || (a.id < b.id ? -1 : 1))
  for (const [index, { id }] of keyed.entries()) dealt.get(order[index % order.length] ?? '')?.push(id)
  return dealt
}
