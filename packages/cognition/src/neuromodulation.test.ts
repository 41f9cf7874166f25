import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modulate, restingModulators } from './neuromodulation.js'

const quiet = { reward: 0, surprise: 0, energy: 1 }

describe('modulate()', () => {
  test('stays at rest without signals', () => {
    expect(modulate(restingModulators, quiet)).toEqual(restingModulators)
  })

  test('raises dopamine with reward, noradrenaline with surprise, and lowers serotonin as budgets drain', () => {
    expect(modulate(restingModulators, { ...quiet, reward: 1 }).dopamine).toBeGreaterThan(1)
    expect(modulate(restingModulators, { ...quiet, surprise: 1 }).noradrenaline).toBeGreaterThan(1)
    expect(modulate(restingModulators, { ...quiet, energy: 0.2 }).serotonin).toBeLessThan(1)
  })

  test('never leaves [0.1, 1.9], and returns to rest within 0.01 in 150 quiet steps', () => {
    const signal = fc.double({ min: -1e3, max: 1e3, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.record({ reward: signal, surprise: signal, energy: signal }), { maxLength: 200 }),
        (steps) => {
          let state = restingModulators
          for (const signals of steps) {
            state = modulate(state, signals)
            for (const gain of Object.values(state)) {
              expect(gain).toBeGreaterThanOrEqual(0.1)
              expect(gain).toBeLessThanOrEqual(1.9)
            }
          }
          for (let step = 0; step < 150; step++) state = modulate(state, quiet)
          for (const gain of Object.values(state)) expect(Math.abs(gain - 1)).toBeLessThan(0.01)
        },
      ),
    )
  })
})
