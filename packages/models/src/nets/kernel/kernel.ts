/** Loops over flat buffers of weights, in WebAssembly with SIMD. */

import { assemble, type Code, defineFunction, everyFour, f64x2, get, i32, set, v128 } from './assembler.js'

/**
 * The loops. Places are in bytes and multiples of 16; counts are in elements and multiples of 4.
 *
 * Each sums in one fixed order, so results repeat bit for bit.
 */
export interface Kernel {
  /** Sum of squares in float64; NaN and infinity survive it. */
  squaredNorm(values: number, count: number): number
  /** Sum of squared differences in float64. */
  squaredDistance(a: number, b: number, count: number): number
  /** `into += factor · values`. */
  addScaled(into: number, values: number, count: number, factor: number): void
  /** `gradient += pull · (weights − anchor)`: the proximal term. */
  pullTo(gradient: number, weights: number, anchor: number, count: number, pull: number): void
  /** One step of AdamW with unscaled moments; the gradient is multiplied by `factor` first. See `adamScalars`. */
  adam(
    weights: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    factor: number,
    beta1: number,
    beta2: number,
    step: number,
    floor: number,
    fade: number,
  ): void
  /** Fills a dropout mask: 0 where a hash of `key` and the element's number is below `threshold` (unsigned), else `kept`. */
  mask(into: number, count: number, key: number, threshold: number, kept: number): void
}

/** What every loop over places needs beside them. */
const loop = { distance: 'i32', end: 'i32' } as const

/** Four elements, so far from a place. */
const load = (place: number, distance: number): Code => v128.load(i32.add(get(place), get(distance)))
const store = (place: number, distance: number, value: Code): Code =>
  v128.store(i32.add(get(place), get(distance)), value)

const sums = { x: 'v128', half: 'v128', low: 'v128', high: 'v128' } as const

/** Adds the squares of the elements of `x` to two sums of float64. */
function addSquares({ x, half, low, high }: Readonly<Record<keyof typeof sums, number>>): Code {
  const add = (sum: number, part: Code): Code => [
    ...set(half, part),
    ...set(sum, f64x2.add(get(sum), f64x2.multiply(get(half), get(half)))),
  ]
  return [...add(low, f64x2.low(get(x))), ...add(high, f64x2.high(get(x)))]
}

const squaredNorm = defineFunction(
  'squaredNorm',
  { parameters: { values: 'i32', count: 'i32' }, locals: { ...loop, ...sums }, result: 'f64' },
  (at) => [
    ...everyFour(at, [...set(at.x, load(at.values, at.distance)), ...addSquares(at)]),
    ...set(at.low, f64x2.add(get(at.low), get(at.high))),
    ...f64x2.sum(at.low),
  ],
)

const squaredDistance = defineFunction(
  'squaredDistance',
  { parameters: { a: 'i32', b: 'i32', count: 'i32' }, locals: { ...loop, ...sums }, result: 'f64' },
  (at) => [
    ...everyFour(at, [
      ...set(at.x, v128.subtract(load(at.a, at.distance), load(at.b, at.distance))),
      ...addSquares(at),
    ]),
    ...set(at.low, f64x2.add(get(at.low), get(at.high))),
    ...f64x2.sum(at.low),
  ],
)

const addScaled = defineFunction(
  'addScaled',
  { parameters: { into: 'i32', values: 'i32', count: 'i32', factor: 'f32' }, locals: loop },
  (at) => {
    const scaled = v128.multiply(load(at.values, at.distance), v128.splat(get(at.factor)))
    return everyFour(at, store(at.into, at.distance, v128.add(load(at.into, at.distance), scaled)))
  },
)

const pullTo = defineFunction(
  'pullTo',
  { parameters: { gradient: 'i32', weights: 'i32', anchor: 'i32', count: 'i32', pull: 'f32' }, locals: loop },
  (at) => {
    const away = v128.subtract(load(at.weights, at.distance), load(at.anchor, at.distance))
    const pulled = v128.multiply(v128.splat(get(at.pull)), away)
    return everyFour(at, store(at.gradient, at.distance, v128.add(load(at.gradient, at.distance), pulled)))
  },
)

