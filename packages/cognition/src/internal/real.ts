/**
 * Exponentials and logarithms that give the same bits on every machine.
 *
 * Only addition, multiplication, division and square root are exact by the standard of floating point; `Math.exp` and its kin may
 * differ in the last bit from engine to engine, and a simulation that decides by thresholds makes a lot of one bit.
 */

const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)
/** Which of the two words holds sign and exponent. */
const high = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/**
 * e^x, to one part in 10^15; 0 below −745 and ∞ above 709.
 *
 * @see Sun Microsystems, *fdlibm* (1993), `e_exp.c`, for the rational approximation.
 */
export function exp(x: number): number {
  if (!(x > -745)) return Number.isNaN(x) ? x : 0
  if (x > 709) return Infinity
  const power = Math.round(x * Math.LOG2E)
  const large = x - power * ln2High
  const small = power * ln2Low
  const r = large - small
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))))
  const y = 1 - (small - (r * c) / (2 - c) - large)
  // Two factors, since 2^−1074 has no normal reciprocal.
  const half = power >> 1
  return y * twoTo(half) * twoTo(power - half)
}

/** 2^x. */
export function exp2(x: number): number {
  return exp(x * Math.LN2)
}

/**
 * Natural logarithm, to one part in 10^15; −∞ at 0 and NaN below.
 *
 * @see Sun Microsystems, *fdlibm* (1993), `e_log.c`.
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN
  if (x === Infinity) return x
  if (x < 2.2250738585072014e-308) return ln(x * 18014398509481984) - 54 * Math.LN2
  scratch[0] = x
  const top = words[high] ?? 0
  let power = (top >>> 20) - 1023
  words[high] = (top & 0xfffff) | 0x3ff00000
  let mantissa = scratch[0] ?? 1
  if (mantissa > Math.SQRT2) {
    mantissa /= 2
    power++
  }
  const f = mantissa - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const square = (f * f) / 2
  return power * ln2High - (square - (s * (square + even + odd) + power * ln2Low) - f)
}

/** Logarithm to the base 2. */
export function log2(x: number): number {
  return ln(x) * Math.LOG2E
}

/** 2 to an integer between −1022 and 1023, exactly. */
function twoTo(power: number): number {
  scratch[0] = 0
  words[high] = (power + 1023) << 20
  return scratch[0] ?? 1
}
