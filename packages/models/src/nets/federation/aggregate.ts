/** Weights of several peers made into one, robustly, a block at a time: memory does not grow with the size of the net. */

import { SalpError } from '@salp/core'
import { instantiate, type Kernel, openKernel } from '../kernel/kernel.js'
import { type Ranks, ranksModule } from './network.js'

/** The weights of one peer, wherever they are. */
export interface WeightSource {
  readonly id: string
  /** Elements; a multiple of 4, as in every layout of a net. */
  readonly length: number
  /** What the peer counts for in a mean, such as its examples, divided by its age. Range (0, ∞). @defaultValue `1` */
  readonly share?: number | undefined
  /** Fills `into` with the elements from `start` on. */
  read(start: number, into: Float32Array): void | Promise<void>
}

/** How many become one. `hostile`: how many peers may be hostile. */
export type AggregationRule =
  /** FedAvg: the mean by shares. One hostile peer is enough to ruin it. */
  | { readonly type: 'mean' }
  /** The median of every coordinate. */
  | { readonly type: 'median' }
  /** The mean of every coordinate without its `hostile` least and greatest values. */
  | { readonly type: 'trimmed-mean'; readonly hostile: number }
  /** The peer whose nearest others are nearest. */
  | { readonly type: 'krum'; readonly hostile: number }
  /** The mean by shares of the `keep` best by the same measure. @defaultValue `keep`: peers − hostile − 2 */
  | { readonly type: 'multi-krum'; readonly hostile: number; readonly keep?: number | undefined }
  /** The point from which the sum of distances, by shares, is least. */
  | { readonly type: 'geometric-median' }

/** What is made of the peers' weights. */
export interface AggregateOptions {
  readonly rule: AggregationRule
  /** The weights all peers started from. Norms are of the differences to it. @defaultValue zeros */
  readonly base?: WeightSource | undefined
  /** Greatest norm of a peer's difference to the base: a larger one is scaled down. `median`: that of all norms. */
  readonly clip?: number | 'median' | undefined
  /** Takes the result, block after block; the block is used again afterwards. */
  write(start: number, block: Float32Array): void | Promise<void>
  readonly signal?: AbortSignal | undefined
}

/** What became of one peer. */
export interface PeerReport {
  readonly id: string
  /** Of its difference to the base. */
  readonly norm: number
  /** What its difference was multiplied by. */
  readonly factor: number
  /**
   * Why it does not count: its weights are not finite, or others were chosen. In the rules that go coordinate by
   * coordinate all finite peers count.
   */
  readonly left?: 'not-finite' | 'not-chosen' | undefined
}

/** Elements of a block, at most: those of all peers together stay near the caches. */
const maxBlockLength = 1 << 17

/** More would make the sorting network long. */
const maxPeers = 64

/**
 * Aggregates the weights of peers.
 *
 * Reads every peer twice: once for norms, and for distances if the rule needs them, once for the result. A peer with a
 * weight that is not finite is left out first, since minimum and maximum would hide it.
 *
 * @returns What became of each peer, in order.
 * @throws {@link AggregationError} (`models/aggregation`) if lengths differ, or too few peers are left for the rule.
 * @throws The signal's reason if it aborts.
 */
