/** The Beta distribution: what is known of a rate, and what one more trial would teach. */

import { exp, ln, log2 } from './real.js'

/** Digamma, the derivative of ln Γ, for x > 0: recurrence up to 6, then the asymptotic series; error below 1e-9. */
export function digamma(x: number): number {
  let value = 0
  let at = x
  while (at < 6) {
    value -= 1 / at
    at += 1
  }
  const inverse = 1 / (at * at)
  return (
    value +
    ln(at) -
    0.5 / at -
    inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
  )
}

/** Entropy of a coin that falls heads with probability `p`, in bits. */
export function binaryEntropy(p: number): number {
  if (p <= 0 || p >= 1) return 0
  return -(p * log2(p) + (1 - p) * log2(1 - p))
}

/**
 * What one more trial is expected to teach about the rate, in bits: the mutual information of the outcome and a rate
 * distributed as Beta(a, b).
 *
 * H(E[θ]) − E[H(θ)], the second term in closed form: (a/n)(ψ(n+1) − ψ(a+1)) + (b/n)(ψ(n+1) − ψ(b+1)) with n = a + b.
 *
 * @see Houlsby et al., "Bayesian active learning for classification" (2011), for the decomposition.
 */
export function betaInformationGain(a: number, b: number): number {
  const n = a + b
  const known = digamma(n + 1)
  const expected = (a * (known - digamma(a + 1)) + b * (known - digamma(b + 1))) / (n * Math.LN2)
  return Math.max(0, binaryEntropy(a / n) - expected)
}

/**
 * What was learnt by moving from Beta(a₀, b₀) to Beta(a₁, b₁), in bits: the Kullback–Leibler divergence of the new from the old.
 */
export function betaDivergence(a1: number, b1: number, a0: number, b0: number): number {
  const nats =
    logBeta(a0, b0) -
    logBeta(a1, b1) +
    (a1 - a0) * digamma(a1) +
    (b1 - b0) * digamma(b1) +
    (a0 - a1 + b0 - b1) * digamma(a1 + b1)
  return Math.max(0, nats / Math.LN2)
}

/**
 * The rate below which Beta(a, b) holds `probability` of its mass, by bisection to 1e-6.
 *
 * @param probability - Range (0, 1).
 */
export function betaQuantile(probability: number, a: number, b: number): number {
  let low = 0
  let high = 1
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (betaCdf(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Mass of Beta(a, b) below `x`: the regularised incomplete beta function by its continued fraction.
 *
 * @see Press et al., *Numerical Recipes*, section 6.4 (modified Lentz).
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = exp(a * ln(x) + b * ln(1 - x) - logBeta(a, b))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= 200; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const step = d * c
    value *= step
    if (Math.abs(step - 1) < 1e-12) break
  }
  return value
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** ln Γ for x > 0: recurrence up to 8, then Stirling's series; error below 1e-11. */
function logGamma(x: number): number {
  let product = 1
  let at = x
  while (at < 8) {
    product *= at
    at += 1
  }
  const inverse = 1 / (at * at)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at
  return (at - 0.5) * ln(at) - at + 0.5 * ln(2 * Math.PI) + series - ln(product)
}
