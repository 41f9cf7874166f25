/** A map with a bound: what was unused for longest leaves first. */

/** Keeps at most so many values. */
export interface LruCache<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
}

/** Creates an empty cache. */
export function createLruCache<Key, Value>(capacity: number): LruCache<Key, Value> {
  // A Map gives its keys in order of insertion, so the first one is the oldest.
  const values = new Map<Key, Value>()
  return {
    get(key) {
      const value = values.get(key)
      if (value !== undefined) {
        values.delete(key)
        values.set(key, value)
      }
      return value
    },
    set(key, value) {
      values.delete(key)
      values.set(key, value)
      for (const oldest of values.keys()) {
        if (values.size <= capacity) break
        values.delete(oldest)
      }
    },
  }
}
