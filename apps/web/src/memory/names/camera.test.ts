import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fit, pan, toScreen, toWorld, zoomAt } from './camera.js'

const coordinate = fc.double({ min: -2_000, max: 2_000, noNaN: true })
const camera = fc.record({ x: coordinate, y: coordinate, scale: fc.double({ min: 0.05, max: 10, noNaN: true }) })
const point = fc.record({ x: coordinate, y: coordinate })
const size = { width: 800, height: 600 }

describe('toWorld()', () => {
  test('is the reverse of toScreen()', () => {
    fc.assert(
      fc.property(camera, point, (from, at) => {
        const there = toWorld(from, size, toScreen(from, size, at))
        expect(there.x).toBeCloseTo(at.x, 5)
        expect(there.y).toBeCloseTo(at.y, 5)
      }),
    )
  })
})

describe('zoomAt()', () => {
  test('keeps what is under the pointer, at any scale', () => {
    fc.assert(
      fc.property(camera, point, fc.double({ min: 0.01, max: 100, noNaN: true }), (from, at, factor) => {
        const before = toWorld(from, size, at)
        const after = toWorld(zoomAt(from, size, at, factor), size, at)
        expect(after.x).toBeCloseTo(before.x, 5)
        expect(after.y).toBeCloseTo(before.y, 5)
      }),
    )
  })
})

describe('pan()', () => {
  test('moves the picture with the hand', () => {
    expect(pan({ x: 0, y: 0, scale: 2 }, 10, -4)).toEqual({ x: -5, y: 2, scale: 2 })
  })
})

describe('fit()', () => {
  test('sees every position', () => {
    const places = fc.array(point, { minLength: 1 })
    fc.assert(
      fc.property(places, (all) => {
        const seen = fit(
          all.flatMap(({ x, y }) => [x, y]),
          size,
        )
        for (const place of all) {
          const { x, y } = toScreen(seen, size, place)
          expect(x >= 0 && x <= size.width && y >= 0 && y <= size.height).toBe(true)
        }
      }),
    )
  })

  test('looks at the origin when there is nothing', () => {
    expect(fit([], size)).toEqual({ x: 0, y: 0, scale: 1 })
  })
})
