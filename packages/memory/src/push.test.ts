import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Edge, pushRanks } from './push.js'

/** Two triangles, joined by one edge. */
const ways: Record<number, readonly number[]> = {
  1: [2, 3],
  2: [1, 3],
  3: [1, 2, 4],
  4: [3, 5, 6],
  5: [4, 6],
  6: [4, 5],
}
const neighbours = (nodes: readonly number[]): Map<number, readonly Edge[]> =>
  new Map(nodes.map((node) => [node, (ways[node] ?? []).map((to) => [to, 1] as const)]))

/** Power iteration, the way that looks at the whole graph. */
function sweep(seed: number, damping: number): Map<number, number> {
  let ranks = new Map([[seed, 1]])
  for (let round = 0; round < 200; round++) {
    const next = new Map([[seed, 1 - damping]])
    for (const [node, rank] of ranks) {
      const to = ways[node] ?? []
      for (const one of to) next.set(one, (next.get(one) ?? 0) + (damping * rank) / to.length)
    }
    ranks = next
  }
  return ranks
}

describe('pushRanks()', () => {
  test('agrees with power iteration as the residual falls', () => {
    const pushed = pushRanks(new Map([[1, 1]]), neighbours, { residual: 1e-9, rounds: 500 })
    for (const [node, rank] of sweep(1, 0.85)) expect(pushed.get(node)).toBeCloseTo(rank, 6)
  })

  test('asks for a node once, and ends on a cycle', () => {
    const asked: number[] = []
    const noting = (nodes: readonly number[]): Map<number, readonly Edge[]> => {
      asked.push(...nodes)
      return neighbours(nodes)
    }
    pushRanks(new Map([[1, 1]]), noting, { residual: 1e-6, rounds: 1_000 })
    expect(asked.toSorted()).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('never hands out more than was put in', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.double({ min: 0, max: 1, noNaN: true })),
        (mass) => {
          const seeds = new Map(Object.entries(mass).map(([node, share]) => [Number(node), share]))
          const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)
          expect(total(pushRanks(seeds, neighbours).values())).toBeLessThanOrEqual(total(seeds.values()) + 1e-9)
        },
      ),
    )
  })
})
