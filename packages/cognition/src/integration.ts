/** How much the modules hear of one another, measured on what really flowed. */

import { exp2, log2 } from './internal/real.js'

/** The modules whose exchange is counted, in a fixed order. */
export const parts = [
  'surprise',
  'belief',
  'blackboard',
  'neuromodulation',
  'precision',
  'memory',
  'counterfactual',
  'integration',
  'holographic',
] as const

/** One of {@link parts}. */
export type Part = (typeof parts)[number]

/** Discounted counts of reads, shape [writer, reader], row-major over {@link parts}: plain data. */
export interface IntegrationState {
  readonly reads: readonly number[]
  /** Entries of the blackboard that were posted, and that somebody read. Discounted. */
  readonly posted: number
  readonly heard: number
}

/** State before anything flowed. */
export const silent: IntegrationState = { reads: new Array<number>(parts.length ** 2).fill(0), posted: 0, heard: 0 }

/** Calls after which a read weighs half. */
const keptPerCall = exp2(-1 / 64)

/** Count under which a pair is silent. */
const audible = 0.05

/** How well the whole hangs together. It is a proxy with a name from consciousness research, and claims nothing about minds. */
export interface Integration {
  /** 0.35·coupling + 0.35·crossRead + 0.3·entropy. Range [0, 1]. */
  readonly phi: number
  /** Active ordered pairs over possible ones. Range [0, 1]. */
  readonly coupling: number
  /** Posted entries that somebody else read. Range [0, 1]. */
  readonly crossRead: number
  /** Entropy of the reads over the logarithm of the pairs. Range [0, 1]. */
  readonly entropy: number
  /** Parts of the graph of reads that hang together, silent modules left out. Integer. */
  readonly components: number
  /** Independent loops in it. Integer. */
  readonly loops: number
}

/** Folds in the flow of one call. `flows` lists pairs as writer · {@link parts}.length + reader. */
export function foldFlow(
  { reads, posted, heard }: IntegrationState,
  flows: Iterable<number>,
  board: { readonly posted: number; readonly heard: number },
): IntegrationState {
  const next = reads.map((count) => count * keptPerCall)
  for (const pair of flows) next[pair] = (next[pair] ?? 0) + 1
  return { reads: next, posted: posted * keptPerCall + board.posted, heard: heard * keptPerCall + board.heard }
}

/** The place of a pair in {@link IntegrationState.reads}. */
export function pairOf(writer: Part, reader: Part): number {
  return parts.indexOf(writer) * parts.length + parts.indexOf(reader)
}

/**
 * Measures the graph of reads: its density, entropy and Betti numbers.
 *
 * With the graph as a complex of points and lines, b₀ counts components, and b₁ = lines − points + b₀ independent loops.
 *
 * @see Hatcher, *Algebraic Topology* (2002), section 2.2, for the Euler characteristic.
 */
export function measureIntegration({ reads, posted, heard }: IntegrationState): Integration {
  const size = parts.length
  let active = 0
  let total = 0
  for (const count of reads) {
    if (count < audible) continue
    active++
    total += count
  }
  let entropy = 0
  for (const count of reads) if (count >= audible) entropy -= (count / total) * log2(count / total)
  const { components, loops } = betti(reads, size)
  const coupling = active / (size * (size - 1))
  const crossRead = posted < audible ? 0 : Math.min(1, heard / posted)
  const evenness = entropy / log2(size * (size - 1))
  return {
    phi: 0.35 * coupling + 0.35 * crossRead + 0.3 * evenness,
    coupling,
    crossRead,
    entropy: evenness,
    components,
    loops,
  }
}

function betti(reads: readonly number[], size: number): { components: number; loops: number } {
  const leader = Array.from({ length: size }, (_, index) => index)
  const find = (index: number): number => {
    const next = leader[index] ?? index
    return next === index ? index : find(next)
  }
  const touched = new Set<number>()
  let lines = 0
  let joined = 0
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      if (Math.max(reads[a * size + b] ?? 0, reads[b * size + a] ?? 0) < audible) continue
      lines++
      touched.add(a).add(b)
      const [one, other] = [find(a), find(b)]
      if (one === other) continue
      leader[one] = other
      joined++
    }
  }
  const components = touched.size - joined
  return { components, loops: lines - touched.size + components }
}

/**
 * Sets how salient an entry must be to be heard: louder where much of what is posted goes unread, softer where all is read.
 *
 * @returns Range [0.3, 0.5]; 0.4, as in the reference system, while nothing is known.
 */
export function broadcastThreshold({ posted, heard }: IntegrationState): number {
  const unread = posted < 1 ? 0.5 : 1 - Math.min(1, heard / posted)
  return 0.3 + 0.2 * unread
}