export async function aggregate(peers: readonly WeightSource[], options: AggregateOptions): Promise<PeerReport[]> {
  const { rule, base } = options
  const [first] = peers
  if (first === undefined) throw new AggregationError('there are no peers')
  if (peers.length > maxPeers)
    throw new AggregationError(`there are ${peers.length} peers, and ${maxPeers} at most are taken`)
  const { length } = first
  if (length % 4 !== 0) throw new AggregationError(`a length of ${length} is no multiple of 4`)
  for (const other of [...peers, ...(base === undefined ? [] : [base])]) {
    if (other.length !== length)
      throw new AggregationError(`"${other.id}" has ${other.length} weights where "${first.id}" has ${length}`)
  }
  const desk = openDesk(peers.length, Math.min(maxBlockLength, length))
  const { blockLength } = desk
  const needsDistances = rule.type === 'krum' || rule.type === 'multi-krum' || rule.type === 'geometric-median'
  const { norms, distances } = await measure(peers, length, desk, options, needsDistances)
  const finite = [...norms.keys()].filter((peer) => Number.isFinite(norms[peer] ?? Number.NaN))
  if (finite.length === 0) throw new AggregationError('no peer has finite weights')
  const limit = limitOf(
    options.clip,
    finite.map((peer) => norms[peer] ?? 0),
  )
  const factors = norms.map((norm) => (norm > limit ? limit / norm : 1))
  const shares = combine(rule, finite, clippedDistances(distances, norms, factors), peers)
  const used = shares === undefined ? finite : finite.filter((_, index) => (shares[index] ?? 0) > 0)
  const weights = shares?.filter((share) => share > 0)

  const ranks = weights === undefined ? ranksOf(rule, used.length, desk) : undefined
  for (let start = 0; start < length; start += blockLength) {
    options.signal?.throwIfAborted()
    const count = Math.min(blockLength, length - start)
    await load(
      used.map((peer) => peers[peer]),
      base,
      start,
      count,
      desk,
    )
    for (const [slot, peer] of used.entries()) {
      const factor = factors[peer] ?? 1
      if (factor < 1) desk.kernel.pullTo(desk.place(slot), desk.place(slot), desk.basePlace, count, factor - 1)
    }
    desk.result.fill(0, 0, count)
    if (ranks !== undefined) ranks.ranks(desk.resultPlace, desk.place(0), count)
    else
      for (const [slot, weight] of (weights ?? []).entries())
        desk.kernel.addScaled(desk.resultPlace, desk.place(slot), count, weight)
    await options.write(start, desk.result.subarray(0, count))
  }
  return peers.map(({ id }, peer) => {
    const norm = norms[peer] ?? Number.NaN
    if (!finite.includes(peer)) return { id, norm, factor: 0, left: 'not-finite' }
    return used.includes(peer) ? { id, norm, factor: factors[peer] ?? 1 } : { id, norm, factor: 0, left: 'not-chosen' }
  })
}

/** Weights in memory as a source. */
export function memorySource(id: string, weights: Float32Array, share?: number): WeightSource {
  return {
    id,
    share,
    length: weights.length,
    read: (start, into) => into.set(weights.subarray(start, start + into.length)),
  }
}

/** One block of every peer, of the base and of the result, in one memory. */
interface Desk {
  readonly blockLength: number
  readonly kernel: Kernel
  readonly memory: WebAssembly.Memory
  place(slot: number): number
  block(slot: number, count: number): Float32Array
  readonly basePlace: number
  readonly base: Float32Array
  readonly resultPlace: number
  readonly result: Float32Array
}

function openDesk(peers: number, blockLength: number): Desk {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(((peers + 2) * blockLength * 4) / 65_536) })
  const place = (slot: number): number => slot * blockLength * 4
  const block = (slot: number, count: number): Float32Array => new Float32Array(memory.buffer, place(slot), count)
  return {
    ...{ blockLength, memory, place, block, kernel: openKernel(memory) },
    ...{ basePlace: place(peers), base: block(peers, blockLength) },
    ...{ resultPlace: place(peers + 1), result: block(peers + 1, blockLength) },
  }
}

async function load(
  peers: readonly (WeightSource | undefined)[],
  base: WeightSource | undefined,
  start: number,
  count: number,
  desk: Desk,
): Promise<void> {
  await Promise.all([
    ...peers.map((peer, slot) => peer?.read(start, desk.block(slot, count))),
    base?.read(start, desk.base.subarray(0, count)),
  ])
}

/** Norms of all differences to the base, and squared distances of all pairs if asked. */
async function measure(
  peers: readonly WeightSource[],
  length: number,
  desk: Desk,
  { base, signal }: AggregateOptions,
  needsDistances: boolean,
): Promise<{ norms: number[]; distances: number[][] }> {
  const squares = peers.map(() => 0)
  const distances = peers.map(() => peers.map(() => 0))
  for (let start = 0; start < length; start += desk.blockLength) {
    signal?.throwIfAborted()
    const count = Math.min(desk.blockLength, length - start)
    await load(peers, base, start, count, desk)
    for (const a of peers.keys()) {
      squares[a] = (squares[a] ?? 0) + desk.kernel.squaredDistance(desk.place(a), desk.basePlace, count)
      if (!needsDistances) continue
      for (let b = 0; b < a; b++) {
        const part = desk.kernel.squaredDistance(desk.place(a), desk.place(b), count)
        for (const [row, column] of [[distances[a], b] as const, [distances[b], a] as const]) {
          if (row !== undefined) row[column] = (row[column] ?? 0) + part
        }
      }
    }
  }
  return { norms: squares.map(Math.sqrt), distances }
}

