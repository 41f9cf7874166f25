/** What every {@link KvStore} must do. */

import { describe, expect, test } from 'vitest'
import type { KvStore } from '../../kv/kv-store.js'

/** Declares the tests of a store. @param create - Makes an empty one. */
export function kvStoreSuite({ name, create }: { name: string; create: () => KvStore }): void {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
  const held = (store: KvStore, cartridge: string): Record<string, number[]> =>
    Object.fromEntries([...store.load(cartridge)].map(([key, value]) => [key, [...value]]))

  describe(name, () => {
    test('holds nothing for a cartridge it never saw', () => {
      expect(held(create(), 'a')).toEqual({})
    })

    test('makes changes in their order, cartridge by cartridge', () => {
      const store = create()
      store.commit([
        { cartridge: 'a', key: 'x', value: bytes(1) },
        { cartridge: 'b', key: 'x', value: bytes(2, 0, 255) },
        { cartridge: 'a', key: 'x', value: bytes() },
        { cartridge: 'a', key: '\u{1f600}', value: bytes(3) },
      ])
      store.commit([
        { cartridge: 'a', key: '\u{1f600}', value: null },
        { cartridge: 'a', key: 'never there', value: null },
      ])
      expect(held(store, 'a')).toEqual({ x: [] })
      expect(held(store, 'b')).toEqual({ x: [2, 0, 255] })
    })

    test('keeps a copy of what it was given', () => {
      const store = create()
      const value = bytes(1)
      store.commit([{ cartridge: 'a', key: 'x', value }])
      value[0] = 9
      expect(held(store, 'a')).toEqual({ x: [1] })
    })
  })
}
