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
import { exp, exp2, ln, log2 } from './internal/real.js'

/** How a call ended. */
export type CallOutcome = 'ok' | 'error' | 'timeout' | 'invalid' | 'denied' | 'cancelled'

/**
 * Whose fault an outcome is: the tool's (`failed`, `timeout`, `unavailable`, or `refuted`, a result that a check found false), the
 * model's (`invalid`) or a person's choice (`denied`).
 */
export type OutcomeClass = 'ok' | 'failed' | 'refuted' | 'timeout' | 'unavailable' | 'invalid' | 'denied'

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
  /** Results that proved true, discounted; those that proved false are `counts.refuted`. */
  readonly held: number
  /** Chance that the tool was down after the last call. Range [0, 1]. */
  readonly down: number
}

/** One outcome to learn from. */
export interface Evidence {
  readonly outcome: OutcomeClass
  /** Finite and not negative; absent where the time says nothing of the tool. */
  readonly latencyMs?: number | undefined
  /** ms since the epoch. */
  readonly at: number
  /** Whether a success was checked and held. @defaultValue `false` */
  readonly checked?: boolean | undefined
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
  counts: { ok: 0, failed: 0, refuted: 0, timeout: 0, unavailable: 0, invalid: 0, denied: 0 },
  latency: unseenLatency,
  calls: 0,
  at: 0,
  held: 0,
  down: 0,
}

const prior: Rate = { successes: 4, failures: 1 }

/** Calls, and days, after which the past weighs half. */
const halfLife = { calls: 64, days: 14 } as const

const keptPerCall = exp2(-1 / halfLife.calls)
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
    case 'unverified':
      return 'refuted'
    case 'cancelled':
      return undefined
    default:
      return 'failed'
  }
}

/** Whether a correct call was answered, truly or not; `undefined` where the call was not correct or not allowed. */
export function isAnswer(outcome: OutcomeClass): boolean | undefined {
  if (outcome === 'invalid' || outcome === 'denied') return undefined
  return outcome === 'ok' || outcome === 'refuted'
}

/**
 * Lets a belief fade to the time `at`: counts halve every 14 days. A clock that was set back fades nothing.
 */
export function fadeBelief(belief: Belief, at: number): Belief {
  const days = (at - belief.at) / dayMs
  // Below a minute the loss is under 4e-5: not worth an allocation on the hot path.
  if (!(days > 1 / 1440)) return belief
  return scale(belief, exp2(-days / halfLife.days), at)
}

/** Being down: how it begins, how it ends, and how often a tool answers nevertheless. */
const outage = { begins: 0.03, answers: 0.05, halfLifeMs: 120_000 } as const

/** How much less a failure counts against a tool for certain down: it tells of the outage, which passes. */
const excused = 0.5

/**
 * Gives the chance that the tool is down at the time `at`: half of what was feared is gone after two minutes, and never less than
 * 3 % is left.
 */
function downAt({ down, at: last }: Belief, at: number): number {
  const passed = at - last
  const kept = passed > 0 ? exp2(-passed / outage.halfLifeMs) : 1
  return outage.begins + Math.max(0, down - outage.begins) * kept
}

/**
 * Folds in one outcome: counts fade by time and by 2^(−1/64), then the outcome counts 1, or less if the tool is thought to be down.
 *
 * Whether it is down is filtered as a hidden state of two values: down, it answers 5 % of calls, else as often as its counts say.
 * The latency joins for `ok` and `timeout`. A time-out only says "at least this long"; folding it in as it is keeps the fit too
 * low, but moves it up each time, so that the next limit is longer.
 *
 * @see Raj and Kalyani, "Taming non-stationary bandits" (2017), for discounted Beta counts; Gilbert, "Capacity of a burst-noise
 * channel" (1960), for the hidden state.
 */
export function foldBelief(belief: Belief, { outcome, latencyMs, at, checked = false }: Evidence): Belief {
  const faded = scale(fadeBelief(belief, at), keptPerCall, at)
  const { counts, latency, calls, held } = faded
  const timed = latencyMs !== undefined && (outcome === 'ok' || outcome === 'timeout')
  const down = filterDown(belief, outcome, at)
  const broke = outcome === 'failed' || outcome === 'timeout' || outcome === 'unavailable'
  return {
    counts: { ...counts, [outcome]: counts[outcome] + (broke ? 1 - excused * down : 1) },
    latency: timed ? foldLatency(latency, latencyMs) : latency,
    calls: calls + 1,
    at,
    held: held + (checked && outcome === 'ok' ? 1 : 0),
    down,
  }
}

function filterDown(belief: Belief, outcome: OutcomeClass, at: number): number {
  const before = downAt(belief, at)
  if (outcome === 'invalid' || outcome === 'denied') return before
  const answered = outcome === 'ok' || outcome === 'refuted'
  const up = rateMean(answering(belief))
  const ifDown = before * (answered ? outage.answers : 1 - outage.answers)
  return ifDown / (ifDown + (1 - before) * (answered ? up : 1 - up))
}

