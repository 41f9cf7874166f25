/** What a substrate learnt, in a form that can be stored and read back. */

import { SalpError } from '@salp/core'
import { type Belief, type OutcomeClass, unseenBelief } from './belief.js'
import type { LatencyFit } from './internal/latency.js'
import type { Mind } from './mind.js'
import type { Modulators } from './neuromodulation.js'
import type { PrecisionState, Regime } from './precision.js'
import type { SurpriseState } from './surprise.js'

/** Version of {@link SubstrateSnapshot}; a change of its shape or meaning raises it. */
export const snapshotVersion = 1

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
}

/**
 * Checks a stored snapshot, every number within its range.
 *
 * @throws {@link SnapshotError} (`cognition/snapshot`) if it is of another version or does not hold what it should.
 */
export function parseSnapshot(value: unknown): SubstrateSnapshot {
  const root = fields(value, 'the snapshot')
  if (root.version !== snapshotVersion) {
    throw new SnapshotError(`it has version ${JSON.stringify(root.version)}, this program reads ${snapshotVersion}`)
  }
  return {
    version: snapshotVersion,
    at: number(root.at, 'at'),
    tools: list(root.tools, 'tools').map((item, index) => {
      const { tool, belief } = fields(item, `tools[${index}]`)
      return { tool: text(tool, `tools[${index}].tool`), belief: parseBelief(belief, `tools[${index}].belief`) }
    }),
    mind: parseMind(root.mind),
    callIds: list(root.callIds, 'callIds').map((id, index) => text(id, `callIds[${index}]`)),
  }
}

function parseMind(value: unknown): Mind {
  const { surprise, modulators, precision, completion } = fields(value, 'mind')
  return {
    surprise: parseSurprise(surprise),
    modulators: parseModulators(modulators),
    precision: parsePrecision(precision),
    completion: parseBelief(completion, 'mind.completion'),
  }
}

function parseBelief(value: unknown, path: string): Belief {
  const { counts, latency, calls, at } = fields(value, path)
  const given = fields(counts, `${path}.counts`)
  const classes = Object.keys(unseenBelief.counts) as OutcomeClass[]
  const parsed = classes.map((name) => [name, number(given[name], `${path}.counts.${name}`, 0)])
  return {
    counts: { ...unseenBelief.counts, ...Object.fromEntries(parsed) },
    latency: parseLatency(latency, `${path}.latency`),
    calls: number(calls, `${path}.calls`, 0),
    at: number(at, `${path}.at`),
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
