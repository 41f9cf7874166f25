/** A working memory of fixed size: many bindings of key and value in the sum of their products. */

import { hashText, join, toUnit } from './internal/draws.js'
import { type FourierPlan, planFourier, transform } from './internal/fourier.js'

/** Vectors of one length, with the operations of holographic reduced representations. */
export interface Holography {
  readonly dimensions: number
  /** A random unit vector for a name, always the same; its spectrum is flat, so that unbinding by it loses nothing. */
  symbol(name: string): Float64Array
  /** Sum of the symbols of a text's words, at unit length: like texts, like vectors. */
  encode(text: string): Float64Array
  /** Circular convolution. @throws RangeError if a length differs from `dimensions`. */
  bind(a: Float64Array, b: Float64Array): Float64Array
  /** The spectrum of a symbol: unit phases, so that binding by it is a product. Shape [n] each. */
  spectrumOf(name: string): Spectrum
  /** The spectrum of a vector, and back. */
  toSpectrum(vector: Float64Array): Spectrum
  fromSpectrum(spectrum: Spectrum): Float64Array
  /** Circular correlation, which undoes {@link Holography.bind} for keys of flat spectrum: unbind(a, bind(a, b)) = b. */
  unbind(key: Float64Array, bound: Float64Array): Float64Array
}

/**
 * Prepares vectors of a length: O(n log n) an operation, by the Fourier transform.
 *
 * @param dimensions - A power of two, range [2, 2^20].
 * @throws RangeError if it is none.
 * @see Plate, "Holographic reduced representations" (1995).
 */
export function createHolography(dimensions: number): Holography {
  const plan = planFourier(dimensions)
  const [real, imaginary, spare] = [0, 1, 2].map(() => new Float64Array(dimensions)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]

  /** Both spectra from one transform: a in the real, b in the imaginary part. */
  const multiply = (a: Float64Array, b: Float64Array, conjugate: boolean): Float64Array => {
    if (a.length !== dimensions || b.length !== dimensions)
      throw new RangeError(`Cannot bind vectors of ${a.length} and ${b.length} values: expected ${dimensions}`)
    real.set(a)
    imaginary.set(b)
    transform(plan, real, imaginary)
    return productOf(plan, { real, imaginary }, spare, conjugate)
  }

  return {
    dimensions,
    symbol: (name) => fromSpectrum(plan, phasesOf(name, dimensions)),
    encode(text) {
      const sum = new Float64Array(dimensions)
      for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]{2,}/gu)) {
        const symbol = fromSpectrum(plan, phasesOf(word, dimensions))
        for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) + (symbol[index] ?? 0)
      }
      const length = Math.sqrt(dot(sum, sum))
      return length === 0 ? sum : sum.map((value) => value / length)
    },
    spectrumOf: (name) => phasesOf(name, dimensions),
    toSpectrum(vector) {
      const spectrum = { real: vector.slice(), imaginary: new Float64Array(dimensions) }
      transform(plan, spectrum.real, spectrum.imaginary)
      return spectrum
    },
    fromSpectrum: (spectrum) => fromSpectrum(plan, spectrum),
    bind: (a, b) => multiply(a, b, false),
    unbind: (key, bound) => multiply(key, bound, true),
  }
}

/** Multiplies the spectra of two real vectors that were transformed as one complex vector, and transforms back. */
function productOf(
  plan: FourierPlan,
  { real, imaginary }: Spectrum,
  r: Float64Array,
  conjugate: boolean,
): Float64Array {
  const n = plan.length
  const i = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    const mirror = (n - k) & (n - 1)
    const zr = real[k] as number
    const zi = imaginary[k] as number
    const mr = real[mirror] as number
    const mi = imaginary[mirror] as number
    const ar = (zr + mr) / 2
    const ai = ((zi - mi) / 2) * (conjugate ? -1 : 1)
    const br = (zi + mi) / 2
    const bi = (mr - zr) / 2
    // Real and imaginary part change places for the inverse transform.
    i[k] = ar * br - ai * bi
    r[k] = ar * bi + ai * br
  }
  transform(plan, r, i)
  for (let k = 0; k < n; k++) i[k] = (i[k] as number) / n
  return i
}