/** How often the tool answers when it is called correctly and is not down, truly or not. */
function answering({ counts: { ok, refuted, failed, timeout, unavailable } }: Belief): Rate {
  return { successes: prior.successes + ok + refuted, failures: prior.failures + failed + timeout + unavailable }
}

/** Chance that a correct call at the time `at` is answered, outages included. Range (0, 1). */
export function forecastAnswer(belief: Belief, at: number): number {
  const down = downAt(belief, at)
  return (1 - down) * rateMean(answering(belief)) + down * outage.answers
}

/** Counts of results that proved true and false, over all tools: what is believed of one that was never checked. */
export interface Honesty {
  readonly held: number
  readonly refuted: number
}

/** How much of {@link Honesty} stands for a tool of its own: so many results. */
const pooled = 8

/** Before anything was checked: two results in a hundred are false. */
const honestPrior: Honesty = { held: 24.5, refuted: 0.5 }

/** Honesty before anything was checked. */
export const unchecked: Honesty = { held: 0, refuted: 0 }

/** Chance that an answer of the tool is false: its own counts, drawn towards those of all tools. Range (0, 1). */
export function lieChance({ held, counts: { refuted } }: Belief, all: Honesty): number {
  const rest = { held: honestPrior.held + all.held, refuted: honestPrior.refuted + all.refuted }
  const usual = rest.refuted / (rest.held + rest.refuted)
  return (pooled * usual + refuted) / (pooled + held + refuted)
}

/** Moves a share of one success to where it belongs: what was taken for true proved true, or false with this chance. */
export function revise(belief: Belief, proved: { readonly falseChance: number }): Belief {
  const { falseChance } = proved
  const moved = Math.min(belief.counts.ok, falseChance)
  return {
    ...belief,
    counts: { ...belief.counts, ok: belief.counts.ok - moved, refuted: belief.counts.refuted + moved },
    held: belief.held + 1 - falseChance,
  }
}

/** Lets a belief lose weight, its mean kept but for the prior: `kept` of its counts stay. Range [0, 1]. */
export function weaken(belief: Belief, kept: number): Belief {
  return kept === 1 ? belief : scale(belief, kept, belief.at)
}

/** How often the tool works when it is called correctly and allowed to: its own failures only. */
export function reliability({ counts }: Belief): Rate {
  return {
    successes: prior.successes + counts.ok,
    failures: prior.failures + counts.failed + counts.refuted + counts.timeout + counts.unavailable,
  }
}

/** How often the model calls the tool correctly. */
export function validity({ counts }: Belief): Rate {
  return {
    successes:
      prior.successes +
      counts.ok +
      counts.failed +
      counts.refuted +
      counts.timeout +
      counts.unavailable +
      counts.denied,
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

/** What a call comes to besides its outcome. */
export interface CallTerms {
  /** Chance that it is answered, and truly. Range (0, 1]. */
  readonly works: number
  /** What it costs with all that goes with it, over what a typical call does. Range (0, ∞). */
  readonly price: number
  /** What a bit of information is worth, in bits. Range [0, ∞). */
  readonly curiosity: number
}

/**
 * What calling the tool next is expected to cost, less what it is expected to teach, in bits: lower is better.
 *
 * G = −log₂ works + log₂ price − λ·I. The first term is the surprisal of the outcome that is wished for; with the second, the order
 * is that of the expected price of a success by trying again and again. I is the information that one call is expected to give about
 * the tool's reliability. The reference system added variance as a penalty, which never explores.
 *
 * @see Friston et al., "Active inference and epistemic value" (2015).
 */
export function expectedFreeEnergy(belief: Belief, { works, price, curiosity }: CallTerms): number {
  const risk = log2(price / works)
  if (curiosity === 0) return risk
  const { successes, failures } = answering(belief)
  return risk - curiosity * betaInformationGain(successes, failures)
}

/** Median of the latency that is forecast, in ms. */
export function medianLatencyMs({ latency }: Belief): number {
  return latencyAt(forecastLatency(latency), 0)
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
  const blendedMs = baseMs * exp(trust * ln(Math.max(ownMs, 1) / baseMs))
  return Math.round(Math.min(3 * baseMs, Math.max(baseMs / 2, blendedMs * factor)))
}

function scale(belief: Belief, kept: number, at: number): Belief {
  const { ok, failed, refuted, timeout, unavailable, invalid, denied } = belief.counts
  return {
    counts: {
      ok: ok * kept,
      failed: failed * kept,
      refuted: refuted * kept,
      timeout: timeout * kept,
      unavailable: unavailable * kept,
      invalid: invalid * kept,
      denied: denied * kept,
    },
    latency: fadeLatency(belief.latency, kept),
    calls: belief.calls,
    at,
    held: belief.held * kept,
    down: belief.down,
  }
}
