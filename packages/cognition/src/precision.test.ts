import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { restingModulators } from './neuromodulation.js'
import {
  type Circumstances,
  decidePolicy,
  doubt,
  foldFailure,
  type Regime,
  settleRegime,
  unsettled,
} from './precision.js'

const calm: Circumstances = { modulators: restingModulators, energy: 1, risky: false, demanding: false }
const regimes: Regime[] = ['exploit', 'balanced', 'explore', 'conservative']

describe('doubt()', () => {
  test('joins its reasons', () => {
    expect(doubt(0, 0)).toBe(0)
    expect(doubt(0.5, 0.5)).toBe(0.75)
    expect(doubt(1, 0.2)).toBe(1)
  })
})

describe('foldFailure()', () => {
  test('moves the share half the way in five calls', () => {
    let state = unsettled
    for (let call = 0; call < 5; call++) state = foldFailure(state, true)
    expect(state.failing).toBeCloseTo(0.5, 9)
  })
})

describe('settleRegime()', () => {
  const settled = { ...unsettled, calls: 100 }

  test('follows doubt from exploit to conservative', () => {
    expect([0, 0.2, 0.5, 0.9].map((level) => settleRegime(settled, level).regime)).toEqual(regimes)
  })

  test('turns warier at once and surer only after eight calls', () => {
    expect(settleRegime({ ...unsettled, calls: 1 }, 0.9).regime).toBe('conservative')
    expect(settleRegime({ ...unsettled, calls: 7 }, 0).regime).toBe('balanced')
    expect(settleRegime({ ...unsettled, calls: 8 }, 0).regime).toBe('exploit')
  })

  test('changes nothing while doubt wavers within the margin of a boundary', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.15, 0.35, 0.6),
        fc.array(fc.double({ min: -0.039, max: 0.039, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(...regimes),
        (boundary, wavering, regime) => {
          let state = settleRegime({ ...settled, regime }, boundary)
          const { regime: first } = state
          for (const offset of wavering) {
            state = settleRegime({ ...state, calls: 100 }, boundary + offset)
            expect(state.regime).toBe(first)
          }
        },
      ),
    )
  })
})

describe('decidePolicy()', () => {
  test('gives each regime its tier, context and exploration', () => {
    expect(regimes.map((regime) => decidePolicy(regime, calm))).toMatchInlineSnapshot(`
      [
        {
          "approvalShift": 0,
          "contextFraction": 0.2,
          "curiosity": 0,
          "exploration": 0,
          "retrievalLimit": 3,
          "temperatureFactor": 1,
          "tier": "fast",
          "timeoutFactor": 1,
          "toolShare": 1,
          "verification": "normal",
          "vigilance": 1,
        },
        {
          "approvalShift": 0,
          "contextFraction": 0.35,
          "curiosity": 1,
          "exploration": 0.05,
          "retrievalLimit": 5,
          "temperatureFactor": 1,
          "tier": "standard",
          "timeoutFactor": 1,
          "toolShare": 1,
          "verification": "normal",
          "vigilance": 1,
        },
        {
          "approvalShift": 0,
          "contextFraction": 0.5,
          "curiosity": 3,
          "exploration": 0.15,
          "retrievalLimit": 8,
          "temperatureFactor": 1,
          "tier": "capable",
          "timeoutFactor": 1,
          "toolShare": 1,
          "verification": "normal",
          "vigilance": 1,
        },
        {
          "approvalShift": 1,
          "contextFraction": 0.3,
          "curiosity": 0.4,
          "exploration": 0.02,
          "retrievalLimit": 5,
          "temperatureFactor": 0.5,
          "tier": "capable",
          "timeoutFactor": 1,
          "toolShare": 0.5,
          "verification": "strict",
          "vigilance": 1.5,
        },
      ]
    `)
  })

  test('asks for approval and strict verification where harm is spoken of', () => {
    expect(decidePolicy('exploit', { ...calm, risky: true })).toMatchObject({
      tier: 'standard',
      verification: 'strict',
      approvalShift: 1,
    })
  })

  test('saves when little of a budget is left', () => {
    expect(decidePolicy('explore', { ...calm, energy: 0.1 })).toMatchObject({ tier: 'standard', contextFraction: 0.25 })
  })

  test('explores more, and verifies strictly, under noradrenaline', () => {
    const { exploration, verification } = decidePolicy('explore', {
      ...calm,
      modulators: { ...restingModulators, noradrenaline: 1.5 },
    })
    expect(exploration).toBeCloseTo(0.225, 9)
    expect(verification).toBe('strict')
  })

  test('keeps every control within its range', () => {
    const gain = fc.double({ min: 0.1, max: 2, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...regimes),
        fc.record({
          modulators: fc.record({ dopamine: gain, noradrenaline: gain, serotonin: gain }),
          energy: fc.double({ min: 0, max: 1, noNaN: true }),
          risky: fc.boolean(),
          demanding: fc.boolean(),
        }),
        (regime, circumstances) => {
          const policy = decidePolicy(regime, circumstances)
          expect(policy.contextFraction).toBeGreaterThanOrEqual(0.08)
          expect(policy.contextFraction).toBeLessThanOrEqual(0.65)
          expect(policy.timeoutFactor).toBeGreaterThanOrEqual(0.75)
          expect(policy.timeoutFactor).toBeLessThanOrEqual(1.35)
          expect(policy.exploration).toBeLessThanOrEqual(1)
          if (regime === 'conservative') expect(policy.approvalShift).toBe(1)
        },
      ),
    )
  })
})
