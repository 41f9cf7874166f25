import { expect, test } from 'vitest'
import * as ai from './ai/index.js'
import * as gym from './gym/index.js'
import * as root from './index.js'
import * as learned from './learned.js'

test('the entries export these values', () => {
  expect([root, ai, gym, learned].map((entry) => Object.keys(entry).sort())).toMatchInlineSnapshot(`
    [
      [
        "SnapshotError",
        "createCounterfactual",
        "createHolographicWorkspace",
        "createHolography",
        "createLinUcb",
        "createSubstrate",
        "createThompson",
        "defaultModules",
        "doublyRobust",
        "injectionText",
        "inversePropensity",
        "perceive",
        "quoteForPrompt",
        "recallForStep",
        "restorable",
        "speculate",
        "steer",
        "usualPrices",
      ],
      [
        "cognitionMiddleware",
      ],
      [
        "atEqualCost",
        "createWorld",
        "factorialEffects",
        "families",
        "fixedThresholds",
        "forecastFigures",
        "gymReport",
        "isHeldOut",
        "oracle",
        "plainLoop",
        "runArm",
        "runStream",
        "singleEffects",
        "splitOf",
        "substratePilot",
        "tunePlainLoop",
        "usualLoop",
        "worldsOf",
      ],
      [
        "perceiveLearned",
      ],
    ]
  `)
})
