/** A short name for a text, to find its equal by. */

/**
 * Hashes text to an integer in [0, 2^53): quick, portable, not for secrets.
 *
 * Equal texts have equal digests; unequal ones may, one pair in about a hundred million texts, so compare those in full.
 *
 * @see "cyrb53" by bryc, public domain: two rounds of MurmurHash3's mixing, 53 bits kept.
 */
export function digest(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
