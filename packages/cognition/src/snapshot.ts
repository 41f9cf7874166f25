/** What a substrate learnt, in a form that can be stored and read back. */

import { SalpError } from '@salp/core'
import { unrecalled } from './associative.js'
import { type Belief, type Honesty, type OutcomeClass, type Rate, unchecked, unseenBelief } from './belief.js'
import { type Entry, type Scope, topics } from './blackboard.js'
import type { CounterfactualState, Lesson, PairCounts } from './counterfactual.js'
import type { HolographicState } from './holographic.js'
import { type IntegrationState, parts, silent } from './integration.js'
import type { LatencyFit } from './internal/latency.js'
import type { ArmState } from './learning/bandit.js'
import type { ControllersState } from './learning/controllers.js'
import { featureNames } from './learning/features.js'
import { freshMind, type Mind, type Validities } from './mind.js'
import type { Modulators } from './neuromodulation.js'
import type { PrecisionState, Regime, Tier } from './precision.js'
import type { SurpriseState } from './surprise.js'

/** Version of {@link SubstrateSnapshot}; a change of its shape or meaning raises it. */
export const snapshotVersion = 2

/** Everything learnt, as plain JSON. Running turns are not part of it: they begin anew. */
export interface SubstrateSnapshot {
  readonly version: typeof snapshotVersion
  /** When it was taken, ms since the epoch. */
  readonly at: number
  /** From the tool used longest ago to the last one. */
  readonly tools: readonly { readonly tool: string; readonly belief: Belief }[]
  readonly mind: Mind
  /** Calls already accounted for, so that one told of again after a restart counts once. */
  readonly callIds: readonly string[]
  /** What stood on the blackboard for a session or for the whole agent. */
  readonly entries: readonly Entry[]
  /** Absent where the module was off; the same holds for the next two. */
  readonly counterfactual?: CounterfactualState | undefined
  readonly workspace?: HolographicState | undefined
  readonly controllers?: ControllersState | undefined
}

/** A snapshot that was read, and which version it had if that was an older one. */
export interface ReadSnapshot {
  readonly snapshot: SubstrateSnapshot
  readonly migratedFrom?: number | undefined
}

/**
 * Checks a stored snapshot, every number within its range. One of version 1 is brought up to date: what it did not know starts fresh.
 *
 * @throws {@link SnapshotError} (`cognition/snapshot`) if it is of another version or does not hold what it should.
 */
export function parseSnapshot(value: unknown): ReadSnapshot {
  const root = fields(value, 'the snapshot')
  const { version } = root
  if (version !== 1 && version !== snapshotVersion) {
    throw new SnapshotError(`it has version ${JSON.stringify(version)}, this program reads 1 and ${snapshotVersion}`)
  }
  const old = version === 1
  const snapshot: SubstrateSnapshot = {
    version: snapshotVersion,
    at: number(root.at, 'at'),
    tools: list(root.tools, 'tools').map((item, index) => {
      const { tool, belief } = fields(item, `tools[${index}]`)
      return { tool: text(tool, `tools[${index}].tool`), belief: parseBelief(belief, `tools[${index}].belief`, old) }
    }),
    mind: parseMind(root.mind, old),
    callIds: list(root.callIds, 'callIds').map((id, index) => text(id, `callIds[${index}]`)),
    entries: old ? [] : list(root.entries, 'entries').map((entry, index) => parseEntry(entry, `entries[${index}]`)),
    counterfactual: root.counterfactual === undefined ? undefined : parseCounterfactual(root.counterfactual),
    workspace: root.workspace === undefined ? undefined : parseWorkspace(root.workspace),
    controllers: root.controllers === undefined ? undefined : parseControllers(root.controllers),
  }
  return old ? { snapshot, migratedFrom: 1 } : { snapshot }
}

function parseMind(value: unknown, old: boolean): Mind {
  const { surprise, modulators, precision, completion, validities, honesty, ranks, integration } = fields(value, 'mind')
  return {
    surprise: parseSurprise(surprise),
    modulators: parseModulators(modulators),
    precision: parsePrecision(precision),
    completion: parseBelief(completion, 'mind.completion', old),
    validities: old ? freshMind.validities : parseValidities(validities),
    honesty: old ? unchecked : parseHonesty(honesty),
    ranks: old || ranks === undefined ? undefined : numbers(ranks, 'mind.ranks', unrecalled.length, 0),
    integration: old ? silent : parseIntegration(integration),
  }
}

