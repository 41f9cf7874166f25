/** What every {@link UsageStore} must do. */

import { describe, expect, test } from 'vitest'
import { addUsage, unused } from '../../cascade/usage.js'
import type { UsageStore } from '../../cascade/usage-store.js'

/** Declares the tests of a store. @param create - Makes an empty one. */
export function usageStoreSuite({ name, create }: { name: string; create: () => UsageStore }): void {
  describe(name, () => {
    test('reads unused for a slot it never saw', () => {
      expect(create().read('a')).toEqual(unused)
    })

    test('keeps what an update returns, slot by slot', () => {
      const store = create()
      const usage = addUsage(unused, { requests: 1, inputTokens: 5, outputTokens: 7, costUsd: 0.25 }, 90_000_000)
      expect(store.update('a', () => usage)).toEqual(usage)
      expect(store.read('a')).toEqual(usage)
      expect(store.read('b')).toEqual(unused)
    })

    test('gives an update what was kept before', () => {
      const store = create()
      for (let count = 0; count < 5; count++) store.update('a', (usage) => addUsage(usage, { requests: 1 }, 90_000_000))
      expect(store.read('a').total.requests).toBe(5)
    })

    test('keeps nothing of an update that throws', () => {
      const store = create()
      expect(() =>
        store.update('a', () => {
          throw new RangeError('no')
        }),
      ).toThrow(RangeError)
      expect(store.read('a')).toEqual(unused)
    })
  })
}
