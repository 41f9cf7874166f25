import { createRng, type Rng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillNormal } from '../initial.js'
import {
  type AggregateOptions,
  AggregationError,
  type AggregationRule,
  aggregate,
  memorySource,
  type PeerReport,
} from './aggregate.js'
import { prunedNetwork, sortingNetwork } from './network.js'

async function aggregated(
  peers: readonly ArrayLike<number>[],
  rule: AggregationRule,
  {
    shares,
    base,
    ...options
  }: Partial<Pick<AggregateOptions, 'clip'>> & { shares?: readonly number[]; base?: ArrayLike<number> } = {},
): Promise<{ weights: number[]; reports: PeerReport[] }> {
  const weights = new Float32Array(peers[0]?.length ?? 0)
  const reports = await aggregate(
    peers.map((peer, index) => memorySource(`peer ${index}`, Float32Array.from(peer), shares?.[index])),
    {
      ...options,
      rule,
      base: base === undefined ? undefined : memorySource('base', Float32Array.from(base)),
      write: (start, block) => weights.set(block, start),
    },
  )
  return { weights: [...weights], reports }
}

const column = (...values: number[]): number[][] => values.map((value) => [value, 0, 0, 0])
const firstOf = async (...parameters: Parameters<typeof aggregated>): Promise<number | undefined> =>
  (await aggregated(...parameters)).weights[0]

describe('sortingNetwork()', () => {
  test('sorts every input of zeros and ones, and so every input', () => {
    for (let count = 1; count <= 12; count++) {
      const network = sortingNetwork(count)
      for (let input = 0; input < 1 << count; input++) {
        const bits = Array.from({ length: count }, (_, index) => (input >> index) & 1)
        for (const [a, b] of network)
          [bits[a], bits[b]] = [Math.min(bits[a] ?? 0, bits[b] ?? 0), Math.max(bits[a] ?? 0, bits[b] ?? 0)]
        expect(bits).toEqual(bits.toSorted())
      }
    }
  })

  test('has 19 comparators for eight, and fewer for a median alone', () => {
    expect(sortingNetwork(8)).toHaveLength(19)
    expect(prunedNetwork(sortingNetwork(9), 4, 4).length).toBeLessThan(sortingNetwork(9).length)
  })
})

