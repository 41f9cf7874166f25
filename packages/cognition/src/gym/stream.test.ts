import { describe, expect, test } from 'vitest'
import { fixedThresholds, oracle, plainLoop, usualLoop } from './baselines.js'
import { worldsOf } from './families.js'
import type { PilotFactory } from './pilot.js'
import { runStream, type StreamResult } from './stream.js'
import { substratePilot } from './substrate-pilot.js'
import { forecastFigures } from './tally.js'
import { createWorld } from './world.js'

const worlds = worldsOf('development', 12, 1).map(createWorld)
const live = (pilot: PilotFactory): StreamResult[] => worlds.map((world) => runStream(world, pilot(world)))
const solved = (results: readonly StreamResult[]): number => results.reduce((sum, result) => sum + result.solved, 0)

describe('runStream()', () => {
  test('gives the same accounts for the same world and pilot', () => {
    const accounts = (): string => JSON.stringify(live(substratePilot()))
    expect(accounts()).toBe(accounts())
  })

  test('spends no more than the purse and one last step', () => {
    for (const pilot of [plainLoop({ ...usualLoop, tier: 2, checks: true }), substratePilot()]) {
      for (const [index, result] of live(pilot).entries()) {
        const { purse, tasks } = worlds[index] ?? { purse: 0, tasks: [] }
        expect(result.spent).toBeLessThan(purse + 12)
        expect(result.solved <= result.begun && result.begun <= tasks.length).toBe(true)
      }
    }
  })

  test('lets who knows everything do best, and pays for checks with fewer lies believed', () => {
    const loops = [plainLoop(usualLoop), fixedThresholds({ caps: false }), substratePilot()].map((pilot) =>
      solved(live(pilot)),
    )
    expect(solved(live(oracle))).toBeGreaterThan(Math.max(...loops))
    const deceived = (checks: boolean): number =>
      live(plainLoop({ ...usualLoop, checks })).reduce((sum, result) => sum + result.deceived / result.begun, 0)
    expect(deceived(true)).toBeLessThan(deceived(false) / 3)
  })

  test('keeps score of forecasts, beside those of the rate so far', () => {
    const { count, brier, baseBrier, logLoss, calibrationError } = forecastFigures(
      live(substratePilot()).map(({ tally }) => tally),
    )
    expect(count).toBeGreaterThan(1_000)
    for (const figure of [brier, baseBrier, logLoss, calibrationError]) expect(figure > 0 && figure < 1).toBe(true)
  })

  test('steers by every module that is on', () => {
    const modules = { surprise: true, neuromodulation: true }
    const whole = JSON.stringify(live(substratePilot({ modules })).map(({ spent }) => spent))
    for (const name of [
      'belief',
      'precision',
      'blackboard',
      'memory',
      'counterfactual',
      'surprise',
      'neuromodulation',
    ] as const) {
      const without = live(substratePilot({ modules: { ...modules, [name]: false } })).map(({ spent }) => spent)
      expect(JSON.stringify(without), name).not.toBe(whole)
    }
    for (const name of ['holographic', 'controllers'] as const) {
      const added = live(substratePilot({ modules: { ...modules, [name]: true } })).map(({ spent }) => spent)
      expect(JSON.stringify(added), name).not.toBe(whole)
    }
  })
})
