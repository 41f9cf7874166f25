/** What the agent believes of its tools: how often they work, how they fail, how long they take, what trying them would teach. */

import { betaInformationGain, betaQuantile } from './internal/beta.js'
import {
  fadeLatency,
  foldLatency,
  forecastLatency,
  type LatencyFit,
  latencyAt,
  unseenLatency,
} from './internal/latency.js'

/** How a call ended. */
export type CallOutcome = 'ok' | 'error' | 'timeout' | 'invalid' | 'denied' | 'cancelled'

/** Whose fault an outcome is: the tool's (`failed`, `timeout`, `unavailable`), the model's (`invalid`) or a person's choice (`denied`). */
export type OutcomeClass = 'ok' | 'failed' | 'timeout' | 'unavailable' | 'invalid' | 'denied'

/** Discounted counts, one for each class. */
export type OutcomeCounts = Readonly<Record<OutcomeClass, number>>

/** What is believed of one tool: plain data. */
export interface Belief {
  readonly counts: OutcomeCounts
  readonly latency: LatencyFit
  /** Calls folded in, undiscounted. */
  readonly calls: number
  /** When the last one was, ms since the epoch. */
  readonly at: number
}

/** One outcome to learn from. */
export interface Evidence {
  readonly outcome: OutcomeClass
  /** Finite and not negative; absent where the time says nothing of the tool. */
  readonly latencyMs?: number | undefined
  /** ms since the epoch. */
  readonly at: number
}

/** The two counts of a Beta distribution, its prior included. */
export interface Rate {
  readonly successes: number
  readonly failures: number
}

/** A rate with the interval that holds 95 % of its posterior mass. Range [0, 1]. */
export interface RateEstimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** What is believed before a tool was tried: Beta(4, 1), as most calls of a tool that exists work. */
export const unseenBelief: Belief = {
  counts: { ok: 0, failed: 0, timeout: 0, unavailable: 0, invalid: 0, denied: 0 },
  latency: unseenLatency,
  calls: 0,
  at: 0,
}

const prior: Rate = { successes: 4, failures: 1 }

/** Calls, and days, after which the past weighs half. */
const halfLife = { calls: 64, days: 14 } as const

const keptPerCall = 2 ** (-1 / halfLife.calls)
const dayMs = 86_400_000

/**
 * Names whose fault an outcome is, or nothing for a cancelled call, which says nothing of anyone.
 *
 * @param errorKind - The kind of an `error`, as the caller names it; kinds not known here count as `failed`.
 */
export function classifyOutcome(outcome: CallOutcome, errorKind?: string | undefined): OutcomeClass | undefined {
  const name = outcome === 'error' ? errorKind : outcome
  switch (name) {
    case 'ok':
    case 'timeout':
    case 'unavailable':
    case 'invalid':
    case 'denied':
      return name
    case 'unknown-tool':
      return 'invalid'
    case 'cancelled':
      return undefined
    default:
      return 'failed'
  }
}

/**
 * Lets a belief fade to the time `at`: counts halve every 14 days. A clock that was set back fades nothing.
 */
export function fadeBelief(belief: Belief, at: number): Belief {
  const days = (at - belief.at) / dayMs
  // Below a minute the loss is under 4e-5: not worth an allocation on the hot path.
  if (!(days > 1 / 1440)) return belief
  return scale(belief, 2 ** (-days / halfLife.days), at)
}

/**
 * Folds in one outcome: counts fade by time and by 2^(−1/64), then the outcome counts 1.
 *
 * The latency joins for `ok` and `timeout`. A time-out only says "at least this long"; folding it in as it is keeps the fit too
 * low, but moves it up each time, so that the next limit is longer.
 *
 * @see Raj and Kalyani, "Taming non-stationary bandits" (2017), for discounted Beta counts.
 */
export function foldBelief(belief: Belief, { outcome, latencyMs, at }: Evidence): Belief {
  const { counts, latency, calls } = scale(fadeBelief(belief, at), keptPerCall, at)
  const timed = latencyMs !== undefined && (outcome === 'ok' || outcome === 'timeout')
  return {
    counts: { ...counts, [outcome]: counts[outcome] + 1 },
    latency: timed ? foldLatency(latency, latencyMs) : latency,
    calls: calls + 1,
    at,
  }
}

