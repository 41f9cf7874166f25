import { createRng, type Rng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { type Bandit, type BanditOptions, createLinUcb, createThompson } from './bandit.js'
import { doublyRobust, inversePropensity, type LoggedChoice } from './off-policy.js'

const both: readonly (readonly [string, (options: BanditOptions) => Bandit])[] = [
  ['createLinUcb()', createLinUcb],
  ['createThompson()', createThompson],
]

/** Two kinds of circumstances, each with an arm of its own that pays 1; the others pay 0.2, all with noise. */
function play(bandit: Bandit, rng: Rng, rounds: number): { paid: number; log: LoggedChoice[] } {
  let paid = 0
  const log: LoggedChoice[] = []
  for (let round = 0; round < rounds; round++) {
    const kind = rng() < 0.5 ? 0 : 1
    const features = Float64Array.of(1, kind)
    const { arm, probability } = bandit.choose(features, 0)
    const reward = (arm === (kind === 0 ? 1 : 2) ? 1 : 0.2) + 0.4 * (rng() - 0.5)
    bandit.learn(arm, features, reward)
    log.push({ features, arm, probability, reward })
    if (round >= rounds / 2) paid += reward / (rounds / 2)
  }
  return { paid, log }
}

describe.each(both)('%s', (_, create) => {
  const options = (rng: Rng) => ({ arms: 3, dimensions: 2, chance: rng, warmUp: 60, exploration: 0.1, ridge: 4 })

  test('begins with the rule, and learns which arm pays where', () => {
    const rng = createRng('learn')
    const bandit = create(options(rng))
    const early = Array.from({ length: 50 }, () => bandit.choose(Float64Array.of(1, 0), 2).arm)
    expect(early.filter((arm) => arm === 2).length).toBeGreaterThan(40)
    expect(play(create(options(rng)), rng, 1_200).paid).toBeGreaterThan(0.9)
  })

  test('tells the probability of what it chose', () => {
    const rng = createRng('probability')
    const bandit = create({ ...options(rng), warmUp: 1e9 })
    const counts = [0, 0, 0]
    let stated = 0
    for (let round = 0; round < 6_000; round++) {
      const { arm, probability } = bandit.choose(Float64Array.of(1, 1), 1)
      counts[arm] = (counts[arm] ?? 0) + 1
      if (arm === 1) stated = probability
    }
    expect((counts[1] ?? 0) / 6_000).toBeCloseTo(stated, 1)
    expect(stated).toBeCloseTo(0.9 + 0.1 / 3, 9)
  })

  test('goes on from a snapshot, and ignores a reward that is none', () => {
    const rng = createRng('snapshot')
    const bandit = create(options(rng))
    play(bandit, rng, 200)
    const before = bandit.snapshot()
    bandit.learn(0, Float64Array.of(1, 0), Number.NaN)
    const later = create({ ...options(rng), from: JSON.parse(JSON.stringify(before)) })
    expect(later.snapshot()).toEqual(before)
    expect(later.expect(1, Float64Array.of(1, 0))).toBeCloseTo(bandit.expect(1, Float64Array.of(1, 0)), 9)
  })

  test('learns the weights of least squares', () => {
    const bandit = create({ ...options(createRng(1)), ridge: 1e-9 })
    for (const x of [0, 1, 2, 3]) bandit.learn(0, Float64Array.of(1, x), 2 + 3 * x)
    expect(bandit.expect(0, Float64Array.of(1, 10))).toBeCloseTo(32, 5)
  })
})

describe('off-policy evaluation', () => {
  const rng = createRng('off-policy')
  const { log } = play(
    createThompson({ arms: 3, dimensions: 2, chance: rng, warmUp: 1e9, exploration: 0.5, ridge: 4 }),
    rng,
    4_000,
  )
  /** Takes the arm that pays: worth 1. */
  const best = (features: Float64Array) => (features[1] === 0 ? [0, 1, 0] : [0, 0, 1])

  test('inversePropensity() and doublyRobust() find what the best policy would bring, from the log of a poor one', () => {
    const weighed = inversePropensity(log, best, { rng })
    expect(weighed.low < 1 && weighed.high > 1).toBe(true)
    const robust = doublyRobust(log, best, {
      rng,
      expect: (arm, [, kind]) => (arm === (kind === 0 ? 1 : 2) ? 0.9 : 0.3),
    })
    expect(robust.low < 1 && robust.high > 1).toBe(true)
    expect(robust.high - robust.low).toBeLessThan(weighed.high - weighed.low)
    expect(weighed.effective).toBeGreaterThan(100)
  })

  test('throws RangeError for a probability that is none', () => {
    const broken = [{ features: Float64Array.of(1, 0), arm: 0, probability: 0, reward: 1 }]
    expect(() => inversePropensity(broken, best, { rng })).toThrow(RangeError)
  })
})
