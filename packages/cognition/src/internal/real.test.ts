import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exp, exp2, ln, log2 } from './real.js'

const near = (value: number, other: number): boolean =>
  Object.is(value, other) || Math.abs(value - other) <= 2e-15 * Math.max(Math.abs(other), 1e-300)

describe('exp() and ln()', () => {
  test('agree with the built-in functions to a few parts in 10^15', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => near(exp(x), Math.exp(x))),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(
        fc.double({ min: 1e-310, max: 1e300, noNaN: true }),
        (x) => Math.abs(ln(x) - Math.log(x)) <= 1e-15 * Math.max(1, Math.abs(Math.log(x))),
      ),
      { numRuns: 2_000 },
    )
  })

  test('keep the edges', () => {
    expect([exp(0), exp(-Infinity), exp(Infinity), exp(Number.NaN), exp(-746), exp(710)]).toEqual([
      1,
      0,
      Infinity,
      Number.NaN,
      0,
      Infinity,
    ])
    expect([ln(1), ln(0), ln(-1), ln(Number.NaN), ln(Infinity)]).toEqual([
      0,
      -Infinity,
      Number.NaN,
      Number.NaN,
      Infinity,
    ])
    expect(exp(-744.5) > 0).toBe(true)
  })

  test('give these very bits', () => {
    const bits = (x: number): string => {
      const view = new DataView(new ArrayBuffer(8))
      view.setFloat64(0, x)
      return view.getBigUint64(0).toString(16)
    }
    expect([exp(1), exp(-3.7), ln(10), ln(0.3), exp2(0.5), log2(3)].map(bits)).toMatchInlineSnapshot(`
      [
        "4005bf0a8b14576a",
        "3f99511fc6871044",
        "40026bb1bbb55516",
        "bff34378fcbda721",
        "3ff6a09e667f3bcc",
        "3ff95c01a39fbd68",
      ]
    `)
  })
})
