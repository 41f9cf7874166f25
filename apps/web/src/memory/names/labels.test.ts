import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LabelBox, placeLabels } from './labels.js'

const box = fc.record({
  left: fc.integer({ min: -100, max: 500 }),
  top: fc.integer({ min: -100, max: 300 }),
  width: fc.integer({ min: 1, max: 250 }),
  height: fc.integer({ min: 1, max: 30 }),
})

const overlap = (a: LabelBox, b: LabelBox) =>
  Math.min(a.left + a.width, b.left + b.width) > Math.max(a.left, b.left) &&
  Math.min(a.top + a.height, b.top + b.height) > Math.max(a.top, b.top)

describe('placeLabels()', () => {
  test('lets none overlap, and leaves out none that would not', () => {
    fc.assert(
      fc.property(fc.array(box), (boxes) => {
        const placed = placeLabels(boxes, Infinity)
        for (const [index, one] of boxes.entries()) {
          const before = placed.filter((other) => other < index).flatMap((other) => boxes[other] ?? [])
          expect(before.some((other) => overlap(one, other))).toBe(!placed.includes(index))
        }
      }),
    )
  })

  test('stops at the most', () => {
    const apart = Array.from({ length: 9 }, (_, index) => ({ left: index * 50, top: 0, width: 40, height: 10 }))
    expect(placeLabels(apart, 3)).toEqual([0, 1, 2])
  })
})
