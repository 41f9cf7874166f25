/** Ratings of solvers and problems on one scale. */

import type { ProblemOutcome } from './history.js'

/** A rating, and how far off it may be. */
export interface Rating {
  readonly rating: number
  /** Standard error. */
  readonly error: number
}

/** Ratings of all that met. */
export interface Ratings {
  readonly solvers: ReadonlyMap<string, Rating>
  readonly problems: ReadonlyMap<string, Rating>
}

/** Where everyone begins. */
const start = 1_500
/** Spread of ratings before anything is known: what little is known of a newcomer pulls it back. */
const spread = 350
/** A solver that stands 400 above a problem solves it ten times in eleven. */
const scale = 400 / Math.LN10

/** Gives the probability that a solver solves a problem: ½ at equal ratings. */
export function solveProbability(solver: number, problem: number): number {
  return 1 / (1 + Math.exp((problem - solver) / scale))
}

/**
 * Fits ratings to all outcomes at once, in any order: the most probable ones, each drawn towards 1,500 by a normal prior with a
 * spread of 350.
 *
 * @returns Equal for equal outcomes in any order, up to rounding. Empty of nothing.
 * @see Elo, *The Rating of Chessplayers* (1978), for the scale; Rasch (1960) for solvers against problems; fitted by Newton
 * steps, one rating at a time.
 */
export function fitRatings(outcomes: readonly ProblemOutcome[]): Ratings {
  /** Trials and passes by pair. */
  const pairs = new Map<string, Map<string, { trials: number; passes: number }>>()
  for (const { solver, problem, passed } of outcomes) {
    const row = pairs.get(solver) ?? new Map<string, { trials: number; passes: number }>()
    const cell = row.get(problem) ?? { trials: 0, passes: 0 }
    row.set(problem, { trials: cell.trials + 1, passes: cell.passes + (passed ? 1 : 0) })
    pairs.set(solver, row)
  }
  const solvers = new Map([...pairs.keys()].sort().map((name) => [name, 0]))
  const problems = new Map([...new Set(outcomes.map(({ problem }) => problem))].sort().map((name) => [name, 0]))
  const meetings = [...solvers.keys()].flatMap((solver) =>
    [...(pairs.get(solver) ?? [])].map(([problem, cell]) => ({ solver, problem, ...cell })),
  )
  const bySolver = Map.groupBy(meetings, ({ solver }) => solver)
  const byProblem = Map.groupBy(meetings, ({ problem }) => problem)
  const prior = (scale / spread) ** 2
  /** Slope and curvature of the log posterior at a rating, in units of the scale. */
  const shape = (at: number, met: typeof meetings, side: 1 | -1): { slope: number; curve: number } => {
    let [slope, curve] = [-prior * at, prior]
    for (const { solver, problem, trials, passes } of met) {
      const lead = side === 1 ? at - (problems.get(problem) ?? 0) : (solvers.get(solver) ?? 0) - at
      const chance = 1 / (1 + Math.exp(-lead))
      slope += side * (passes - trials * chance)
      curve += trials * chance * (1 - chance)
    }
    return { slope, curve }
  }
  for (let round = 0; round < 500; round++) {
    let moved = 0
    for (const [ratings, groups, side] of [
      [problems, byProblem, -1],
      [solvers, bySolver, 1],
    ] as const) {
      for (const [name, at] of ratings) {
        const { slope, curve } = shape(at, groups.get(name) ?? [], side)
        const step = Math.max(-1, Math.min(1, slope / curve))
        ratings.set(name, at + step)
        moved = Math.max(moved, Math.abs(step))
      }
    }
    if (moved < 1e-9) break
  }
  const rated = (ratings: ReadonlyMap<string, number>, groups: typeof bySolver, side: 1 | -1): Map<string, Rating> =>
    new Map(
      [...ratings].map(([name, at]) => {
        const { curve } = shape(at, groups.get(name) ?? [], side)
        return [name, { rating: start + scale * at, error: scale / Math.sqrt(curve) }]
      }),
    )
  return { solvers: rated(solvers, bySolver, 1), problems: rated(problems, byProblem, -1) }
}
