import { describe, expect, test } from 'vitest'
import { type Batch, orderedBatches, shuffledBatches } from './batches.js'

const examples = Array.from({ length: 5 }, (_, index) => ({ x: [index, -index], weight: [index === 0 ? 0 : 1] }))
const empty = (rows: number): Batch => ({ x: new Float32Array(2 * rows), weight: new Float32Array(rows) })

describe('shuffledBatches()', () => {
  const source = shuffledBatches(examples, { seed: 7, weights: ['weight'] })
  const filled = (index: number): Batch => {
    const batch = empty(2)
    source(batch, index)
    return batch
  }

  test('gives each example once a round, in another order each round', () => {
    const seen = [0, 1, 2, 3, 4].flatMap((index) => [...(filled(index).x ?? [])].filter((_, at) => at % 2 === 0))
    expect(seen.slice(0, 5).toSorted()).toEqual([0, 1, 2, 3, 4])
    expect(seen.slice(5).toSorted()).toEqual([0, 1, 2, 3, 4])
    expect(seen.slice(5)).not.toEqual(seen.slice(0, 5))
  })

  test('gives the same batch for the same number, whatever came before', () => {
    const late = filled(400)
    expect(filled(0)).toEqual(filled(0))
    expect(filled(400)).toEqual(late)
  })

  test('divides weights by their sum', () => {
    for (let index = 0; index < 10; index++) {
      expect(Array.from(filled(index).weight ?? []).reduce((sum, weight) => sum + weight, 0)).toBe(1)
    }
  })

  test('refuses no examples, and rows that do not fit', () => {
    expect(() => shuffledBatches([], { seed: 1, weights: [] })).toThrow('Cannot make batches of no examples')
    expect(() => source({ x: new Float32Array(3), weight: new Float32Array(2) }, 0)).toThrow(
      'Cannot fill "x" with rows of 2',
    )
    expect(() => source({ ...empty(2), y: new Float32Array(2) }, 0)).toThrow('Cannot fill "y": the example lacks it')
  })
})

describe('orderedBatches()', () => {
  test('covers each example once; a short last batch weighs what it holds', () => {
    const { fill, count } = orderedBatches(examples, { rows: 2, weights: ['weight'] })
    const weights = Array.from({ length: count }, (_, index) => {
      const batch = empty(2)
      fill(batch, index)
      return [...(batch.weight ?? [])]
    })
    expect(weights).toEqual([
      [0, 0.25],
      [0.25, 0.25],
      [0.25, 0],
    ])
  })
})
