import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { kvStoreSuite } from '../testing/internal/kv-store-suite.js'
import { openIndexedKvStore } from './indexed-kv-store.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const open = (indexedDB: IDBFactory, cartridges: readonly string[], onError = (_: unknown): void => undefined) =>
  openIndexedKvStore({ indexedDB, IDBKeyRange, onError }, cartridges)

// The suite asks for a store where there is no waiting.
const stores = await Promise.all([1, 2, 3].map(() => open(new IDBFactory(), ['a', 'b'])))

kvStoreSuite({
  name: 'openIndexedKvStore()',
  create() {
    const store = stores.pop()
    if (store === undefined) throw new RangeError('The suite asks for more stores than were opened')
    return store
  },
})

describe('openIndexedKvStore()', () => {
  test('reads what was written before, of each cartridge its own', async () => {
    const indexedDB = new IDBFactory()
    const first = await open(indexedDB, ['a', 'b'])
    first.commit([
      { cartridge: 'a', key: 'x', value: bytes(1) },
      { cartridge: 'a', key: 'gone', value: bytes(2) },
      { cartridge: 'b', key: 'x', value: bytes(3) },
    ])
    first.commit([{ cartridge: 'a', key: 'gone', value: null }])
    await first.settled()
    first.close()
    const second = await open(indexedDB, ['a'])
    expect([...second.load('a')]).toEqual([['x', bytes(1)]])
    expect(() => second.load('b')).toThrow(RangeError)
    second.close()
  })

  test('tells of a write that fails, and still has it', async () => {
    const errors: unknown[] = []
    const store = await open(new IDBFactory(), ['a'], (error) => errors.push(error))
    store.commit([{ cartridge: 'a', key: 'x', value: bytes(1) }])
    await store.settled()
    store.close()
    store.commit([{ cartridge: 'a', key: 'y', value: bytes(2) }])
    await store.settled()
    expect(errors.length).toBe(1)
    expect([...store.load('a')].map(([key]) => key)).toEqual(['x', 'y'])
  })
})
