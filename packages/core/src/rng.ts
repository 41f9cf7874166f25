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
 * Creates a generator: xoshiro128** seeded through splitmix32. Not for keys.
 *
 * @param seed - Any text or number; equal seeds give equal draws on every platform.
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021).
 */
export function createRng(seed: string | number): Rng {
  const name = String(seed)
  let mixed = hash(name)
  const next32 = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0
    let word = mixed ^ (mixed >>> 16)
    word = Math.imul(word, 0x21f0aaad)
    word ^= word >>> 15
    word = Math.imul(word, 0x735a2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
  let [a, b, c, d] = [next32(), next32(), next32(), next32()]
  const draw = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result / 0x1_0000_0000
  }
  return Object.assign(draw, { fork: (purpose: string) => createRng(`${name}/${purpose}`) })
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value
}
