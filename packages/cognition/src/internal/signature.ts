/** What a text is about, in 256 bits, so that two texts can be compared in nanoseconds. */

/** One bit set for each distinct word, by hash: eight 32-bit words. */
export type Signature = Readonly<Int32Array>

/**
 * Marks each word of the text, of two letters or more and whatever its case.
 *
 * A Bloom filter with one hash: two texts of 20 words each that share none agree in about one word by accident.
 */
export function signatureOf(text: string): Signature {
  const bits = new Int32Array(8)
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]{2,}/gu)) {
    let hash = 0x811c9dc5
    for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193)
    hash ^= hash >>> 15
    const slot = (hash >>> 5) & 7
    bits[slot] = (bits[slot] ?? 0) | (1 << (hash & 31))
  }
  return bits
}

/** Share of the bits of either that both have: 1 for equal texts, 0 if they share no word or both are empty. */
export function similarity(a: Signature, b: Signature): number {
  let both = 0
  let either = 0
  for (let slot = 0; slot < 8; slot++) {
    both += ones((a[slot] ?? 0) & (b[slot] ?? 0))
    either += ones((a[slot] ?? 0) | (b[slot] ?? 0))
  }
  return either === 0 ? 0 : both / either
}

/** Share of the bits of `part` that `whole` has too; 0 if `part` is empty. */
export function containment(part: Signature, whole: Signature): number {
  let shared = 0
  let all = 0
  for (let slot = 0; slot < 8; slot++) {
    shared += ones((part[slot] ?? 0) & (whole[slot] ?? 0))
    all += ones(part[slot] ?? 0)
  }
  return all === 0 ? 0 : shared / all
}

/** Bits set in a 32-bit word (Warren, *Hacker's Delight*, section 5-1). */
function ones(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555)
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333)
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