function limitOf(clip: AggregateOptions['clip'], norms: readonly number[]): number {
  if (clip === undefined) return Number.POSITIVE_INFINITY
  if (clip !== 'median') return clip
  const sorted = norms.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Squared distances after clipping, from those before and the norms: by the law of cosines, without another pass. */
function clippedDistances(
  distances: readonly (readonly number[])[],
  norms: readonly number[],
  factors: readonly number[],
): number[][] {
  return distances.map((row, a) =>
    row.map((squared, b) => {
      const [lengthA, lengthB, scaleA, scaleB] = [norms[a] ?? 0, norms[b] ?? 0, factors[a] ?? 1, factors[b] ?? 1]
      if (a === b || (scaleA === 1 && scaleB === 1)) return squared
      const product = (lengthA ** 2 + lengthB ** 2 - squared) / 2
      return Math.max(0, (scaleA * lengthA) ** 2 + (scaleB * lengthB) ** 2 - 2 * scaleA * scaleB * product)
    }),
  )
}

/** Shares of the finite peers in a weighted mean, summing to 1; `undefined` for rules that go coordinate by coordinate. */
function combine(
  rule: AggregationRule,
  finite: readonly number[],
  distances: readonly (readonly number[])[],
  peers: readonly WeightSource[],
): number[] | undefined {
  const given = finite.map((peer) => peers[peer]?.share ?? 1)
  if (given.some((share) => !(share > 0 && Number.isFinite(share))))
    throw new AggregationError('a share is not positive')
  const close = finite.map((a) => finite.map((b) => distances[a]?.[b] ?? 0))
  if (rule.type === 'median' || rule.type === 'trimmed-mean') return undefined
  if (rule.type === 'mean') return normalised(given)
  if (rule.type === 'geometric-median') return geometricMedian(close, normalised(given))
  const { hostile } = rule
  const count = finite.length
  if (!(hostile >= 0 && count >= 2 * hostile + 3)) {
    throw new AggregationError(
      `${rule.type} withstands ${hostile} hostile peers only among ${2 * hostile + 3} or more; ${count} are left`,
    )
  }
  const scores = close.map((row, a) => {
    const others = row.filter((_, b) => b !== a).toSorted((x, y) => x - y)
    return others.slice(0, count - hostile - 2).reduce((sum, squared) => sum + squared, 0)
  })
  const keep = rule.type === 'krum' ? 1 : (rule.keep ?? count - hostile - 2)
  const best = [...scores.keys()].sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0)).slice(0, Math.max(1, keep))
  return normalised(given.map((share, index) => (best.includes(index) ? share : 0)))
}

function normalised(shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / sum)
}

/**
 * Shares whose mean is the geometric median.
 *
 * Every estimate is a mean of the peers, so its distances to them follow from those between them: no pass over the weights.
 *
 * @param squared - Squared distances between the points.
 * @param weights - Of the points, summing to 1.
 * @see Weiszfeld (1937); here with 10⁻⁶ and at most 100 rounds, as network.md asks, distances floored so that a point met is no pole.
 */
function geometricMedian(squared: readonly (readonly number[])[], weights: readonly number[]): number[] {
  let shares = [...weights]
  const farthest = Math.sqrt(Math.max(...squared.flat()))
  if (farthest === 0) return shares
  for (let round = 0; round < 100; round++) {
    const toShares = squared.map((row) => row.reduce((sum, value, b) => sum + value * (shares[b] ?? 0), 0))
    const spread = toShares.reduce((sum, value, a) => sum + value * (shares[a] ?? 0), 0) / 2
    const distances = toShares.map((value) => Math.max(Math.sqrt(Math.max(0, value - spread)), 1e-9 * farthest))
    const next = normalised(weights.map((weight, a) => weight / (distances[a] ?? 1)))
    const change = Math.max(...next.map((share, a) => Math.abs(share - (shares[a] ?? 0))))
    shares = next
    if (change < 1e-6) break
  }
  return shares
}

function ranksOf(rule: AggregationRule, count: number, { memory, blockLength }: Desk): Ranks {
  const [from, to] = rankRange(rule, count)
  return instantiate<Ranks>(ranksModule({ peers: count, from, to, stride: blockLength * 4 }), memory)
}

/** Ranks that are averaged, both included. */
function rankRange(rule: AggregationRule, count: number): readonly [number, number] {
  if (rule.type !== 'trimmed-mean') return [(count - 1) >> 1, count >> 1]
  if (!(rule.hostile >= 0 && 2 * rule.hostile < count)) {
    throw new AggregationError(`trimming ${rule.hostile} at each end leaves nothing of ${count} peers`)
  }
  return [rule.hostile, count - 1 - rule.hostile]
}

/** Peers whose weights cannot be made into one. */
export class AggregationError extends SalpError {
  constructor(why: string) {
    super('models/aggregation', `Cannot aggregate weights: ${why}`)
  }
}
