/** How long a tool takes: a discounted log-normal fit, with what it would predict for the next call. */

import { digamma } from './beta.js'
import { exp, ln, log2 } from './real.js'

/** Discounted moments of ln(ms + {@link resolutionMs}). */
export interface LatencyFit {
  /** Observations folded in, discounted. Range [0, ∞). */
  readonly weight: number
  /** Their mean, in ln ms. */
  readonly mean: number
  /** Sum of squared deviations from it, in (ln ms)². Range [0, ∞). */
  readonly squares: number
}

/** Where the next call is expected: a Student t in ln(ms + {@link resolutionMs}). */
export interface LatencyForecast {
  readonly center: number
  readonly scale: number
  readonly freedom: number
}

/** Differences below this are jitter of no consequence; it also keeps the logarithm of 0 ms finite. */
const resolutionMs = 10

/** Before anything was seen: one call of 400 ms, give or take a factor of four, worth three calls for the spread. */
const prior = { weight: 1, mean: ln(400 + resolutionMs), freedom: 3, variance: ln(4) * ln(4) }

/** The fit before anything was seen. */
export const unseenLatency: LatencyFit = { weight: 0, mean: 0, squares: 0 }

/** Lets the past fade by the factor `kept`, range [0, 1]. */
export function fadeLatency({ weight, mean, squares }: LatencyFit, kept: number): LatencyFit {
  return { weight: weight * kept, mean, squares: squares * kept }
}

/**
 * Folds in one latency.
 *
 * @see West, "Updating mean and variance estimates: an improved method" (1979), for the weighted update.
 */
export function foldLatency({ weight, mean, squares }: LatencyFit, latencyMs: number): LatencyFit {
  const value = ln(latencyMs + resolutionMs)
  const error = value - mean
  const total = weight + 1
  return { weight: total, mean: mean + error / total, squares: squares + (error * error * weight) / total }
}

/**
 * The posterior predictive under a normal-inverse-gamma prior.
 *
 * @see Murphy, "Conjugate Bayesian analysis of the Gaussian distribution" (2007), section 3.
 */
export function forecastLatency({ weight, mean, squares }: LatencyFit): LatencyForecast {
  const total = prior.weight + weight
  const center = (prior.weight * prior.mean + weight * mean) / total
  const freedom = prior.freedom + weight
  const apart = (prior.weight * weight * (mean - prior.mean) * (mean - prior.mean)) / total
  const variance = (prior.freedom * prior.variance + squares + apart) / freedom
  return { center, scale: Math.sqrt(variance * (1 + 1 / total)), freedom }
}

/** Latency that lies `scales` above the median of the forecast, in ms. Range [0, ∞). */
export function latencyAt({ center, scale }: LatencyForecast, scales: number): number {
  return Math.max(0, exp(center + scales * scale) - resolutionMs)
}

/** Fall in log density from the forecast's peak to the value, in bits: 0 at the peak. */
export function latencyBits({ center, scale, freedom }: LatencyForecast, latencyMs: number): number {
  const distance = (ln(latencyMs + resolutionMs) - center) / scale
  return ((freedom + 1) / 2) * log2(1 + (distance * distance) / freedom)
}

/** What {@link latencyBits} comes to on average if the forecast is right: (ν+1)/2 · (ψ((ν+1)/2) − ψ(ν/2)) nats, in bits. */
export function expectedLatencyBits({ freedom }: LatencyForecast): number {
  return (((freedom + 1) / 2) * (digamma((freedom + 1) / 2) - digamma(freedom / 2))) / Math.LN2
}
