/** The weights a net starts from. */

import type { Rng } from '@salp/core'
import type { Net } from './net.js'

/** Draws first weights: each parameter from a stream of its own, so that a new one changes no other. */
export function initialWeights(net: Net, rng: Rng): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(net.layout.length)
  for (const { name, offset, length, initialiser } of net.layout.parameters) {
    const view = flat.subarray(offset, offset + length)
    if ('fill' in initialiser) view.fill(initialiser.fill)
    else fillNormal(view, initialiser.deviation, rng.fork(name))
  }
  return flat
}

/** Fills with normal draws of mean 0. @see Box and Muller, "A note on the generation of random normal deviates" (1958). */
export function fillNormal(into: Float32Array, deviation: number, rng: Rng): void {
  for (let index = 0; index < into.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - rng()))
    const angle = 2 * Math.PI * rng()
    into[index] = radius * Math.cos(angle)
    if (index + 1 < into.length) into[index + 1] = radius * Math.sin(angle)
  }
}
