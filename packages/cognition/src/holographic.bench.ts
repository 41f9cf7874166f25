/** What does it cost to bind, and to find again? */

import { describe, expect, test } from 'vitest'
import { createHolographicWorkspace, createHolography } from './holographic.js'

/** Circular convolution by its definition. */
function naiveBind(a: Float64Array, b: Float64Array): Float64Array {
  const n = a.length
  return a.map((_, k) => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += (a[j] ?? 0) * (b[(k - j + n) % n] ?? 0)
    return sum
  })
}

describe('bind() and unbind()', () => {
  test.for([256, 1_024, 4_096])('how long at %d dimensions?', async (dimensions, { bench }) => {
    const holography = createHolography(dimensions)
    const [a, b] = [holography.symbol('a'), holography.symbol('b')]
    const result = await bench.compare(
      bench('bind', () => void holography.bind(a, b)),
      bench('unbind', () => void holography.unbind(a, b)),
      bench('naive', () => void naiveBind(a, b)),
    )
    if (dimensions === 1_024) expect(result.get('bind').latency.p50).toBeLessThan(0.04)
  })
})

describe('recall()', () => {
  test.for([8, 46, 200])('how long with %d items at 1 024 dimensions?', async (items, { bench }) => {
    const workspace = createHolographicWorkspace(createHolography(1_024))
    const exact = new Map<string, string>()
    for (let item = 0; item < items; item++) {
      workspace.store(`key ${item}`, `value ${item}`)
      exact.set(`key ${item}`, `value ${item}`)
    }
    await bench.compare(
      bench('holographic', () => void workspace.recall('key 3')),
      bench('map', () => void exact.get('key 3')),
    )
  })
})
