/** Sorting networks, as WebAssembly over the coordinates of many peers at once. */

import { assemble, type Code, defineFunction, everyFour, get, i32, set, v128 } from '../kernel/assembler.js'

/** Pairs of places that are compared and put in order, one after the other. */
export type Comparators = readonly (readonly [number, number])[]

/**
 * A network that sorts `count` values.
 *
 * @see Batcher, "Sorting networks and their applications" (1968): odd-even merge sort, cut to any count.
 */
export function sortingNetwork(count: number): Comparators {
  const pairs: [number, number][] = []
  for (let p = 1; p < count; p *= 2)
    for (let k = p; k >= 1; k = Math.floor(k / 2))
      for (let j = k % p; j + k < count; j += 2 * k)
        for (let i = 0; i < Math.min(k, count - j - k); i++)
          if (Math.floor((i + j) / (2 * p)) === Math.floor((i + j + k) / (2 * p))) pairs.push([i + j, i + j + k])
  return pairs
}

/** Leaves out the comparators that none of the places `from` to `to` depends on. */
export function prunedNetwork(network: Comparators, from: number, to: number): Comparators {
  const needed = new Set(Array.from({ length: to - from + 1 }, (_, index) => from + index))
  return network
    .toReversed()
    .filter(([a, b]) => {
      const used = needed.has(a) || needed.has(b)
      if (used) needed.add(a).add(b)
      return used
    })
    .toReversed()
}

/** What a module made by {@link ranksModule} exports. */
export interface Ranks {
  /** Means of the chosen ranks of `count` coordinates; `count` is a multiple of 4. */
  ranks(into: number, values: number, count: number): void
}

/**
 * Assembles a module that takes, at every coordinate, the mean of the values of ranks `from` to `to` among `peers` values.
 *
 * @param stride - Bytes from the values of one peer to those of the next.
 */
export function ranksModule({
  peers,
  from,
  to,
  stride,
}: {
  readonly peers: number
  readonly from: number
  readonly to: number
  readonly stride: number
}): Uint8Array<ArrayBuffer> {
  const own = Object.fromEntries(Array.from({ length: peers }, (_, peer) => [`peer${peer}`, 'v128'] as const))
  const ranks = defineFunction(
    'ranks',
    {
      parameters: { into: 'i32', values: 'i32', count: 'i32' },
      locals: { distance: 'i32', end: 'i32', spare: 'v128', ...own },
    },
    (at) => {
      // The locals of the peers come last.
      const local = (peer: number): number => at.spare + 1 + peer
      const place = (start: number, by: number): Code =>
        i32.add(i32.add(get(start), get(at.distance)), i32.constant(by))
      const compare = ([a, b]: readonly [number, number]): Code => [
        ...set(at.spare, v128.least(get(local(a)), get(local(b)))),
        ...set(local(b), v128.most(get(local(a)), get(local(b)))),
        ...set(local(a), get(at.spare)),
      ]
      const chosen = Array.from({ length: to - from + 1 }, (_, index) => get(local(from + index)))
      const sum = chosen.reduce((a, b) => v128.add(a, b))
      const mean = chosen.length === 1 ? sum : v128.multiply(sum, v128.splat(f32(1 / chosen.length)))
      return everyFour(at, [
        ...Array.from({ length: peers }, (_, peer) =>
          set(local(peer), v128.load(place(at.values, peer * stride))),
        ).flat(),
        ...prunedNetwork(sortingNetwork(peers), from, to).flatMap(compare),
        ...v128.store(place(at.into, 0), mean),
      ])
    },
  )
  return assemble([ranks], { shared: false })
}

function f32(value: number): Code {
  return [0x43, ...new Uint8Array(Float32Array.of(value).buffer)]
}
