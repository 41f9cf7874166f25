/** The fast Fourier transform of powers of two, with roots of unity that are the same on every machine. */

/** Roots and order of one length. */
export interface FourierPlan {
  readonly length: number
  /** For each stage of size s ≥ 8, from place s/2 on: its s/2 roots. */
  readonly cosines: Float64Array
  readonly sines: Float64Array
  readonly reversed: Uint32Array
}

/**
 * Prepares transforms of a length.
 *
 * The roots come from halving angles by square roots, which are exact, not from `Math.cos`, which is not.
 *
 * @param length - A power of two, range [2, 2^20].
 * @throws RangeError if it is none.
 */
export function planFourier(length: number): FourierPlan {
  if (!(length >= 2 && length <= 2 ** 20 && (length & (length - 1)) === 0))
    throw new RangeError(`Cannot transform ${length} values: the number must be a power of two`)
  const half = length / 2
  const cosines = new Float64Array(half)
  const sines = new Float64Array(half)
  cosines[0] = 1
  // Angle 2π·index/length, filled level by level: the bisector of two known neighbours is their sum at unit length.
  let [cosine, sine] = [-1, 0]
  for (let step = half; step >= 2; step /= 2) {
    const middle = step / 2
    const known = Math.sqrt((1 + cosine) / 2)
    sine = step === half ? 1 : sine / (2 * known)
    cosine = step === half ? 0 : known
    for (let index = middle; index < half; index += step) {
      const [c, s] = [cosines[index - middle] ?? 1, sines[index - middle] ?? 0]
      cosines[index] = c * cosine - s * sine
      sines[index] = s * cosine + c * sine
    }
  }
  const staged = { cosines: new Float64Array(length), sines: new Float64Array(length) }
  for (let size = 2; size <= length; size *= 2) {
    for (let index = 0; index < size / 2; index++) {
      staged.cosines[size / 2 + index] = cosines[(index * length) / size] ?? 1
      staged.sines[size / 2 + index] = sines[(index * length) / size] ?? 0
    }
  }
  const reversed = new Uint32Array(length)
  for (let index = 1; index < length; index++) {
    reversed[index] = ((reversed[index >> 1] ?? 0) >> 1) | ((index & 1) * half)
  }
  return { length, ...staged, reversed }
}

/** Transforms in place: X_k = Σ x_j e^(−2πijk/n). The inverse is the same with the two parts exchanged, divided by n. */
export function transform(
  { length, cosines, sines, reversed }: FourierPlan,
  real: Float64Array,
  imaginary: Float64Array,
): void {
  for (let index = 0; index < length; index++) {
    const other = reversed[index] as number
    if (other <= index) continue
    const r = real[index] as number
    const i = imaginary[index] as number
    real[index] = real[other] as number
    imaginary[index] = imaginary[other] as number
    real[other] = r
    imaginary[other] = i
  }
  // The first two stages at once: their roots are 1 and −i.
  if (length === 2) {
    butterfly(real, imaginary)
    return
  }
  for (let low = 0; low < length; low += 4) {
    const evenR = (real[low] as number) + (real[low + 1] as number)
    const evenI = (imaginary[low] as number) + (imaginary[low + 1] as number)
    const oddR = (real[low] as number) - (real[low + 1] as number)
    const oddI = (imaginary[low] as number) - (imaginary[low + 1] as number)
    const laterR = (real[low + 2] as number) + (real[low + 3] as number)
    const laterI = (imaginary[low + 2] as number) + (imaginary[low + 3] as number)
    const turnedR = (imaginary[low + 2] as number) - (imaginary[low + 3] as number)
    const turnedI = (real[low + 3] as number) - (real[low + 2] as number)
    real[low] = evenR + laterR
    imaginary[low] = evenI + laterI
    real[low + 1] = oddR + turnedR
    imaginary[low + 1] = oddI + turnedI
    real[low + 2] = evenR - laterR
    imaginary[low + 2] = evenI - laterI
    real[low + 3] = oddR - turnedR
    imaginary[low + 3] = oddI - turnedI
  }
  let half = 4
  // Two stages a pass: each number is read and written half as often.
  for (; 4 * half <= length; half *= 4) {
    for (let start = 0; start < length; start += 4 * half) {
      for (let offset = 0; offset < half; offset++) {
        const c1 = cosines[half + offset] as number
        const s1 = sines[half + offset] as number
        const c2 = cosines[2 * half + offset] as number
        const s2 = sines[2 * half + offset] as number
        const a = start + offset
        const b = a + half
        const c = b + half
        const d = c + half
        const bR = (real[b] as number) * c1 + (imaginary[b] as number) * s1
        const bI = (imaginary[b] as number) * c1 - (real[b] as number) * s1
        const dR = (real[d] as number) * c1 + (imaginary[d] as number) * s1
        const dI = (imaginary[d] as number) * c1 - (real[d] as number) * s1
        const aR = (real[a] as number) + bR
        const aI = (imaginary[a] as number) + bI
        const eR = (real[a] as number) - bR
        const eI = (imaginary[a] as number) - bI
        const cR = (real[c] as number) + dR
        const cI = (imaginary[c] as number) + dI
        const fR = (real[c] as number) - dR
        const fI = (imaginary[c] as number) - dI
        const gR = cR * c2 + cI * s2
        const gI = cI * c2 - cR * s2
        // The root a quarter turn on is the same one times −i.
        const hR = fI * c2 - fR * s2
        const hI = -(fR * c2 + fI * s2)
        real[a] = aR + gR
        imaginary[a] = aI + gI
        real[c] = aR - gR
        imaginary[c] = aI - gI
        real[b] = eR + hR
        imaginary[b] = eI + hI
        real[d] = eR - hR
        imaginary[d] = eI - hI
      }
    }
  }
  if (half === length) return
  for (let low = 0; low < half; low++) {
    const c = cosines[half + low] as number
    const s = sines[half + low] as number
    const high = low + half
    const turnedR = (real[high] as number) * c + (imaginary[high] as number) * s
    const turnedI = (imaginary[high] as number) * c - (real[high] as number) * s
    real[high] = (real[low] as number) - turnedR
    imaginary[high] = (imaginary[low] as number) - turnedI
    real[low] = (real[low] as number) + turnedR
    imaginary[low] = (imaginary[low] as number) + turnedI
  }
}

function butterfly(real: Float64Array, imaginary: Float64Array): void {
  for (const part of [real, imaginary]) {
    const [first = 0, second = 0] = part
    part[0] = first + second
    part[1] = first - second
  }
}
