/** Chance as an argument: a seeded generator with a stream of its own for each purpose. */

/** Draws from [0, 1). */
export interface Rng {
  (): number
  /**
   * Starts an independent stream for one purpose.
   *
   * The same name gives the same stream however many draws were made here, so that a new draw in one place shifts none elsewhere.
   */
  fork(name: string): Rng
}

/**
 * Creates a generator: xoshiro128**, its state a hash of the seed. Not for keys.
 *
 * @param seed - Any text or number; equal seeds give equal draws on every platform.
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021).
 */
export function createRng(seed: string | number): Rng {
  const name = String(seed)
  const next = xoshiro128(hash(name))
  // The separator is one that names do not contain, so that fork('a').fork('b') is not fork('a b').
  return Object.assign(() => next() / 0x1_0000_0000, { fork: (purpose: string) => createRng(`${name}\0${purpose}`) })
}

/** Four words of 32 bits. */
export type Words = readonly [number, number, number, number]

/** Draws words of 32 bits, from a state that is not all zero. */
export function xoshiro128(state: Words): () => number {
  let [a, b, c, d] = state
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/**
 * Hashes text to 128 bits: four lanes of multiply and xor over UTF-16 units, each fed by its neighbour.
 *
 * @see bryc, "cyrb128", public domain, for the lanes and their constants.
 */
function hash(text: string): Words {
  let [a, b, c, d] = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a]
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = b ^ Math.imul(a ^ unit, 0x239b961b)
    b = c ^ Math.imul(b ^ unit, 0xab0e9789)
    c = d ^ Math.imul(c ^ unit, 0x38b34ae5)
    d = a ^ Math.imul(d ^ unit, 0xa1e38b93)
  }
  a = Math.imul(c ^ (a >>> 18), 0x239b961b)
  b = Math.imul(d ^ (b >>> 22), 0xab0e9789)
  c = Math.imul(a ^ (c >>> 17), 0x38b34ae5)
  d = Math.imul(b ^ (d >>> 19), 0xa1e38b93)
  const all = a ^ b ^ c ^ d
  return [all, b ^ all, c ^ all, d ^ all]
}
