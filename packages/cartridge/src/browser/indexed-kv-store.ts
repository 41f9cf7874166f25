/** Keys and values of cartridges in the browser's own database. */

import { type KvChange, type KvStore, memoryKvStore } from '../kv/kv-store.js'

/** What {@link openIndexedKvStore} asks for. */
export interface IndexedKvStoreDeps {
  /** Those of the page. */
  readonly indexedDB: IDBFactory
  readonly IDBKeyRange: Pick<typeof IDBKeyRange, 'bound'>
  /** A write that the browser refused: it is there as long as the page is, and gone with it. */
  onError(error: unknown): void
}

/** A {@link KvStore} that is written through to the browser. */
export interface IndexedKvStore extends KvStore {
  /** Waits for what was written. */
  settled(): Promise<void>
  close(): void
}

const databaseName = 'salp-cartridges'
const table = 'kv'

/**
 * Reads all that the named cartridges have kept. Another page that has the same cartridge open does not see what is written
 * here until it opens the store anew; of two writes to one key the later stays.
 *
 * @param cartridges - Those that may be loaded from it.
 * @throws DOMException if the browser keeps nothing for this page, as in some private windows.
 */
export async function openIndexedKvStore(
  { indexedDB, IDBKeyRange, onError }: IndexedKvStoreDeps,
  cartridges: readonly string[],
): Promise<IndexedKvStore> {
  const opening = indexedDB.open(databaseName, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(table)
  const database = await done(opening)
  const memory = memoryKvStore()
  for (const cartridge of cartridges) {
    // An array sorts behind every text, so these are all keys of one cartridge.
    const range = IDBKeyRange.bound([cartridge], [cartridge, []])
    const store = database.transaction(table).objectStore(table)
    const [keys, values] = await Promise.all([done(store.getAllKeys(range)), done(store.getAll(range))])
    memory.commit(
      keys.map((key, index) => ({
        cartridge,
        key: String((key as readonly IDBValidKey[])[1]),
        value: values[index] as Uint8Array,
      })),
    )
  }
  const write = async (changes: readonly KvChange[]): Promise<void> => {
    const transaction = database.transaction(table, 'readwrite')
    const store = transaction.objectStore(table)
    for (const { cartridge, key, value } of changes) {
      if (value === null) store.delete([cartridge, key])
      else store.put(value.slice(), [cartridge, key])
    }
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
  }
  let writing: Promise<unknown> = Promise.resolve()
  return {
    load(cartridge) {
      if (!cartridges.includes(cartridge))
        throw new RangeError(`Cannot load "${cartridge}": the store was opened without`)
      return memory.load(cartridge)
    },
    commit(changes) {
      memory.commit(changes)
      writing = Promise.all([writing, write(changes).catch(onError)])
    },
    async settled() {
      await writing
    },
    close: () => database.close(),
  }
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
