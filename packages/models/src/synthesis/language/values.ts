/**
 * Values as numbers, so that those of a program on all examples fit a row of a typed array.
 *
 * A number stands for itself, a boolean is 0 or 1; strings, lists and pairs are kept once each, and stand as the place they
 * are kept at. Equal values of one type are equal numbers. NaN is the error: the value of whatever cannot be computed.
 */

import { SalpError } from '@salp/core'
import { elementOf, partsOf, type Type } from './types.js'

/** A value outside of the language: JSON made of numbers, booleans, strings, arrays and pairs. */
export type Json = number | boolean | string | readonly Json[]

/** Elements of a list, and characters of a string; what is longer is an error. */
export const longestList = 256
/** See {@link longestList}. */
export const longestText = 1_024

/** The strings, lists and pairs of one search, each kept once. */
export class Values {
  readonly texts: string[] = []
  readonly #idOfText = new Map<string, number>()
  /** Elements of all lists, one list behind the other. */
  data = new Float64Array(4_096)
  #starts = new Int32Array(1_024)
  #lengths = new Int32Array(1_024)
  #hashes = new Int32Array(1_024)
  #count = 0
  #table = new Int32Array(4_096)
  #end = 0

  /** The place of a text; NaN if it is too long. */
  text(text: string): number {
    if (text.length > longestText) return Number.NaN
    const known = this.#idOfText.get(text)
    if (known !== undefined) return known
    const id = this.texts.length
    this.texts.push(text)
    this.#idOfText.set(text, id)
    return id
  }

  /** The text at a place. */
  textAt(id: number): string {
    return this.texts[id] ?? ''
  }

  /** Where the elements of a list start in `data`. */
  start(id: number): number {
    return this.#starts[id] ?? 0
  }

  length(id: number): number {
    return this.#lengths[id] ?? 0
  }

  /** The elements of a list, as a copy. */
  items(id: number): number[] {
    const start = this.start(id)
    const items = new Array<number>(this.length(id))
    for (let at = 0; at < items.length; at++) items[at] = this.data[start + at] ?? 0
    return items
  }

  /** Makes room for a list of up to `length` elements: write them to `data` from the place returned, then `close`. */
  open(length: number): number {
    if (this.#end + length > this.data.length) {
      const larger = new Float64Array(Math.max(this.data.length * 2, this.#end + length))
      larger.set(this.data)
      this.data = larger
    }
    return this.#end
  }

  /** The place of the list that was written behind `open`; NaN if an element is an error, or there are too many. */
  close(length: number): number {
    if (length > longestList) return Number.NaN
    const { data } = this
    const start = this.#end
    let hash = length
    for (let at = start; at < start + length; at++) {
      const value = data[at] ?? 0
      if (Number.isNaN(value)) return Number.NaN
      hash = mix(hash, value)
    }
    const mask = this.#table.length - 1
    let slot = hash & mask
    for (let found = this.#table[slot] ?? 0; found !== 0; found = this.#table[slot] ?? 0) {
      const id = found - 1
      if (this.#hashes[id] === hash && this.#lengths[id] === length && this.#same(id, start)) return id
      slot = (slot + 1) & mask
    }
    return this.#keep(hash, length, slot)
  }

  /** The place of a list of these elements. */
  list(items: ArrayLike<number>): number {
    const start = this.open(items.length)
    for (let at = 0; at < items.length; at++) this.data[start + at] = items[at] ?? Number.NaN
    return this.close(items.length)
  }

  /** The number that stands for a value; NaN if it is not of the type, or no integer, or too long. */
  encode(type: Type, value: unknown): number {
    if (type === 'number') return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : Number.NaN
    if (type === 'boolean') return typeof value === 'boolean' ? Number(value) : Number.NaN
    if (type === 'string') return typeof value === 'string' ? this.text(value) : Number.NaN
    if (!Array.isArray(value)) return Number.NaN
    const inner = elementOf(type)
    if (inner !== undefined) return this.list(value.map((item) => this.encode(inner, item)))
    const parts = partsOf(type)
    if (parts === undefined || value.length !== 2) return Number.NaN
    return this.list(parts.map((part, index) => this.encode(part, value[index])))
  }

  /** The value a number stands for. */
  decode(type: Type, id: number): Json {
    if (type === 'number') return id
    if (type === 'boolean') return id === 1
    if (type === 'string') return this.textAt(id)
    const items = this.items(id)
    const inner = elementOf(type)
    if (inner !== undefined) return items.map((item) => this.decode(inner, item))
    const [first = 'number', second = 'number'] = partsOf(type) ?? []
    return [this.decode(first, items[0] ?? 0), this.decode(second, items[1] ?? 0)]
  }

  #same(id: number, start: number): boolean {
    const { data } = this
    const other = this.start(id)
    for (let at = this.length(id) - 1; at >= 0; at--) if (data[other + at] !== data[start + at]) return false
    return true
  }

  #keep(hash: number, length: number, slot: number): number {
    const id = this.#count++
    if (id >= this.#starts.length) {
      this.#starts = doubled(this.#starts)
      this.#lengths = doubled(this.#lengths)
      this.#hashes = doubled(this.#hashes)
    }
    this.#starts[id] = this.#end
    this.#lengths[id] = length
    this.#hashes[id] = hash
    this.#end += length
    this.#table[slot] = id + 1
    if (this.#count * 2 > this.#table.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let id = 0; id < this.#count; id++) {
      let slot = (this.#hashes[id] ?? 0) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = id + 1
    }
    this.#table = table
  }
}

/** Stirs an integer, which may be beyond 32 bits, into a hash. */
export function mix(hash: number, value: number): number {
  const low = value | 0
  const high = low === value ? 0 : Math.imul((value - low) / 4_294_967_296, 0x9e3779b1)
  const stirred = Math.imul(hash ^ low ^ high, 0x85ebca6b)
  return stirred ^ (stirred >>> 13)
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** Reads examples into numbers. @throws {@link ExampleError} (`models/example`) for a value that is not of its type. */
export function encodeOrThrow(values: Values, type: Type, value: unknown, what: string): number {
  const encoded = values.encode(type, value)
  if (Number.isNaN(encoded)) throw new ExampleError(what, type)
  return encoded
}

/** An example that does not fit the signature. */
export class ExampleError extends SalpError {
  constructor(what: string, type: Type) {
    super(
      'models/example',
      `Cannot use ${what}: it is not ${type}, with integers up to 2^53 − 1, lists of up to ${longestList} and strings of up to ${longestText}`,
    )
  }
}
