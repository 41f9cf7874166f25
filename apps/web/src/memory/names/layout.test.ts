import { describe, expect, test } from 'vitest'
import { createLayout, type Layout } from './layout.js'

/** Two groups of ten, each joined in a ring. */
const input = {
  topics: Array.from({ length: 20 }, (_, index) => (index < 10 ? 1 : 2)),
  edges: Uint32Array.from(
    Array.from({ length: 20 }, (_, index) => [index, index < 10 ? (index + 1) % 10 : 10 + ((index + 1) % 10)]).flat(),
  ),
  radii: new Float32Array(20).fill(4),
}

function settle(layout: Layout): Float32Array {
  for (let steps = 0; layout.step(); steps++) if (steps > 2_000) expect.fail('it never rests')
  return layout.positions()
}

const distance = (at: Float32Array, a: number, b: number) =>
  Math.hypot((at[2 * a] ?? 0) - (at[2 * b] ?? 0), (at[2 * a + 1] ?? 0) - (at[2 * b + 1] ?? 0))

describe('createLayout()', () => {
  test('comes to rest with joined names nearer than others, none upon another', () => {
    const at = settle(createLayout(input))
    const joined = Array.from({ length: 20 }, (_, index) =>
      distance(at, input.edges[2 * index] ?? 0, input.edges[2 * index + 1] ?? 0),
    )
    const apart = Array.from({ length: 10 }, (_, index) => distance(at, index, index + 10))
    expect(Math.max(...joined)).toBeLessThan(apart.reduce((sum, one) => sum + one, 0) / 10)
    expect(Math.min(...joined, ...apart)).toBeGreaterThan(4)
  })

  test('gives the same for the same', () => {
    expect(settle(createLayout(input))).toEqual(settle(createLayout(input)))
  })

  test('goes on from where names stood', () => {
    const before = settle(createLayout(input))
    before.set([Number.NaN, Number.NaN], 38)
    const after = settle(createLayout({ ...input, positions: before }))
    for (let index = 0; index < 9; index++)
      expect(
        Math.hypot(
          (before[2 * index] ?? 0) - (after[2 * index] ?? 0),
          (before[2 * index + 1] ?? 0) - (after[2 * index + 1] ?? 0),
        ),
      ).toBeLessThan(40)
    expect(after.every(Number.isFinite)).toBe(true)
  })

  test('holds a name where it is put, until it is let go', () => {
    const layout = createLayout(input)
    settle(layout)
    layout.hold(3, 500, -500)
    for (let step = 0; step < 5; step++) expect(layout.step()).toBe(true)
    expect([...layout.positions().slice(6, 8)]).toEqual([500, -500])
    layout.release(3)
    expect(settle(layout)[6]).not.toBe(500)
  })
})
