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

interface Spectrum {
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
  // A flat spectrum of magnitude 1 makes a vector of unit length.
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
  const trace = new Float64Array(dimensions)
  const values = new Map<string, Float64Array>()
  const keys = new Set<string>()
  const vectors = new Map<string, Float64Array>()
  if (from !== undefined) {
    trace.set(from.trace)
    for (const value of from.values) values.set(value, holography.symbol(`value ${value}`))
    for (const key of from.keys) keys.add(key)
  }

  /** Half the key is its own, half what its words say, so that likeness is found and names stay apart. */
  const vectorOf = (key: string): Float64Array => {
    const known = vectors.get(key)
    if (known !== undefined) return known
    const vector = holography.symbol(`key ${key}`)
    vectors.set(key, vector)
    dropOldest(vectors, named)
    return vector
  }
  const wordsOf = (key: string): Float64Array => holography.encode(key)

  const cleanUp = (noisy: Float64Array): Recollection | undefined => {
    let best: Recollection | undefined
    for (const [value, vector] of values) {
      const confidence = dot(noisy, vector)
      if (confidence > (best?.confidence ?? confident)) best = { value, confidence }
    }
    return best
  }

  /** Adds `weight` times the binding to the trace. */
  const add = (key: Float64Array, value: Float64Array, weight: number): void => {
    const bound = holography.bind(key, value)
    for (let index = 0; index < dimensions; index++) trace[index] = (trace[index] ?? 0) + weight * (bound[index] ?? 0)
  }

  return {
    store(key, value) {
      const name = vectorOf(key)
      const known = values.get(value) ?? holography.symbol(`value ${value}`)
      let now = holography.unbind(name, trace)
      if (keys.has(key)) {
        const old = cleanUp(now)
        if (old !== undefined && old.value !== value) {
          add(name, values.get(old.value) ?? known, -old.confidence)
          now = holography.unbind(name, trace)
        }
      }
      values.delete(value)
      values.set(value, known)
      dropOldest(values, named)
      keys.add(key)
      if (keys.size > named) keys.delete(keys.values().next().value ?? '')
      add(name, known, 1 - dot(now, known))
    },
    recall: (key) => cleanUp(holography.unbind(vectorOf(key), trace)),
    recallSimilar(text) {
      const wanted = wordsOf(text)
      let closest: { key: string; likeness: number } | undefined
      for (const key of keys) {
        const likeness = dot(wanted, wordsOf(key))
        if (likeness > (closest?.likeness ?? confident)) closest = { key, likeness }
      }
      if (closest === undefined) return undefined
      const found = cleanUp(holography.unbind(vectorOf(closest.key), trace))
      return found && { value: found.value, confidence: found.confidence * closest.likeness }
    },
    load: () => ({ items: keys.size, capacity: Math.floor(dimensions / dimensionsPerItem) }),
    snapshot: () => ({ dimensions, trace: [...trace], values: [...values.keys()], keys: [...keys] }),
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
