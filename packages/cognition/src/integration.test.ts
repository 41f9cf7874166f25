import { describe, expect, test } from 'vitest'
import { broadcastThreshold, foldFlow, measureIntegration, type Part, pairOf, silent } from './integration.js'

const quiet = { posted: 0, heard: 0 }
const graph = (pairs: readonly (readonly [Part, Part])[]) =>
  foldFlow(
    silent,
    pairs.map(([writer, reader]) => pairOf(writer, reader)),
    quiet,
  )

describe('measureIntegration()', () => {
  test('counts components and loops of the graph of reads', () => {
    expect(measureIntegration(silent)).toMatchObject({ components: 0, loops: 0, phi: 0 })
    const chain = graph([
      ['surprise', 'precision'],
      ['precision', 'belief'],
    ])
    expect(measureIntegration(chain)).toMatchObject({ components: 1, loops: 0 })
    const ring = graph([
      ['surprise', 'precision'],
      ['precision', 'belief'],
      ['belief', 'surprise'],
      ['memory', 'counterfactual'],
    ])
    expect(measureIntegration(ring)).toMatchObject({ components: 2, loops: 1 })
    const twoRings = graph([
      ['surprise', 'precision'],
      ['precision', 'belief'],
      ['belief', 'surprise'],
      ['precision', 'memory'],
      ['memory', 'surprise'],
      // The other direction is the same line.
      ['precision', 'surprise'],
    ])
    expect(measureIntegration(twoRings)).toMatchObject({ components: 1, loops: 2 })
  })

  test('joins coupling, cross-reading and entropy as the reference system does', () => {
    const state = foldFlow(silent, [pairOf('surprise', 'precision'), pairOf('belief', 'surprise')], {
      posted: 4,
      heard: 2,
    })
    const { coupling, crossRead, entropy, phi } = measureIntegration(state)
    expect([coupling, crossRead]).toEqual([2 / 72, 0.5])
    expect(entropy).toBeCloseTo(1 / Math.log2(72), 9)
    expect(phi).toBeCloseTo(0.35 * coupling + 0.35 * crossRead + 0.3 * entropy, 12)
  })

  test('forgets reads that stopped', () => {
    let state = graph([['surprise', 'precision']])
    for (let call = 0; call < 400; call++) state = foldFlow(state, [], quiet)
    expect(measureIntegration(state)).toMatchObject({ coupling: 0, components: 0 })
  })
})

describe('broadcastThreshold()', () => {
  test('raises the bar where much goes unread, within [0.3, 0.5]', () => {
    expect(broadcastThreshold(silent)).toBe(0.4)
    expect(broadcastThreshold({ ...silent, posted: 10, heard: 0 })).toBe(0.5)
    expect(broadcastThreshold({ ...silent, posted: 10, heard: 10 })).toBe(0.3)
  })
})