/** How often the tool works when it is called correctly and allowed to: its own failures only. */
export function reliability({ counts }: Belief): Rate {
  return {
    successes: prior.successes + counts.ok,
    failures: prior.failures + counts.failed + counts.timeout + counts.unavailable,
  }
}

/** How often the model calls the tool correctly. */
export function validity({ counts }: Belief): Rate {
  return {
    successes: prior.successes + counts.ok + counts.failed + counts.timeout + counts.unavailable + counts.denied,
    failures: prior.failures + counts.invalid,
  }
}

/** Mean of a rate's Beta distribution, which is the probability of success of the next trial. */
export function rateMean({ successes, failures }: Rate): number {
  return successes / (successes + failures)
}

/** Mean and equal-tailed 95 % interval of a rate. Costs about 10 µs. */
export function estimateRate(rate: Rate): RateEstimate {
  const { successes, failures } = rate
  return {
    mean: rateMean(rate),
    low: betaQuantile(0.025, successes, failures),
    high: betaQuantile(0.975, successes, failures),
  }
}

/**
 * What calling the tool next is expected to cost, less what it is expected to bring: lower is better.
 *
 * G = (1 − ρ)(½ + ½ℓ) − ρ(1 − 0.3ℓ) − λ·I, with ρ the probability of success, ℓ = m/(m + 2 s) for the median latency m, and I the
 * information one call is expected to give about ρ, in bits. The first two terms are those of the reference system; it added
 * variance as a penalty, which never explores.
 *
 * @param curiosity - λ, what a bit is worth. Range [0, ∞).
 * @see Friston et al., "Active inference and epistemic value" (2015).
 */
export function expectedFreeEnergy(belief: Belief, curiosity: number): number {
  const { successes, failures } = reliability(belief)
  const works = successes / (successes + failures)
  const medianMs = latencyAt(forecastLatency(belief.latency), 0)
  const slowness = medianMs / (medianMs + 2_000)
  const risk = (1 - works) * (0.5 + 0.5 * slowness)
  const pragmatic = works * (1 - 0.3 * slowness)
  const epistemic = curiosity === 0 ? 0 : curiosity * betaInformationGain(successes, failures)
  return risk - pragmatic - epistemic
}

/** Calls after which a tool's own latencies weigh as much as the limit it was given. */
const trustedCalls = 10

/**
 * A time limit for the tool: the given one, drawn towards four times the latency that lies three scales above its median.
 *
 * Never under half the given limit, since a tool that was quick so far may be given a longer job; never over three times.
 *
 * @param baseMs - The limit without knowledge. Range (0, ∞).
 * @param factor - Patience, dimensionless. Range (0, ∞).
 * @returns Integer, in ms.
 * @throws RangeError if `baseMs` is not finite and positive.
 */
export function timeLimitMs({ latency }: Belief, baseMs: number, factor: number): number {
  if (!(baseMs > 0 && Number.isFinite(baseMs))) throw new RangeError(`Cannot scale a time limit of ${baseMs} ms`)
  const trust = latency.weight / (latency.weight + trustedCalls)
  const ownMs = 4 * latencyAt(forecastLatency(latency), 3)
  const blendedMs = baseMs * (Math.max(ownMs, 1) / baseMs) ** trust
  return Math.round(Math.min(3 * baseMs, Math.max(baseMs / 2, blendedMs * factor)))
}

function scale(belief: Belief, kept: number, at: number): Belief {
  const { ok, failed, timeout, unavailable, invalid, denied } = belief.counts
  return {
    counts: {
      ok: ok * kept,
      failed: failed * kept,
      timeout: timeout * kept,
      unavailable: unavailable * kept,
      invalid: invalid * kept,
      denied: denied * kept,
    },
    latency: fadeLatency(belief.latency, kept),
    calls: belief.calls,
    at,
  }
}