/** The Fourier transform of a real vector. */
export interface Spectrum {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** A spectrum of unit phases, symmetric as that of a real vector: points on the circle by rejection, normalised by a square root. */
function phasesOf(name: string, dimensions: number): Spectrum {
  const seed = hashText(name)
  const real = new Float64Array(dimensions)
  const imaginary = new Float64Array(dimensions)
  let draw = 0
  const next = (): number => 2 * toUnit(join(seed, ++draw)) - 1
  for (let k = 1; k < dimensions / 2; k++) {
    let [x, y, square] = [0, 0, 0]
    do {
      x = next()
      y = next()
      square = x * x + y * y
    } while (square > 1 || square < 1e-6)
    const length = Math.sqrt(square)
    real[k] = real[dimensions - k] = x / length
    imaginary[k] = y / length
    imaginary[dimensions - k] = -y / length
  }
  real[0] = next() < 0 ? -1 : 1
  real[dimensions / 2] = next() < 0 ? -1 : 1
  return { real, imaginary }
}

function fromSpectrum(plan: FourierPlan, { real, imaginary }: Spectrum): Float64Array {
  const [r, i] = [imaginary.slice(), real.slice()]
  transform(plan, r, i)
  return i.map((value) => value / plan.length)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}

/** What was found in a workspace. */
export interface Recollection {
  readonly value: string
  /** Cosine of what was unbound and the value's own vector. Range [-1, 1]. */
  readonly confidence: number
}

/** Bindings of keys to values in one vector. */
export interface HolographicWorkspace {
  /**
   * Binds a value to a key. What the key was bound to before is taken out first, so that the newest value counts.
   *
   * @param key - Found again by itself, or by a text that shares words with it.
   */
  store(key: string, value: string): void
  /** The value of a key, cleaned up against the values known; nothing under a confidence of 0.3. */
  recall(key: string): Recollection | undefined
  /** The value of the keys that share words with a text. */
  recallSimilar(text: string): Recollection | undefined
  /** Distinct keys stored, and how many the size bears: beyond, noise drowns them. */
  load(): { readonly items: number; readonly capacity: number }
  /** The trace, and the names of values, as plain data. */
  snapshot(): HolographicState
}

/** A workspace as plain data. */
export interface HolographicState {
  readonly dimensions: number
  readonly trace: readonly number[]
  readonly values: readonly string[]
  readonly keys: readonly string[]
}

/** Confidence from which a recollection counts, as in the reference system. */
const confident = 0.3

/** Values, and keys, that are remembered by name. */
const named = 4_096

/** Dimensions for each item that is found again in 99 of 100 cases. */
const dimensionsPerItem = 22

/**
 * Creates an empty workspace.
 *
 * A binding is written with the weight that makes its value unbind with a cosine of exactly 1, not with the weight 1: so an item is
 * disturbed by those that come later only, and fewer are lost than from a plain sum.
 */
export function createHolographicWorkspace(
  holography: Holography,
  from?: HolographicState | undefined,
): HolographicWorkspace {
  const { dimensions } = holography
  /** The spectrum of a real vector mirrors itself: half of it is all of it. */
  const half = dimensions / 2
  // Everything is kept as spectra: binding is then a product, and by Parseval's theorem a cosine is a sum of them.
  const trace =
    from === undefined
      ? { real: new Float64Array(dimensions), imaginary: new Float64Array(dimensions) }
      : holography.toSpectrum(Float64Array.from(from.trace))
  const values = new Map<string, Spectrum>((from?.values ?? []).map((value) => [value, spectrumOfValue(value)]))
  const keys = new Set<string>(from?.keys ?? [])
  const spectra = new Map<string, Spectrum>()

  function spectrumOfValue(value: string): Spectrum {
    return holography.spectrumOf(`value ${value}`)
  }

  const spectrumOfKey = (key: string): Spectrum => {
    const known = spectra.get(key)
    if (known !== undefined) return known
    const spectrum = holography.spectrumOf(`key ${key}`)
    spectra.set(key, spectrum)
    dropOldest(spectra, named)
    return spectrum
  }

  /** Cosine of a value with what the key unbinds. */
  const cosine = (key: Spectrum, value: Spectrum): number => {
    const last = (key.real[half] as number) * (value.real[half] as number) * (trace.real[half] as number)
    let sum = ((key.real[0] as number) * (value.real[0] as number) * (trace.real[0] as number) + last) / 2
    for (let k = 1; k < half; k++) {
      const kr = key.real[k] as number
      const ki = key.imaginary[k] as number
      const vr = value.real[k] as number
      const vi = value.imaginary[k] as number
      sum += (kr * vr - ki * vi) * (trace.real[k] as number) + (kr * vi + ki * vr) * (trace.imaginary[k] as number)
    }
    return sum / half
  }

  const cleanUp = (key: Spectrum): Recollection | undefined => {
    let best: Recollection | undefined
    for (const [value, spectrum] of values) {
      const confidence = cosine(key, spectrum)
      if (confidence > (best?.confidence ?? confident)) best = { value, confidence }
    }
    return best
  }

  /** Adds `weight` times the binding to the trace. */
  const add = (key: Spectrum, value: Spectrum, weight: number): void => {
    for (let k = 0; k <= half; k++) {
      const kr = key.real[k] as number
      const ki = key.imaginary[k] as number
      const vr = value.real[k] as number
      const vi = value.imaginary[k] as number
      trace.real[k] = (trace.real[k] as number) + weight * (kr * vr - ki * vi)
      trace.imaginary[k] = (trace.imaginary[k] as number) + weight * (kr * vi + ki * vr)
    }
  }

  return {
    store(key, value) {
      const name = spectrumOfKey(key)
      const known = values.get(value) ?? spectrumOfValue(value)
      if (keys.has(key)) {
        const old = cleanUp(name)
        if (old !== undefined && old.value !== value) add(name, values.get(old.value) ?? known, -old.confidence)
      }
      values.delete(value)
      values.set(value, known)
      dropOldest(values, named)
      keys.add(key)
      if (keys.size > named) keys.delete(keys.values().next().value ?? '')
      add(name, known, 1 - cosine(name, known))
    },
    recall: (key) => cleanUp(spectrumOfKey(key)),
    recallSimilar(text) {
      const wanted = holography.encode(text)
      let closest: { key: string; likeness: number } | undefined
      for (const key of keys) {
        const likeness = dot(wanted, holography.encode(key))
        if (likeness > (closest?.likeness ?? confident)) closest = { key, likeness }
      }
      if (closest === undefined) return undefined
      const found = cleanUp(spectrumOfKey(closest.key))
      return found && { value: found.value, confidence: found.confidence * closest.likeness }
    },
    load: () => ({ items: keys.size, capacity: Math.floor(dimensions / dimensionsPerItem) }),
    snapshot: () => ({
      dimensions,
      trace: [...holography.fromSpectrum(mirrored(trace))],
      values: [...values.keys()],
      keys: [...keys],
    }),
  }
}

/** Fills the second half of a spectrum from the first. */
function mirrored({ real, imaginary }: Spectrum): Spectrum {
  const [r, i] = [real.slice(), imaginary.slice()]
  for (let k = 1; k < r.length / 2; k++) {
    r[r.length - k] = r[k] ?? 0
    i[i.length - k] = -(i[k] ?? 0)
  }
  return { real: r, imaginary: i }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