const adam = defineFunction(
  'adam',
  {
    parameters: {
      ...({ weights: 'i32', gradient: 'i32', first: 'i32', second: 'i32', count: 'i32' } as const),
      ...({ factor: 'f32', beta1: 'f32', beta2: 'f32', step: 'f32', floor: 'f32', fade: 'f32' } as const),
    },
    locals: { ...loop, g: 'v128', m: 'v128', v: 'v128' },
  },
  (at) => {
    const times = (value: Code, scalar: number): Code => v128.multiply(value, v128.splat(get(scalar)))
    const divisor = v128.add(v128.root(get(at.v)), v128.splat(get(at.floor)))
    const change = times(v128.divide(get(at.m), divisor), at.step)
    const square = v128.multiply(get(at.g), get(at.g))
    return everyFour(at, [
      ...set(at.g, times(load(at.gradient, at.distance), at.factor)),
      ...set(at.m, v128.add(times(load(at.first, at.distance), at.beta1), get(at.g))),
      ...set(at.v, v128.add(times(load(at.second, at.distance), at.beta2), square)),
      ...store(at.first, at.distance, get(at.m)),
      ...store(at.second, at.distance, get(at.v)),
      ...store(at.weights, at.distance, v128.subtract(times(load(at.weights, at.distance), at.fade), change)),
    ])
  },
)

/** @see Chris Wellons, "Prospecting for Hash Functions" (2018), for the integer hash `lowbias32`. */
const mask = defineFunction(
  'mask',
  {
    parameters: { into: 'i32', count: 'i32', key: 'i32', threshold: 'i32', kept: 'f32' },
    locals: { ...loop, x: 'v128', lane: 'v128' },
  },
  (at) => {
    const shifted = (bits: number): Code => set(at.x, v128.xor(get(at.x), v128.shiftRight(get(at.x), bits)))
    const multiplied = (by: number): Code =>
      set(at.x, v128.multiplyInteger(get(at.x), v128.splatInteger(i32.constant(by))))
    const dropped = v128.below(get(at.x), v128.splatInteger(get(at.threshold)))
    // Four counters, one a lane: 0, 1, 2, 3.
    const lanes = v128.constant([0, 1, 2, 3].flatMap((index) => [index, 0, 0, 0]))
    return [
      ...set(at.lane, v128.addInteger(lanes, v128.splatInteger(get(at.key)))),
      ...everyFour(at, [
        ...set(at.x, get(at.lane)),
        ...[...shifted(16), ...multiplied(0x7feb352d), ...shifted(15), ...multiplied(0x846ca68b), ...shifted(16)],
        ...store(at.into, at.distance, v128.select(v128.zero(), v128.splat(get(at.kept)), dropped)),
        ...set(at.lane, v128.addInteger(get(at.lane), v128.splatInteger(i32.constant(4)))),
      ]),
    ]
  },
)

/** Assembles the module of the loops; under 2 KB. */
export function kernelModule({ shared }: { readonly shared: boolean }): Uint8Array<ArrayBuffer> {
  return assemble([squaredNorm, squaredDistance, addScaled, pullTo, adam, mask], { shared })
}

/** Compiles the loops over a memory. */
export function openKernel(memory: WebAssembly.Memory): Kernel {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  return instantiate<Kernel>(kernelModule({ shared }), memory)
}

/** What a module exports is what was assembled. */
export function instantiate<Exports>(module: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory } }).exports as Exports
}

/** The key from which a mask is drawn: other for each step, each mask and each seed. */
export function maskKey(seed: number, step: number, mask: number): number {
  let x = Math.imul(seed, 0x9e3779b1) ^ Math.imul(step, 0x85ebca77) ^ Math.imul(mask + 1, 0xc2b2ae3d)
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}
