import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AssociativeMemory, foldRecall, recallDepth, recallForStep, unrecalled } from './associative.js'

const times = (count: number, usedRank: number, depth = 12, from = unrecalled) => {
  let ranks = from
  for (let index = 0; index < count; index++) ranks = foldRecall(ranks, usedRank, depth)
  return ranks
}

describe('recallDepth()', () => {
  test('reaches as far as memories prove useful', () => {
    expect(recallDepth(times(60, 1), 20)).toBe(1)
    expect(recallDepth(times(60, 7), 20)).toBe(7)
    expect(recallDepth(times(200, 0), 20)).toBe(0)
  })

  test('reaches deeper the more a memory is worth', () => {
    const depths = [1, 10, 30, 100].map((worth) => recallDepth(unrecalled, worth))
    expect(depths).toEqual(depths.toSorted((a, b) => a - b))
  })
})

describe('foldRecall()', () => {
  test('keeps what lies deeper than was looked in proportion', () => {
    const next = foldRecall(unrecalled, 0, 5)
    const deep = (ranks: readonly number[]): number => (ranks[8] ?? 0) / (ranks[0] ?? 1)
    expect(deep(next)).toBeCloseTo(deep(unrecalled), 9)
  })

  test('stays finite, bounded and not negative whatever is told', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.integer({ min: 0, max: 40 })), { maxLength: 300 }), (recalls) => {
        const ranks = recalls.reduce((known, [rank, depth]) => foldRecall(known, rank, depth), unrecalled)
        const total = ranks.reduce((sum, count) => sum + count, 0)
        expect(ranks.every((count) => count >= 0) && total > 0 && total < 110).toBe(true)
      }),
    )
  })
})

describe('recallForStep()', () => {
  const asked: number[] = []
  const memory: AssociativeMemory = {
    async recall(query, { limit }) {
      asked.push(limit)
      return { hits: [{ content: `about ${query}` }] }
    },
  }

  test('asks for as many memories as are granted, and for none where none are', async () => {
    const granted = await recallForStep({ memory, controls: () => ({ retrievalLimit: 4 }) }, 'keys')
    expect([granted.contents, granted.report(1)]).toEqual([['about keys'], { depth: 4, usedRank: 1 }])
    const none = await recallForStep({ memory, controls: () => ({ retrievalLimit: 0 }) }, 'keys')
    expect([none.contents, asked]).toEqual([[], [4]])
  })

  test('rejects with the reason of a signal that aborted', async () => {
    const reason = new Error('stopped')
    const steered = recallForStep({ memory, controls: () => ({ retrievalLimit: 4 }) }, 'keys', {
      signal: AbortSignal.abort(reason),
    })
    await expect(steered).rejects.toBe(reason)
  })
})
