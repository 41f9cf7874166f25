/** What the host does for a guest, each with its cost and its limits. */

import { CartridgeTrap } from '../errors.js'
import { byBytes, type KvTransaction, kvErrors } from '../kv/transaction.js'
import type { Limits } from '../limits.js'
import type { GuestWorld } from './guest.js'
import { maxHttpBytes } from './http.js'
import type { Meter } from './meter.js'

/** Longest line of log, in bytes; what is behind is left out. */
export const maxLogLineBytes = 4_096

/** Units for each key that a listing goes through, so that it costs about what it takes. */
const listedKeyCost = 64
const maxRandomBytes = 65_536

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Why {@link Services.forward} and {@link Services.http} give nothing; numbers of binary interface 1.0. */
export const callErrors = { missing: -1, refused: -6, failed: -7 } as const

/** Functions of the host for one instance. Numbers below zero are errors of binary interface 1.0. */
export class Services {
  readonly #id: string
  readonly #world: GuestWorld
  readonly #limits: Limits
  readonly #meter: Meter

  constructor({ id, world, limits, meter }: { id: string; world: GuestWorld; limits: Limits; meter: Meter }) {
    this.#id = id
    this.#world = world
    this.#limits = limits
    this.#meter = meter
  }

  /** @param line - UTF-8, with replacement characters where it is not. */
  log(level: number, line: Uint8Array): void {
    const shown = line.subarray(0, maxLogLineBytes)
    const entry = this.#meter.host(shown.length)
    const { logLines, logBytes } = this.#limits
    if (entry.logLines >= logLines || entry.logBytes + shown.length > logBytes) {
      entry.droppedLogLines++
      return
    }
    entry.logLines++
    entry.logBytes += shown.length
    this.#world.log(this.#id, level, lenient.decode(shown))
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    this.#meter.host(8)
    return Math.floor(this.#world.now())
  }

  random(into: Uint8Array): void {
    this.#meter.host(into.length)
    if (into.length > maxRandomBytes)
      throw new CartridgeTrap('limit', `it asks for ${into.length} random bytes, at most ${maxRandomBytes} are given`)
    this.#world.random(into)
  }

  /** UTF-8 JSON. */
  payment(): Uint8Array {
    return encoder.encode(this.#meter.host(0).chain.payment)
  }

  kvGet(key: Uint8Array): Uint8Array | number {
    const writes = this.#kv(key.length)
    if (writes === undefined) return kvErrors.operations
    const name = this.#key(key)
    if (name === undefined || name === '') return kvErrors.key
    return writes.get(this.#id, name) ?? kvErrors.missing
  }

  /** @param value - Copied. */
  kvSet(key: Uint8Array, value: Uint8Array): number {
    const writes = this.#kv(key.length + value.length)
    if (writes === undefined) return kvErrors.operations
    const name = this.#key(key)
    if (name === undefined) return kvErrors.key
    if (value.length > this.#limits.kvValueBytes) return kvErrors.value
    return writes.set(this.#id, name, value.slice(), this.#limits)
  }

  kvDelete(key: Uint8Array): number {
    const writes = this.#kv(key.length)
    if (writes === undefined) return kvErrors.operations
    const name = this.#key(key)
    return name === undefined || name === '' ? kvErrors.key : writes.delete(this.#id, name)
  }

  /** Keys that begin with `prefix`, sorted by their bytes. */
  kvList(prefix: Uint8Array): string[] | number {
    const writes = this.#kv(prefix.length)
    if (writes === undefined) return kvErrors.operations
    const start = this.#key(prefix)
    if (start === undefined) return kvErrors.key
    const all = writes.keys(this.#id)
    // All keys are looked at and some are sorted, whatever fits in the end.
    this.#meter.charge(listedKeyCost * all.size)
    return [...all].filter((key) => key.startsWith(start)).sort(byBytes)
  }

  /** Runs another backend cartridge. @param request - A frame. @returns The frame of its response, or an error. */
  forward(target: Uint8Array, request: Uint8Array): Uint8Array | number {
    const { chain } = this.#meter.host(target.length + request.length)
    const name = this.#key(target)
    if (name === undefined || request.length > this.#limits.inputBytes) return callErrors.refused
    const { fuel, result } = chain.forward(name, request.slice(), this.#meter.fuelLeft)
    this.#meter.charge(fuel)
    return result
  }

  /** Asks another machine. @param request - A frame whose path is an absolute URL. @returns The frame of its response, or an error. */
  http(request: Uint8Array): Uint8Array | number {
    const { chain } = this.#meter.host(request.length)
    return request.length > maxHttpBytes ? callErrors.refused : chain.http(request.slice())
  }

  /** Begins an operation on keys and values. @returns `undefined` if there were too many. */
  #kv(bytes: number): KvTransaction | undefined {
    const entry = this.#meter.host(bytes)
    return ++entry.kvOperations > this.#limits.kvOperations ? undefined : entry.chain.writes
  }

  /** A key, or `undefined` if it is not UTF-8. Empty and long ones are refused where they are set. */
  #key(bytes: Uint8Array): string | undefined {
    if (bytes.length > 256) return undefined
    try {
      return utf8.decode(bytes)
    } catch {
      return undefined
    }
  }
}
