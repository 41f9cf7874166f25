/** Corrections for looking at many things, and for looking more than once. */

import { normalCdf, normalDensity, normalQuantile } from './normal.js'

/**
 * Adjusts p-values so that rejecting those at or below `q` makes false ones a share of `q` at most, on average.
 *
 * @returns In the order given. Range (0, 1].
 * @see Benjamini and Hochberg, "Controlling the false discovery rate" (1995).
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p || b.index - a.index)
  const adjusted = pValues.slice()
  let least = 1
  for (const [rank, { p, index }] of order.entries()) {
    least = Math.min(least, (pValues.length / (pValues.length - rank)) * p)
    adjusted[index] = least
  }
  return adjusted
}

/**
 * Gives the |z| that stops a study at each of its looks, so that all looks together find a difference where there is none with
 * probability `alpha`: little is spent early (the function of Lan and DeMets that is like O'Brien and Fleming's bounds).
 *
 * @param looks - Shares of the planned information at which one looks, ascending, the last 1.
 * @throws RangeError if the looks are no such shares.
 * @see Lan and DeMets, "Discrete sequential boundaries for clinical trials" (1983); Armitage, McPherson and Rowe (1969) for the
 * integral, here by Simpson's rule.
 */
export function stoppingBounds(
  looks: readonly number[],
  { alpha = 0.05 }: { readonly alpha?: number | undefined } = {},
): number[] {
  const ascends = looks.every((look, index) => look > (looks[index - 1] ?? 0) && look <= 1)
  if (!ascends || looks.at(-1) !== 1)
    throw new RangeError(`Cannot look at ${looks.join(', ')}: ascending shares up to 1 are needed`)
  // Each side has half of alpha to spend.
  const edge = normalQuantile(alpha / 4)
  const spent = (share: number): number => 4 * normalCdf(edge / Math.sqrt(share))
  const bounds: number[] = []
  /** Density of the score at the last look, where it did not stop: on points from -reach to reach. */
  let before: { share: number; points: Float64Array; weights: Float64Array } | undefined
  for (const [index, share] of looks.entries()) {
    const due = spent(share) - (index === 0 ? 0 : spent(looks[index - 1] ?? 0))
    const past = before
    /** Probability to be beyond ±bound now, and not before. */
    const beyond = (bound: number): number => {
      const reach = bound * Math.sqrt(share)
      if (past === undefined) return 2 * normalCdf(-bound)
      const spread = Math.sqrt(share - past.share)
      let sum = 0
      for (const [at, point] of past.points.entries())
        sum += (past.weights[at] ?? 0) * (normalCdf((point - reach) / spread) + normalCdf((-point - reach) / spread))
      return sum
    }
    let [low, high] = [0, 10]
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2
      if (beyond(middle) > due) low = middle
      else high = middle
    }
    const bound = (low + high) / 2
    bounds.push(bound)
    before = densityAfter(past, share, bound)
  }
  return bounds
}

/** Steps of Simpson's rule; even. */
const steps = 800

function densityAfter(
  past: { readonly share: number; readonly points: Float64Array; readonly weights: Float64Array } | undefined,
  share: number,
  bound: number,
): { share: number; points: Float64Array; weights: Float64Array } {
  const reach = Math.min(bound, 8) * Math.sqrt(share)
  const step = (2 * reach) / steps
  const points = Float64Array.from({ length: steps + 1 }, (_, index) => -reach + index * step)
  const weights = points.map((point, index) => {
    const simpson = (step / 3) * (index === 0 || index === steps ? 1 : index % 2 === 1 ? 4 : 2)
    if (past === undefined) return (simpson * normalDensity(point / Math.sqrt(share))) / Math.sqrt(share)
    const spread = Math.sqrt(share - past.share)
    let density = 0
    for (const [at, from] of past.points.entries())
      density += ((past.weights[at] ?? 0) * normalDensity((point - from) / spread)) / spread
    return simpson * density
  })
  return { share, points, weights }
}