function parseBelief(value: unknown, path: string, old: boolean): Belief {
  const { counts, latency, calls, at, held, down } = fields(value, path)
  const given = fields(counts, `${path}.counts`)
  const classes = (Object.keys(unseenBelief.counts) as OutcomeClass[]).filter((name) => !(old && name === 'refuted'))
  const parsed = classes.map((name) => [name, number(given[name], `${path}.counts.${name}`, 0)])
  return {
    counts: { ...unseenBelief.counts, ...Object.fromEntries(parsed) },
    latency: parseLatency(latency, `${path}.latency`),
    calls: number(calls, `${path}.calls`, 0),
    at: number(at, `${path}.at`),
    held: old ? 0 : number(held, `${path}.held`, 0),
    down: old ? 0 : number(down, `${path}.down`, 0, 1),
  }
}

function parseValidities(value: unknown): Validities {
  const { plain, demanding } = fields(value, 'mind.validities')
  const parse = (given: unknown, path: string): Record<Tier, Rate> => {
    const { fast, standard, capable } = fields(given, path)
    return {
      fast: parseRate(fast, `${path}.fast`),
      standard: parseRate(standard, `${path}.standard`),
      capable: parseRate(capable, `${path}.capable`),
    }
  }
  return { plain: parse(plain, 'mind.validities.plain'), demanding: parse(demanding, 'mind.validities.demanding') }
}

function parseRate(value: unknown, path: string): Rate {
  const { successes, failures } = fields(value, path)
  // Both above 0: a rate is a Beta distribution, its prior included.
  return {
    successes: number(successes, `${path}.successes`, 1e-6),
    failures: number(failures, `${path}.failures`, 1e-6),
  }
}

function parseHonesty(value: unknown): Honesty {
  const { held, refuted } = fields(value, 'mind.honesty')
  return { held: number(held, 'mind.honesty.held', 0), refuted: number(refuted, 'mind.honesty.refuted', 0) }
}

function parseIntegration(value: unknown): IntegrationState {
  const { reads, posted, heard } = fields(value, 'mind.integration')
  return {
    reads: numbers(reads, 'mind.integration.reads', parts.length * parts.length, 0),
    posted: number(posted, 'mind.integration.posted', 0),
    heard: number(heard, 'mind.integration.heard', 0),
  }
}

function parseEntry(value: unknown, path: string): Entry {
  const { id, topic, source, content, scope, factors, salience, at, count, readBy } = fields(value, path)
  const known = topics.find((name) => name === topic)
  if (known === undefined) throw new SnapshotError(`${path}.topic is ${JSON.stringify(topic)}`)
  const { novelty, relevance, urgency, learning } = fields(factors, `${path}.factors`)
  return {
    id: number(id, `${path}.id`, 0),
    topic: known,
    source: text(source, `${path}.source`),
    content: text(content, `${path}.content`),
    scope: parseScope(scope, `${path}.scope`),
    factors: {
      novelty: number(novelty, `${path}.factors.novelty`, 0, 1),
      relevance: number(relevance, `${path}.factors.relevance`, 0, 1),
      urgency: number(urgency, `${path}.factors.urgency`, 0, 1),
      learning: number(learning, `${path}.factors.learning`, 0, 1),
    },
    salience: number(salience, `${path}.salience`, 0, 1),
    at: number(at, `${path}.at`),
    count: number(count, `${path}.count`, 1),
    readBy: list(readBy, `${path}.readBy`).flatMap((name) =>
      name === 'precision' || name === 'belief' || name === 'person' ? [name] : [],
    ),
  }
}

function parseScope(value: unknown, path: string): Scope {
  const { level, sessionId } = fields(value, path)
  if (level === 'agent') return { level }
  if (level === 'session') return { level, sessionId: text(sessionId, `${path}.sessionId`) }
  throw new SnapshotError(`${path}.level is ${JSON.stringify(level)}`)
}

function parseCounterfactual(value: unknown): CounterfactualState {
  const { pairs, lessons } = fields(value, 'counterfactual')
  return {
    pairs: list(pairs, 'counterfactual.pairs').map((item, index) => {
      const path = `counterfactual.pairs[${index}]`
      const [situation, tool, ok, failed] = list(item, path)
      return [text(situation, path), text(tool, path), number(ok, path, 0), number(failed, path, 0)] as const
    }),
    lessons: list(lessons, 'counterfactual.lessons').map((item, index): Lesson => {
      const path = `counterfactual.lessons[${index}]`
      const { situation, avoid, prefer, evidence, followed, withheld, retired } = fields(item, path)
      return {
        situation: text(situation, `${path}.situation`),
        avoid: text(avoid, `${path}.avoid`),
        prefer: text(prefer, `${path}.prefer`),
        evidence: parseCounts(evidence, `${path}.evidence`),
        followed: parseCounts(followed, `${path}.followed`),
        withheld: parseCounts(withheld, `${path}.withheld`),
        retired: retired === true,
      }
    }),
  }
}

