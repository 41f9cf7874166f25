/** Keys and values during a call: what it wrote is seen by itself alone, until the whole call succeeded. */

import type { Limits } from '../limits.js'
import type { KvChange, KvStore } from './kv-store.js'

/** Why an operation did nothing; numbers of binary interface 1.0. */
export const kvErrors = { missing: -1, key: -2, value: -3, quota: -4, operations: -5 } as const

const encoder = new TextEncoder()

/** Longest key, in bytes of UTF-8. */
const maxKeyBytes = 256

interface Usage {
  readonly keys: number
  readonly bytes: number
}

/** What one cartridge changed in a transaction, and what it holds with that. */
interface Overlay {
  readonly changes: Map<string, Uint8Array | null>
  usage: Usage
}

/** Writes that wait; ended by `commit` of the {@link KvSpaces}, or by being forgotten. */
export class KvTransaction {
  readonly #spaces: KvSpaces
  readonly #parent: KvTransaction | undefined
  readonly #overlays = new Map<string, Overlay>()

  constructor(spaces: KvSpaces, parent: KvTransaction | undefined) {
    this.#spaces = spaces
    this.#parent = parent
  }

  /** A transaction inside this one, which sees what this one wrote. */
  begin(): KvTransaction {
    return new KvTransaction(this.#spaces, this)
  }

  get(cartridge: string, key: string): Uint8Array | undefined {
    const changed = this.#overlays.get(cartridge)?.changes.get(key)
    if (changed !== undefined) return changed ?? undefined
    return this.#parent === undefined ? this.#spaces.read(cartridge).get(key) : this.#parent.get(cartridge, key)
  }

  /** @returns 0, or an error of the interface. */
  set(cartridge: string, key: string, value: Uint8Array, limits: Limits): number {
    const keyBytes = encoder.encode(key).length
    if (keyBytes === 0 || keyBytes > maxKeyBytes) return kvErrors.key
    if (value.length > limits.kvValueBytes) return kvErrors.value
    const usage = this.usage(cartridge)
    const before = this.get(cartridge, key)
    const keys = usage.keys + (before === undefined ? 1 : 0)
    const bytes = usage.bytes + value.length - (before === undefined ? -keyBytes : before.length)
    const grows = keys > usage.keys || bytes > usage.bytes
    if (grows && (keys > limits.kvKeys || bytes > limits.kvBytes)) return kvErrors.quota
    this.#write(cartridge, key, value, { keys, bytes })
    return 0
  }

  /** @returns 0, or that the key is missing. */
  delete(cartridge: string, key: string): number {
    const before = this.get(cartridge, key)
    if (before === undefined) return kvErrors.missing
    const { keys, bytes } = this.usage(cartridge)
    this.#write(cartridge, key, null, { keys: keys - 1, bytes: bytes - encoder.encode(key).length - before.length })
    return 0
  }

  /** Keys of a cartridge, in no order. */
  keys(cartridge: string): Set<string> {
    const keys =
      this.#parent === undefined ? new Set(this.#spaces.read(cartridge).keys()) : this.#parent.keys(cartridge)
    for (const [key, value] of this.#overlays.get(cartridge)?.changes ?? []) {
      if (value === null) keys.delete(key)
      else keys.add(key)
    }
    return keys
  }

  /** Hands what was written to the transaction this one is in. */
  merge(): void {
    const parent = this.#parent
    if (parent === undefined) return
    for (const { cartridge, key, value } of this.changes()) parent.#write(cartridge, key, value, this.usage(cartridge))
  }

  /** What was written, one change a key. */
  changes(): KvChange[] {
    return [...this.#overlays].flatMap(([cartridge, { changes }]) =>
      [...changes].map(([key, value]) => ({ cartridge, key, value })),
    )
  }

  /** Keys and bytes that a cartridge holds, keys counted with their bytes. */
  usage(cartridge: string): Usage {
    const own = this.#overlays.get(cartridge)?.usage
    if (own !== undefined) return own
    return this.#parent === undefined ? this.#spaces.usage(cartridge) : this.#parent.usage(cartridge)
  }

  #write(cartridge: string, key: string, value: Uint8Array | null, usage: Usage): void {
    const overlay = this.#overlays.get(cartridge)
    if (overlay === undefined) this.#overlays.set(cartridge, { changes: new Map([[key, value]]), usage })
    else {
      overlay.changes.set(key, value)
      overlay.usage = usage
    }
  }
}

/** Keys and values of all cartridges of a host, one space each. */
export class KvSpaces {
  readonly #store: KvStore
  readonly #spaces = new Map<string, { readonly entries: Map<string, Uint8Array>; usage: Usage }>()

  constructor(store: KvStore) {
    this.#store = store
  }

  begin(): KvTransaction {
    return new KvTransaction(this, undefined)
  }

  /** Makes what a transaction wrote last: first in the store, then for the calls to come. */
  commit(transaction: KvTransaction): void {
    const changes = transaction.changes()
    if (changes.length === 0) return
    this.#store.commit(changes)
    for (const { cartridge, key, value } of changes) {
      const space = this.#space(cartridge)
      if (value === null) space.entries.delete(key)
      else space.entries.set(key, value)
      space.usage = transaction.usage(cartridge)
    }
  }

  read(cartridge: string): ReadonlyMap<string, Uint8Array> {
    return this.#space(cartridge).entries
  }

  usage(cartridge: string): Usage {
    return this.#space(cartridge).usage
  }

  /** Reads a cartridge's from the store again when it is next asked for. */
  forget(cartridge: string): void {
    this.#spaces.delete(cartridge)
  }

  #space(cartridge: string): { readonly entries: Map<string, Uint8Array>; usage: Usage } {
    const known = this.#spaces.get(cartridge)
    if (known !== undefined) return known
    const entries = new Map(this.#store.load(cartridge))
    let bytes = 0
    for (const [key, value] of entries) bytes += encoder.encode(key).length + value.length
    const space = { entries, usage: { keys: entries.size, bytes } }
    this.#spaces.set(cartridge, space)
    return space
  }
}

/** Compares texts by their bytes in UTF-8, which is by their code points. */
export function byBytes(left: string, right: string): number {
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (a === b) continue
    const [pairA, pairB] = [a >= 0xd800 && a < 0xe000, b >= 0xd800 && b < 0xe000]
    // Code points above 0xffff are two units of 0xd800 and more; 0xe000 to 0xffff stand below them.
    return pairA === pairB ? a - b : pairA ? 1 : -1
  }
  return left.length - right.length
}