describe('aggregate()', () => {
  const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1_000, max: 1_000 }), {
    minLength: 1,
    maxLength: 17,
  })

  test('median: that of the values, by sorting', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const sorted = values.toSorted((a, b) => a - b)
        const expected = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
        expect(await firstOf(column(...values), { type: 'median' })).toBeCloseTo(expected, 3)
      }),
    )
  })

  test('trimmed-mean: that of the values between, by sorting', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, fc.nat(), async (values, draw) => {
        const hostile = draw % Math.ceil(values.length / 2)
        const middle = values.toSorted((a, b) => a - b).slice(hostile, values.length - hostile)
        const expected = middle.reduce((sum, value) => sum + value, 0) / middle.length
        expect(await firstOf(column(...values), { type: 'trimmed-mean', hostile })).toBeCloseTo(expected, 2)
      }),
    )
  })

  test('mean: by shares', async () => {
    expect(await firstOf(column(1, 2, 6), { type: 'mean' }, { shares: [1, 1, 2] })).toBe(3.75)
  })

  test('krum: gives one of those that agree, as it is', async () => {
    const { weights, reports } = await aggregated(column(1, 1.1, 0.9, 1.05, 50), { type: 'krum', hostile: 1 })
    expect([Math.fround(1), Math.fround(1.05)]).toContain(weights[0])
    expect(reports.filter(({ left }) => left === undefined)).toHaveLength(1)
  })

  test('multi-krum: the mean of those that agree', async () => {
    const { weights, reports } = await aggregated(column(1, 2, 3, 90, 2, 91, 2), { type: 'multi-krum', hostile: 2 })
    expect(weights[0]).toBeCloseTo(2, 5)
    expect(reports.map(({ left }) => left)[3]).toBe('not-chosen')
  })

  test('geometric-median: the point of least distance, found without another pass', async () => {
    const rng = createRng('points')
    const points = Array.from({ length: 9 }, (_, index) => {
      const point = new Float32Array(4)
      fillNormal(point, index === 0 ? 100 : 1, rng.fork(`${index}`))
      return point
    })
    const { weights } = await aggregated(points, { type: 'geometric-median' })
    const cost = (at: readonly number[]): number =>
      points.reduce((sum, point) => sum + Math.hypot(...at.map((value, axis) => value - (point[axis] ?? 0))), 0)
    for (const axis of [0, 1, 2, 3])
      for (const change of [-0.05, 0.05])
        expect(cost(weights.with(axis, (weights[axis] ?? 0) + change))).toBeGreaterThan(cost(weights))
    expect(await firstOf(column(2, 2, 2), { type: 'geometric-median' })).toBeCloseTo(2, 6)
  })

  test('clips the differences to the base, to a norm or to the median of norms', async () => {
    const base = [10, 0, 0, 0]
    const peers = column(11, 12, 110)
    const fixed = await aggregated(peers, { type: 'mean' }, { base, clip: 4 })
    expect(fixed.weights[0]).toBeCloseTo(10 + (1 + 2 + 4) / 3, 5)
    expect(fixed.reports.map(({ factor }) => factor)).toEqual([1, 1, 0.04])
    expect(await firstOf(peers, { type: 'mean' }, { base, clip: 'median' })).toBeCloseTo(10 + (1 + 2 + 2) / 3, 5)
  })

  test('krum measures distances after clipping', async () => {
    const rule = { type: 'multi-krum', hostile: 0, keep: 3 } as const
    const { weights } = await aggregated(column(1, 1, 100), rule, { clip: 1 })
    expect(weights[0]).toBeCloseTo(1, 5)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'leaves a peer with a weight of %s out, wherever it stands',
    async (bad) => {
      for (const type of ['mean', 'median', 'geometric-median'] as const) {
        const { weights, reports } = await aggregated([...column(1, 1, 1), [1, 0, 0, bad]], { type })
        expect(weights).toEqual([1, 0, 0, 0])
        expect(reports.at(-1)).toMatchObject({ id: 'peer 3', left: 'not-finite' })
      }
    },
  )

  test('gives the same for nets larger than a block', async () => {
    const length = (1 << 17) + 64
    const peers = [1, 2, 30].map((value) => new Float32Array(length).fill(value))
    const { weights } = await aggregated(peers, { type: 'median' })
    expect(weights.every((weight) => weight === 2)).toBe(true)
    expect(weights).toHaveLength(length)
  })

  test.each<[string, () => Promise<unknown>, string]>([
    ['no peers', () => aggregated([], { type: 'mean' }), 'there are no peers'],
    ['no finite peer', () => aggregated(column(Number.NaN), { type: 'mean' }), 'no peer has finite weights'],
    [
      'other lengths',
      () =>
        aggregated(
          [
            [1, 2, 3, 4],
            [1, 2, 3, 4, 5, 6, 7, 8],
          ],
          { type: 'mean' },
        ),
      '"peer 1" has 8 weights',
    ],
    [
      'krum among too few',
      () => aggregated(column(1, 2, 3, 4), { type: 'krum', hostile: 1 }),
      'withstands 1 hostile peers only among 5',
    ],
    [
      'trimming all',
      () => aggregated(column(1, 2), { type: 'trimmed-mean', hostile: 1 }),
      'trimming 1 at each end leaves nothing of 2',
    ],
    [
      'a share of zero',
      () => aggregated(column(1, 2), { type: 'mean' }, { shares: [1, 0] }),
      'a share is not positive',
    ],
  ])('refuses %s', async (_, run, why) => {
    await expect(run()).rejects.toThrow(AggregationError)
    await expect(run()).rejects.toThrow(why)
  })
})

/** A task that nine peers learn together, each with its own data: which side of a plane a point lies on. */
const dimensions = 15

function examplesOf(rng: Rng, count: number): { x: Float32Array; y: number }[] {
  return Array.from({ length: count }, (_, index) => {
    const x = new Float32Array(dimensions + 1)
    fillNormal(x, 1, rng.fork(`${index}`))
    x[dimensions] = 1
    const side = x.reduce((sum, value, axis) => sum + value * Math.sin(axis + 1), 0)
    return { x, y: side > 0 ? 1 : 0 }
  })
}

const scoreOf = (weights: ArrayLike<number>, x: Float32Array): number =>
  x.reduce((sum, value, axis) => sum + value * (weights[axis] ?? 0), 0)

