/** Bytes that grow as they are written. */

/** Collects the bytes of a module. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** Several bytes, in order. */
  write(...values: readonly number[]): void {
    for (const value of values) this.byte(value)
  }

  append(bytes: Uint8Array, from = 0, to: number = bytes.length): void {
    const count = to - from
    this.#reserve(count)
    // For short pieces a loop is faster than a view.
    if (count < 48) for (let index = from; index < to; index++) this.#bytes[this.#length++] = bytes[index] ?? 0
    else {
      this.#bytes.set(bytes.subarray(from, to), this.#length)
      this.#length += count
    }
  }

  /** An unsigned LEB128. Integer, range [0, 2^32). */
  u32(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A signed LEB128 of a number that is not negative. Integer, range [0, 2^53). */
  positive(value: number): void {
    let rest = value
    while (rest >= 0x40) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  name(ascii: string): void {
    this.u32(ascii.length)
    for (const letter of ascii) this.byte(letter.charCodeAt(0))
  }

  /** What was written; a view that later writing may change. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(count: number): void {
    const wanted = this.#length + count
    if (wanted <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
