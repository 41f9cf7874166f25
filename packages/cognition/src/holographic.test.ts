import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHolographicWorkspace, createHolography } from './holographic.js'

const holography = createHolography(1_024)
const farthest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? 0))), 0)

describe('createHolography()', () => {
  test('binds by circular convolution', () => {
    for (const dimensions of [2, 4, 8, 64]) {
      const small = createHolography(dimensions)
      const [a, b] = [small.symbol('a'), small.symbol('b')]
      const naive = a.map((_, k) =>
        a.reduce((sum, value, j) => sum + value * (b[(k - j + dimensions) % dimensions] ?? 0), 0),
      )
      expect(farthest(small.bind(a, b), naive)).toBeLessThan(1e-14)
    }
  })

  test('unbinds exactly by a symbol, whatever was bound', () => {
    const key = holography.symbol('key')
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1_024, maxLength: 1_024, min: -1, max: 1, noNaN: true }), (value) => {
        expect(farthest(holography.unbind(key, holography.bind(key, value)), value)).toBeLessThan(1e-12)
      }),
      { numRuns: 20 },
    )
  })

  test('makes symbols of unit length that have little in common, and like texts alike', () => {
    const dot = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
    const [a, b] = [holography.symbol('a'), holography.symbol('b')]
    expect(dot(a, a)).toBeCloseTo(1, 12)
    expect(Math.abs(dot(a, b))).toBeLessThan(0.15)
    const [one, like, other] = ['read the log file', 'the log file', 'pay an invoice'].map((text) =>
      holography.encode(text),
    ) as [Float64Array, Float64Array, Float64Array]
    expect(dot(one, like)).toBeGreaterThan(0.7)
    expect(dot(one, other)).toBeLessThan(0.3)
  })

  test('throws RangeError for lengths that are no power of two, and for vectors of another length', () => {
    for (const dimensions of [0, 1, 3, 1_000, Number.NaN])
      expect(() => createHolography(dimensions)).toThrow(RangeError)
    expect(() => holography.bind(new Float64Array(2), new Float64Array(1_024))).toThrow(RangeError)
  })
})

describe('createHolographicWorkspace()', () => {
  test('finds the value of a key in 99 of 100 cases with 46 items stored', () => {
    let found = 0
    for (let trial = 0; trial < 40; trial++) {
      const workspace = createHolographicWorkspace(holography)
      for (let item = 0; item < 46; item++) workspace.store(`key ${trial} ${item}`, `value ${trial} ${item}`)
      for (let item = 0; item < 46; item++) {
        if (workspace.recall(`key ${trial} ${item}`)?.value === `value ${trial} ${item}`) found++
      }
    }
    expect(found / (40 * 46)).toBeGreaterThanOrEqual(0.99)
  })

  test('knows the newest value of a key, and nothing of a key never stored', () => {
    const workspace = createHolographicWorkspace(holography)
    workspace.store('tool', 'works')
    workspace.store('tool', 'fails')
    expect(workspace.recall('tool')?.value).toBe('fails')
    expect(workspace.recall('other')).toBeUndefined()
    expect(workspace.load()).toEqual({ items: 1, capacity: 46 })
  })

  test('finds what was stored under words like those asked for', () => {
    const workspace = createHolographicWorkspace(holography)
    workspace.store('read the build log', 'slow')
    workspace.store('pay the invoice', 'asked')
    expect(workspace.recallSimilar('look at the build log')?.value).toBe('slow')
    expect(workspace.recallSimilar('entirely unrelated words')).toBeUndefined()
  })

  test('goes on from a snapshot', () => {
    const workspace = createHolographicWorkspace(holography)
    for (let item = 0; item < 9; item++) workspace.store(`key ${item}`, `value ${item}`)
    const later = createHolographicWorkspace(holography, JSON.parse(JSON.stringify(workspace.snapshot())))
    const { value, confidence = 0 } = workspace.recall('key 4') ?? {}
    expect(later.recall('key 4')).toEqual({ value, confidence: expect.closeTo(confidence, 9) })
  })
})
