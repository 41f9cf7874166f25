/** Loops over flat buffers of weights, in WebAssembly with SIMD. */

import { assemble, type Code, everyFour, f64x2, get, i32, set, v128, type WasmFunction } from './assembler.js'

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

/** Adds a distance in bytes to a place. */
const at = (place: number, distance: number): Code => i32.add(get(place), get(distance))

const bytes = (count: number, end: number): Code => set(end, i32.shiftLeft(get(count), 2))

/** Sums the squares of what `value` gives, in two accumulators. */
function squares(
  name: string,
  parameters: readonly ('i32' | 'f32')[],
  value: (distance: number) => Code,
): WasmFunction {
  const count = parameters.length - 1
  const [distance, end, x, part, low, high] = [0, 1, 2, 3, 4, 5].map((index) => parameters.length + index) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const addSquare = (sum: number, half: Code): Code => [
    ...set(part, half),
    ...set(sum, f64x2.add(get(sum), f64x2.multiply(get(part), get(part)))),
  ]
  return {
    name,
    parameters,
    result: 'f64',
    locals: ['i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
    body: [
      ...bytes(count, end),
      ...everyFour(distance, end, [
        ...set(x, value(distance)),
        ...addSquare(low, f64x2.low(get(x))),
        ...addSquare(high, f64x2.high(get(x))),
      ]),
      ...set(low, f64x2.add(get(low), get(high))),
      ...f64x2.sum(low),
    ],
  }
}

const squaredNorm = squares('squaredNorm', ['i32', 'i32'], (distance) => v128.load(at(0, distance)))

const squaredDistance = squares('squaredDistance', ['i32', 'i32', 'i32'], (distance) =>
  v128.subtract(v128.load(at(0, distance)), v128.load(at(1, distance))),
)

const addScaled: WasmFunction = {
  name: 'addScaled',
  parameters: ['i32', 'i32', 'i32', 'f32'],
  locals: ['i32', 'i32'],
  body: [
    ...bytes(2, 5),
    ...everyFour(
      4,
      5,
      v128.store(at(0, 4), v128.add(v128.load(at(0, 4)), v128.multiply(v128.load(at(1, 4)), v128.splat(get(3))))),
    ),
  ],
}

const pullTo: WasmFunction = {
  name: 'pullTo',
  parameters: ['i32', 'i32', 'i32', 'i32', 'f32'],
  locals: ['i32', 'i32'],
  body: [
    ...bytes(3, 6),
    ...everyFour(
      5,
      6,
      v128.store(
        at(0, 5),
        v128.add(
          v128.load(at(0, 5)),
          v128.multiply(v128.splat(get(4)), v128.subtract(v128.load(at(1, 5)), v128.load(at(2, 5)))),
        ),
      ),
    ),
  ],
}

function adam(): WasmFunction {
  const [weights, gradient, first, second, count] = [0, 1, 2, 3, 4]
  const [factor, beta1, beta2, step, floor, fade] = [5, 6, 7, 8, 9, 10].map((index) => v128.splat(get(index))) as [
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
  ]
  const [distance, end, g, m, v] = [11, 12, 13, 14, 15]
  const change = v128.multiply(v128.divide(get(m), v128.add(v128.root(get(v)), floor)), step)
  return {
    name: 'adam',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32', 'f32', 'f32', 'f32', 'f32'],
    locals: ['i32', 'i32', 'v128', 'v128', 'v128'],
    body: [
      ...bytes(count, end),
      ...everyFour(distance, end, [
        ...set(g, v128.multiply(v128.load(at(gradient, distance)), factor)),
        ...set(m, v128.add(v128.multiply(v128.load(at(first, distance)), beta1), get(g))),
        ...set(v, v128.add(v128.multiply(v128.load(at(second, distance)), beta2), v128.multiply(get(g), get(g)))),
        ...v128.store(at(first, distance), get(m)),
        ...v128.store(at(second, distance), get(v)),
        ...v128.store(
          at(weights, distance),
          v128.subtract(v128.multiply(v128.load(at(weights, distance)), fade), change),
        ),
      ]),
    ],
  }
}

/** @see Chris Wellons, "Prospecting for Hash Functions" (2018), for the integer hash `lowbias32`. */
function mask(): WasmFunction {
  const [into, count, key, threshold, kept, distance, end, x, lane] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  const shifted = (bits: number): Code => set(x, v128.xor(get(x), v128.shiftRight(get(x), bits)))
  const multiplied = (by: number): Code => set(x, v128.multiplyInteger(get(x), v128.splatInteger(i32.constant(by))))
  // Four counters, one a lane: 0, 1, 2, 3.
  const lanes: Code = [0xfd, 0x0c, ...[0, 1, 2, 3].flatMap((index) => [index, 0, 0, 0])]
  return {
    name: 'mask',
    parameters: ['i32', 'i32', 'i32', 'i32', 'f32'],
    locals: ['i32', 'i32', 'v128', 'v128'],
    body: [
      ...bytes(count, end),
      ...set(lane, v128.addInteger(lanes, v128.splatInteger(get(key)))),
      ...everyFour(distance, end, [
        ...set(x, get(lane)),
        ...shifted(16),
        ...multiplied(0x7feb352d),
        ...shifted(15),
        ...multiplied(0x846ca68b),
        ...shifted(16),
        ...v128.store(
          at(into, distance),
          v128.select(v128.zero, v128.splat(get(kept)), v128.below(get(x), v128.splatInteger(get(threshold)))),
        ),
        ...set(lane, v128.addInteger(get(lane), v128.splatInteger(i32.constant(4)))),
      ]),
    ],
  }
}

/** Assembles the module of the loops; under 2 KB. */
export function kernelModule({ shared }: { readonly shared: boolean }): Uint8Array<ArrayBuffer> {
  return assemble([squaredNorm, squaredDistance, addScaled, pullTo, adam(), mask()], { shared })
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
