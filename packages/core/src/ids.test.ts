import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIdSource } from './ids.js'
import { createRng } from './rng.js'
import { stoppedClock } from './testing/index.js'

/** RFC 9562: version 7, variant 10. */
const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const milliseconds = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

describe('createIdSource()', () => {
  test('gives version 7 UUIDs that carry the time', () => {
    const nextId = createIdSource({ clock: stoppedClock(0x017f22e279b0), rng: createRng(1) })
    const id = nextId()
    expect(id).toMatch(version7)
    // The time of the example in RFC 9562, appendix A.6.
    expect(id.startsWith('017f22e2-79b0-7')).toBe(true)
  })

  test('ascends whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 48 - 2 ** 16 }), { minLength: 1 }),
        fc.string(),
        (times, seed) => {
          let index = 0
          const clock = { now: () => times[index++ % times.length] ?? 0 }
          const nextId = createIdSource({ clock, rng: createRng(seed) })
          const ids = Array.from({ length: 50 }, nextId)
          expect(ids).toEqual([...ids].sort())
          expect(new Set(ids).size).toBe(ids.length)
          for (const id of ids) expect(id).toMatch(version7)
        },
      ),
    )
  })

  test('borrows from the next milliseconds when one is used up', () => {
    const nextId = createIdSource({ clock: stoppedClock(1_000), rng: createRng(1) })
    const ids = Array.from({ length: 20_000 }, nextId)
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
    expect(milliseconds(ids.at(-1) ?? '')).toBeLessThanOrEqual(1_006)
  })

  test('gives others apart from the same time on', () => {
    const clock = stoppedClock(1_000)
    const ids = Array.from({ length: 1_000 }, (_, seed) => createIdSource({ clock, rng: createRng(seed) })())
    expect(new Set(ids).size).toBe(1_000)
  })
})
