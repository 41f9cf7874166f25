/** The normal distribution. */

/** Gives the density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)
}

/**
 * Gives the probability that a standard normal value is at most `x`, to about 1e-15.
 *
 * @see Marsaglia, "Evaluating the normal distribution" (2004), for the series; beyond 6 the continued fraction of Laplace.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (Math.abs(x) > 6) {
    let tail = Math.abs(x)
    for (let term = 60; term >= 1; term--) tail = Math.abs(x) + term / tail
    const beyond = normalDensity(x) / tail
    return x > 0 ? 1 - beyond : beyond
  }
  let [sum, term, odd] = [x, x, 3]
  while (Math.abs(term) > 1e-17 * Math.abs(sum)) {
    term *= x ** 2 / odd
    sum += term
    odd += 2
  }
  return 0.5 + sum * normalDensity(x)
}

/** Gives the value below which a standard normal one lies with probability `p`. @param p - Range [0, 1]. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot give a quantile of ${p}`)
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 1) return Number.POSITIVE_INFINITY
  if (p > 0.5) return -normalQuantile(1 - p)
  let [low, high] = [-40, 0]
  // Halving alone, since it cannot go astray; 60 steps leave less than a double can tell apart.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (normalCdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
