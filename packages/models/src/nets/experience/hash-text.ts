/** A number for a text that is the same everywhere and always: what depends on it may be stored and sent. */

/**
 * Hashes text to 32 bits, unsigned. Not for keys.
 *
 * @see Fowler, Noll and Vo, FNV-1a, here over UTF-16 units; then mixed, since short texts differ in few bits.
 */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
