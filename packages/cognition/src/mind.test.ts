import { createRng, type Rng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import type { Evidence, OutcomeClass } from './belief.js'
import { freshMind, type KnownTool, learnCall, learnTurn, type Mind, unknownTool } from './mind.js'
import { restingModulators } from './neuromodulation.js'

const modules = {
  perception: true,
  surprise: true,
  belief: true,
  precision: true,
  neuromodulation: true,
  blackboard: true,
  memory: true,
  counterfactual: true,
  integration: true,
  holographic: true,
  controllers: true,
}

/** A call that succeeds with this chance, its latency log-normal around 200 ms. */
function drawCall(rng: Rng, works: number): Evidence {
  const normal = Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng())
  return { outcome: rng() < works ? 'ok' : 'failed', latencyMs: 200 * Math.exp(0.3 * normal), at: 0 }
}

interface World {
  readonly mind: Mind
  readonly known: KnownTool
}

/** Lives `turns` turns of five calls, showing each state to `see`. */
function live(
  rng: Rng,
  works: number,
  turns: number,
  from: World,
  see: (world: World) => void = () => undefined,
): World {
  let world = from
  for (let turn = 0; turn < turns; turn++) {
    let failures = 0
    for (let call = 0; call < 5; call++) {
      const evidence = drawCall(rng, works)
      if (evidence.outcome !== 'ok') failures++
      world = learnCall(world.mind, world.known, evidence, { modules, energy: 1 - call / 10 })
      see(world)
    }
    world = { ...world, mind: learnTurn(world.mind, { status: failures < 3 ? 'completed' : 'failed' }, 0, modules) }
  }
  return world
}

const unborn: World = { mind: freshMind, known: unknownTool }

function learn(outcomes: readonly OutcomeClass[], from: World): World {
  return outcomes.reduce<World>(
    ({ mind, known }, outcome) => learnCall(mind, known, { outcome, latencyMs: 100, at: 0 }, { modules, energy: 1 }),
    from,
  )
}

const times = (count: number, outcome: OutcomeClass): OutcomeClass[] => Array.from({ length: count }, () => outcome)

describe('learnCall() over 1 000 turns', () => {
  // Each chance of success that a loop which feeds itself would turn into an extreme.
  test.each([1, 0.98, 0.9, 0.7, 0.5, 0.2, 0])('saturates no gain where %d of the calls succeed', (works) => {
    const sums = { dopamine: 0, noradrenaline: 0, serotonin: 0 }
    live(createRng('stability'), works, 1_000, unborn, ({ mind: { modulators } }) => {
      for (const name of ['dopamine', 'noradrenaline', 'serotonin'] as const) {
        expect(modulators[name]).toBeGreaterThan(0.4)
        expect(modulators[name]).toBeLessThan(1.6)
        sums[name] += modulators[name] / 5_000
      }
    })
    for (const mean of Object.values(sums)) expect(Math.abs(mean - 1)).toBeLessThan(0.1)
  })

  test('spends most of its time in the regime that the world deserves', () => {
    const share = (works: number, regime: string): number => {
      let count = 0
      live(createRng('regimes'), works, 1_000, unborn, ({ mind }) => {
        if (mind.precision.regime === regime) count++
      })
      return count / 5_000
    }
    expect(share(0.98, 'exploit')).toBeGreaterThan(0.7)
    expect(share(0.2, 'conservative')).toBeGreaterThan(0.9)
    expect(share(0.9, 'conservative')).toBeLessThan(0.01)
  })

  test('comes back to rest and to trust when a crisis has passed', () => {
    const rng = createRng('crisis')
    const crisis = live(rng, 0, 10, live(rng, 0.98, 200, unborn))
    expect(crisis.mind.precision.regime).toBe('conservative')
    const healed = live(rng, 1, 40, crisis)
    expect(healed.mind.precision.regime).toBe('exploit')
    for (const gain of Object.values(healed.mind.modulators)) expect(Math.abs(gain - 1)).toBeLessThan(0.15)
  })
})

describe('learnCall()', () => {
  test('raises noradrenaline when a trusted tool breaks', () => {
    const trusted = learn(times(60, 'ok'), unborn)
    const broken = learn(times(3, 'failed'), trusted)
    expect(broken.mind.modulators.noradrenaline).toBeGreaterThan(trusted.mind.modulators.noradrenaline + 0.15)
    expect(broken.mind.modulators.dopamine).toBeLessThan(trusted.mind.modulators.dopamine - 0.2)
  })

  test('does not call for caution because a tool is dull', () => {
    const { mind } = learn(times(300, 'ok'), unborn)
    expect(mind.precision.regime).toBe('exploit')
    expect(mind.modulators.noradrenaline).toBeLessThanOrEqual(1)
  })

  test('lets a denial change nothing but the belief', () => {
    const before = learn(times(5, 'ok'), unborn)
    const after = learn(['denied'], before)
    expect(after.mind).toBe(before.mind)
    expect(after.known.belief.counts.denied).toBe(1)
  })

  test('counts failures in a row', () => {
    expect(learn(['failed', 'denied', 'invalid'], unborn).known.streak).toBe(2)
    expect(learn(['failed', 'ok'], unborn).known.streak).toBe(0)
  })

  test.each(['surprise', 'precision', 'neuromodulation'] as const)('leaves %s alone when it is off', (name) => {
    const off = { modules: { ...modules, [name]: false }, energy: 1 }
    const { mind } = learnCall(freshMind, unknownTool, { outcome: 'failed', latencyMs: 100, at: 0 }, off)
    const state = { surprise: mind.surprise, precision: mind.precision.regime, neuromodulation: mind.modulators }
    const fresh = { surprise: freshMind.surprise, precision: 'balanced', neuromodulation: restingModulators }
    expect(state[name]).toEqual(fresh[name])
  })
})

describe('learnTurn()', () => {
  test('rewards a turn that completes and only rests after a cancelled one', () => {
    expect(learnTurn(freshMind, { status: 'completed' }, 0, modules).modulators.dopamine).toBeGreaterThan(1)
    expect(learnTurn(freshMind, { status: 'failed' }, 0, modules).modulators.dopamine).toBeLessThan(1)
    expect(learnTurn(freshMind, { status: 'cancelled' }, 0, modules)).toEqual(freshMind)
  })
})
