/** Chance by place: the same draw for the same place, in whatever order draws are made. */

/** Hashes text to 32 bits (FNV-1a over UTF-16 units, then mixed). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return mix(hash)
}

/** Joins a hash and a number to a new hash. */
export function join(hash: number, value: number): number {
  return mix(hash ^ Math.imul(value + 0x9e3779b9, 0x85ebca6b))
}

/** Turns a hash into a draw from [0, 1). */
export function toUnit(hash: number): number {
  return (hash >>> 0) / 0x1_0000_0000
}

/** The finaliser of MurmurHash3 (Appleby, public domain). */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
