import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { createControllers, type Dials } from './controllers.js'
import { featureNames } from './features.js'

const rule: Dials = { tier: 'standard', contextFraction: 0.35, retrievalLimit: 5, vigilance: 1 }
const features = Float64Array.from(featureNames, (name) => (name === 'one' ? 1 : 0))

describe.each(['thompson', 'linucb'] as const)('createControllers() by %s', (algorithm) => {
  test('begins with the rules, but for a few trials', () => {
    const controllers = createControllers({ chance: createRng('begin'), algorithm })
    const settings = Array.from({ length: 100 }, () => controllers.choose(features, rule).dials)
    expect(settings.filter((dials) => JSON.stringify(dials) === JSON.stringify(rule)).length).toBeGreaterThan(85)
  })

  test('learns to spend less where less brings as much', () => {
    const controllers = createControllers({ chance: createRng('spend'), algorithm })
    const tiers: string[] = []
    for (let step = 0; step < 3_000; step++) {
      const choice = controllers.choose(features, rule)
      tiers.push(choice.dials.tier)
      controllers.learn(choice, { fast: 3, standard: 1, capable: -3 }[choice.dials.tier])
    }
    expect(tiers.slice(-200).filter((tier) => tier === 'fast').length).toBeGreaterThan(150)
  })

  test('keeps every dial within its range, whatever the rule and the reward', () => {
    const controllers = createControllers({ chance: createRng('range'), algorithm })
    for (let step = 0; step < 600; step++) {
      const extreme: Dials = {
        tier: step % 2 ? 'capable' : 'fast',
        contextFraction: 0.65,
        retrievalLimit: step % 13,
        vigilance: 1,
      }
      const choice = controllers.choose(features, extreme)
      const { contextFraction, retrievalLimit } = choice.dials
      expect(contextFraction >= 0.08 && contextFraction <= 0.65).toBe(true)
      expect(Number.isInteger(retrievalLimit) && retrievalLimit >= 0 && retrievalLimit <= 12).toBe(true)
      expect(choice.probabilities.every((probability) => probability > 0 && probability <= 1)).toBe(true)
      controllers.learn(choice, step % 5 === 0 ? Number.NaN : 1e6)
      controllers.learnVigilance(choice, -1)
    }
  })
})