function parseCounts(value: unknown, path: string): PairCounts {
  const { ok, failed } = fields(value, path)
  return { ok: number(ok, `${path}.ok`, 0), failed: number(failed, `${path}.failed`, 0) }
}

function parseWorkspace(value: unknown): HolographicState {
  const { dimensions, trace, values, keys } = fields(value, 'workspace')
  const size = number(dimensions, 'workspace.dimensions', 2, 65_536)
  return {
    dimensions: size,
    trace: numbers(trace, 'workspace.trace', size),
    values: list(values, 'workspace.values').map((item) => text(item, 'workspace.values')),
    keys: list(keys, 'workspace.keys').map((item) => text(item, 'workspace.keys')),
  }
}

function parseControllers(value: unknown): ControllersState {
  const { tier, contextFraction, retrievalLimit, vigilance, usual } = fields(value, 'controllers')
  const size = featureNames.length
  const parse = (given: unknown, path: string): { arms: readonly ArmState[] } => ({
    arms: list(fields(given, path).arms, `${path}.arms`).map((item, index): ArmState => {
      const { inverse, moment, pulls } = fields(item, `${path}.arms[${index}]`)
      return {
        inverse: numbers(inverse, `${path}.arms[${index}].inverse`, size * size),
        moment: numbers(moment, `${path}.arms[${index}].moment`, size),
        pulls: number(pulls, `${path}.arms[${index}].pulls`, 0),
      }
    }),
  })
  return {
    tier: parse(tier, 'controllers.tier'),
    contextFraction: parse(contextFraction, 'controllers.contextFraction'),
    retrievalLimit: parse(retrievalLimit, 'controllers.retrievalLimit'),
    vigilance: parse(vigilance, 'controllers.vigilance'),
    usual: number(usual, 'controllers.usual'),
  }
}

function parseLatency(value: unknown, path: string): LatencyFit {
  const { weight, mean, squares } = fields(value, path)
  return {
    weight: number(weight, `${path}.weight`, 0),
    mean: number(mean, `${path}.mean`),
    squares: number(squares, `${path}.squares`, 0),
  }
}

function parseSurprise(value: unknown): SurpriseState {
  const { scaleBits, mean, usual } = fields(value, 'mind.surprise')
  return {
    scaleBits: number(scaleBits, 'mind.surprise.scaleBits', 1.5, 6),
    mean: number(mean, 'mind.surprise.mean', 0, 1),
    usual: number(usual, 'mind.surprise.usual', 0, 1),
  }
}

function parseModulators(value: unknown): Modulators {
  const { dopamine, noradrenaline, serotonin } = fields(value, 'mind.modulators')
  return {
    dopamine: number(dopamine, 'mind.modulators.dopamine', 0.1, 2),
    noradrenaline: number(noradrenaline, 'mind.modulators.noradrenaline', 0.1, 2),
    serotonin: number(serotonin, 'mind.modulators.serotonin', 0.1, 2),
  }
}

function parsePrecision(value: unknown): PrecisionState {
  const { regime, calls, failing, doubt } = fields(value, 'mind.precision')
  const regimes: readonly Regime[] = ['exploit', 'balanced', 'explore', 'conservative']
  const known = regimes.find((name) => name === regime)
  if (known === undefined) throw new SnapshotError(`mind.precision.regime is ${JSON.stringify(regime)}`)
  return {
    regime: known,
    calls: number(calls, 'mind.precision.calls', 0),
    failing: number(failing, 'mind.precision.failing', 0, 1),
    doubt: number(doubt, 'mind.precision.doubt', 0, 1),
  }
}

function fields(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SnapshotError(`${path} is no object`)
  return { ...value }
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new SnapshotError(`${path} is no list`)
  return value
}

function numbers(value: unknown, path: string, count: number, least = -Infinity): number[] {
  const given = list(value, path)
  if (given.length !== count) throw new SnapshotError(`${path} holds ${given.length} numbers instead of ${count}`)
  return given.map((item) => number(item, path, least))
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new SnapshotError(`${path} is no text`)
  return value
}

function number(value: unknown, path: string, least = -Infinity, most = Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least || value > most) {
    throw new SnapshotError(`${path} is ${JSON.stringify(value)}`)
  }
  return value
}

/** A snapshot that cannot be read. Starting without one is safe: only what was learnt is lost. */
export class SnapshotError extends SalpError {
  constructor(why: string) {
    super('cognition/snapshot', `Cannot restore the substrate: ${why}. Start without a snapshot`)
  }
}
