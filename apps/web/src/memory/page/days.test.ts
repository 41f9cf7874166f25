import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf, startOf, toBars } from './days.js'

describe('toBars()', () => {
  test('keeps days apart as long as they fit', () => {
    expect(
      toBars(
        [
          { day: 5, records: 2 },
          { day: 7, records: 1 },
        ],
        3,
      ),
    ).toEqual([
      { from: 5, to: 6, records: 2 },
      { from: 6, to: 7, records: 0 },
      { from: 7, to: 8, records: 1 },
    ])
    expect(toBars([], 3)).toEqual([])
  })

  test('loses no record, and no day, in no more bars than asked', () => {
    const days = fc.uniqueArray(fc.integer({ min: -200_000, max: 200_000 }), { minLength: 1 })
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 150 }), (some, most) => {
        const counts = some.toSorted((a, b) => a - b).map((day, index) => ({ day, records: index + 1 }))
        const bars = toBars(counts, most)
        expect(bars.length).toBeLessThanOrEqual(most)
        for (const [index, bar] of bars.entries()) {
          const inside = counts.filter(({ day }) => day >= bar.from && day < bar.to)
          expect(bar.records).toBe(inside.reduce((sum, { records }) => sum + records, 0))
          expect(bar.from).toBe(bars[index - 1]?.to ?? bar.from)
        }
        expect(bars.reduce((sum, { records }) => sum + records, 0)).toBe((counts.length * (counts.length + 1)) / 2)
      }),
    )
  })
})

describe('dayOf()', () => {
  test("counts by the reader's midnight", () => {
    const offset = 2 * 3_600_000
    expect(dayOf(startOf(100, offset), offset)).toBe(100)
    expect(dayOf(startOf(100, offset) - 1, offset)).toBe(99)
    expect(dayOf(-1, 0)).toBe(-1)
  })
})
