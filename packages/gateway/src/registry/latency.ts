/** How long upstreams take, counted in fixed buckets. */

/** Upper bounds of the buckets, in ms; one more has none. Each is at most 2.5 times the one before. */
export const latencyBounds: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
]

/** Bound that stands for the bucket without one. */
const unbounded = -1

/** Finds the bound of the bucket of a duration in ms: the least that is not below it. */
export function boundOf(ms: number): number {
  return latencyBounds.find((bound) => ms <= bound) ?? unbounded
}

/**
 * Estimates a quantile, as if durations were spread evenly within their bucket; off by the width of one at most.
 *
 * @param counts - Answers by bound.
 * @param quantile - Range (0, 1].
 * @returns In ms; for the last bucket its lower bound. `undefined` for no answers.
 */
export function latencyQuantile(counts: ReadonlyMap<number, number>, quantile: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let left = quantile * total
  let lower = 0
  for (const bound of latencyBounds) {
    const count = counts.get(bound) ?? 0
    if (count > 0 && left <= count) return lower + ((bound - lower) * left) / count
    left -= count
    lower = bound
  }
  return lower
}