/** Logistic regression, by gradient descent. */
function trainLocally(start: readonly number[], examples: readonly { x: Float32Array; y: number }[]): number[] {
  const weights = [...start]
  for (let round = 0; round < 5; round++) {
    const slope = new Float64Array(weights.length)
    for (const { x, y } of examples) {
      const error = 1 / (1 + Math.exp(-scoreOf(weights, x))) - y
      for (const [axis, value] of x.entries()) slope[axis] = (slope[axis] ?? 0) + (error * value) / examples.length
    }
    for (const [axis, value] of slope.entries()) weights[axis] = (weights[axis] ?? 0) - 0.5 * value
  }
  return weights
}

type Attack = (
  start: readonly number[],
  honest: readonly (readonly number[])[],
  rng: Rng,
  data: readonly { x: Float32Array; y: number }[],
) => number[]

const honestChange = (start: readonly number[], peer: readonly number[] | undefined): number[] =>
  start.map((value, axis) => (peer?.[axis] ?? 0) - value)

const attacks: Readonly<Record<string, Attack>> = {
  'sign flip': (start, honest) => start.map((value, axis) => value - 4 * (honestChange(start, honest[0])[axis] ?? 0)),
  'scaling by −100': (start, honest) =>
    start.map((value, axis) => value - 100 * (honestChange(start, honest[0])[axis] ?? 0)),
  'label flip': (start, _, __, data) =>
    trainLocally(
      start,
      data.map(({ x, y }) => ({ x, y: 1 - y })),
    ),
  noise: (start, _, rng) => {
    const noise = new Float32Array(start.length)
    fillNormal(noise, 20, rng)
    return start.map((value, axis) => value + (noise[axis] ?? 0))
  },
  /** All the same, a little more than a deviation off the honest mean: hard to tell by distance. */
  collusion: (start, honest) =>
    start.map((_, axis) => {
      const values = honest.map((peer) => peer[axis] ?? 0)
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      return mean - 1.5 * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    }),
}

const rng = createRng('federation')
const [count, hostile] = [10, 3]
const data = Array.from({ length: count }, (_, peer) => examplesOf(rng.fork(`peer ${peer}`), 200))
const heldOut = examplesOf(rng.fork('held out'), 1_000)

async function accuracy(rule: AggregationRule, attack: Attack | undefined): Promise<number> {
  let weights = Array<number>(dimensions + 1).fill(0)
  for (let round = 0; round < 16; round++) {
    const honest = data.slice(hostile).map((examples) => trainLocally(weights, examples))
    const others = data
      .slice(0, hostile)
      .map(
        (examples, peer) =>
          attack?.(weights, honest, rng.fork(`attack ${round} ${attack === attacks.collusion ? 0 : peer}`), examples) ??
          trainLocally(weights, examples),
      )
    weights = (await aggregated([...others, ...honest], rule, { base: weights })).weights
  }
  return heldOut.filter(({ x, y }) => scoreOf(weights, x) > 0 === (y === 1)).length / heldOut.length
}

describe('aggregate() under attack, 3 of 10 hostile', () => {
  /** Points of accuracy lost to each attack, at most. What a rule cannot withstand is written down as it is. */
  const bounds: readonly (readonly [AggregationRule, number, Readonly<Record<string, number>>])[] = [
    [{ type: 'geometric-median' }, 0.02, {}],
    // Krum looks for those that are close together, and the colluding are the closest.
    [{ type: 'multi-krum', hostile: 3 }, 0.02, { collusion: 0.06 }],
    [{ type: 'krum', hostile: 3 }, 0.02, { collusion: 0.1 }],
    // Attackers who all stand on one side move every median a little.
    [{ type: 'median' }, 0.05, {}],
    [{ type: 'trimmed-mean', hostile: 3 }, 0.05, {}],
  ]

  test('the mean is ruined by an attack, so the attacks are real', async () => {
    expect(await accuracy({ type: 'mean' }, undefined)).toBeGreaterThan(0.93)
    expect(await accuracy({ type: 'mean' }, attacks['scaling by −100'])).toBeLessThan(0.6)
  })

  test.each(bounds)('$0.type loses no more than is written here', async (rule, bound, known) => {
    const clean = await accuracy(rule, undefined)
    expect(clean).toBeGreaterThan(0.93)
    for (const [name, attack] of Object.entries(attacks)) {
      expect(clean - (await accuracy(rule, attack)), name).toBeLessThanOrEqual(known[name] ?? bound)
    }
  })
})
