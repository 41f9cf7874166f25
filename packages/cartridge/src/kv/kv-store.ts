/** Where keys and values of cartridges are kept. */

import type { SqlDatabase } from '@salp/core'

/** A value that was set, or a key that was deleted (`value: null`). */
export interface KvChange {
  readonly cartridge: string
  readonly key: string
  readonly value: Uint8Array | null
}

/** Keeps keys and values. The host reads a cartridge's once and holds them; it is the one that writes them. */
export interface KvStore {
  /** All of one cartridge, in any order. */
  load(cartridge: string): Iterable<readonly [key: string, value: Uint8Array]>
  /** Makes the changes in their order, all or none. */
  commit(changes: readonly KvChange[]): void
}

/** Creates a store in memory. */
export function memoryKvStore(): KvStore {
  const spaces = new Map<string, Map<string, Uint8Array>>()
  return {
    load: (cartridge) => spaces.get(cartridge) ?? [],
    commit(changes) {
      for (const { cartridge, key, value } of changes) {
        const space = spaces.get(cartridge) ?? new Map<string, Uint8Array>()
        spaces.set(cartridge, space)
        if (value === null) space.delete(key)
        else space.set(key, value.slice())
      }
    },
  }
}

/** Creates a store in the tables of `cartridgeMigrations`; what was committed is as durable as the database. */
export function sqliteKvStore(db: SqlDatabase): KvStore {
  const all = db.prepare<{ key: string; value: Uint8Array }>('SELECT key, value FROM cartridge_kv WHERE cartridge = ?')
  const set = db.prepare(
    'INSERT INTO cartridge_kv (cartridge, key, value) VALUES (?, ?, ?) ON CONFLICT (cartridge, key) DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare('DELETE FROM cartridge_kv WHERE cartridge = ? AND key = ?')
  return {
    load: (cartridge) => all.all(cartridge).map(({ key, value }) => [key, new Uint8Array(value)] as const),
    commit(changes) {
      db.transaction(() => {
        for (const { cartridge, key, value } of changes) {
          if (value === null) remove.run(cartridge, key)
          else set.run(cartridge, key, value)
        }
      })
    },
  }
}
