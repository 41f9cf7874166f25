/** Reads a module byte by byte, and refuses what the binary format does. */

import { CartridgeRejected, type RejectionReason } from '../errors.js'

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A place in bytes that moves on as they are read. */
export class ByteReader {
  readonly bytes: Uint8Array
  at: number
  /** First byte that may not be read. */
  end: number

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** Refuses the module, at the present place unless another is given. */
  reject(reason: RejectionReason, why: string, offset: number = this.at): never {
    throw new CartridgeRejected(reason, why, { offset })
  }

  byte(): number {
    const value = this.at < this.end ? this.bytes[this.at] : undefined
    if (value === undefined) this.reject('malformed', 'it ends in the middle')
    this.at++
    return value
  }

  /** Moves over `count` bytes. */
  skip(count: number): void {
    if (count > this.end - this.at) this.reject('malformed', 'it ends in the middle')
    this.at += count
  }

  /** An unsigned LEB128 of 32 bits. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.byte()
    if (last > 0x0f) this.reject('malformed', 'a number is longer than 32 bits', this.at - 1)
    return (value | (last << 28)) >>> 0
  }

  /** Moves over a signed LEB128 of `bits`. */
  skipSigned(bits: 32 | 64): void {
    const full = bits === 32 ? 4 : 9
    for (let index = 0; index < full; index++) if (this.byte() < 0x80) return
    // The bits of the last byte that do not belong to the number repeat its sign.
    const sign = bits === 32 ? 0x78 : 0x7f
    const last = this.byte()
    if (last >= 0x80 || ((last & sign) !== 0 && (last & sign) !== sign))
      this.reject('malformed', `a number is longer than ${bits} bits`, this.at - 1)
  }

  /** A signed LEB128 of 33 bits that is not negative: the index of a type where a type could stand as well. */
  index33(below: number, what: string): number {
    const start = this.at
    let value = 0
    for (let place = 0; place < 5; place++) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** (7 * place)
      if (byte >= 0x80) continue
      if ((byte & 0x40) !== 0)
        this.reject('feature', `it uses a type that is not accepted (0x${byte.toString(16)})`, start)
      if (value >= below) this.reject('malformed', `there is no ${what} ${value}`, start)
      return value
    }
    return this.reject('malformed', 'a number is longer than 33 bits', start)
  }

  /** How many elements a vector has, at most `most`. */
  count(most: number, what: string): number {
    const start = this.at
    const count = this.u32()
    if (count > most) this.reject('limit', `it has ${count} ${what}, at most ${most} are accepted`, start)
    return count
  }

  /** An index below `below`. */
  index(below: number, what: string): number {
    const start = this.at
    const index = this.u32()
    if (index >= below) this.reject('malformed', `there is no ${what} ${index}`, start)
    return index
  }

  name(): string {
    const start = this.at
    const length = this.u32()
    const from = this.at
    this.skip(length)
    try {
      return text.decode(this.bytes.subarray(from, this.at))
    } catch {
      return this.reject('malformed', 'a name is not UTF-8', start)
    }
  }
}
