/** A direction for a word that nothing is known about. */

import { createRng } from '@salp/core'

/**
 * Draws the direction of `word` from its hash: the same word points the same way everywhere, two words at about right
 * angles, so that texts which share a rare name still meet.
 *
 * @returns A vector of unit length.
 */
export function hashedDirection(word: string, dimensions: number): Float32Array {
  const rng = createRng(word)
  // The sum of three draws is round enough: its directions have no corner of the cube to favour.
  const vector = Float32Array.from({ length: dimensions }, () => rng() + rng() + rng() - 1.5)
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map((value) => value / length)
}
