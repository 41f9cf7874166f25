/** Differences of weights, made small for the wire: the largest few, in eight bits, and what was left out comes next time. */

import { z } from 'zod'
import { bytesOf, decodeTensors, encodeTensors, type StoredTensor, TensorFileError } from '../weights/safetensors.js'

/** A difference, compressed. */
export interface CompressedDelta {
  /** Elements of the whole. */
  readonly length: number
  /** Which elements were kept, ascending; the others are zero. */
  readonly indices: Uint32Array
  /** Kept elements over their group's scale, in [−127, 127]. */
  readonly codes: Int8Array
  /** One for each {@link groupSize} codes. */
  readonly scales: Float32Array
}

/** Codes that share a scale. */
const groupSize = 256

/**
 * Compresses a difference with error feedback.
 *
 * @param delta - Finite; not changed.
 * @param residual - What earlier calls left out, as long as `delta`, zeros at first; afterwards what this one left out too.
 * @param keep - How many elements are sent: those of greatest magnitude. Range [1, delta.length].
 * @throws RangeError if the difference is not finite: it would stay in the residual for good.
 */
export function compressDelta(delta: Float32Array, residual: Float32Array, keep: number): CompressedDelta {
  if (residual.length !== delta.length)
    throw new RangeError(`Cannot compress: a residual of ${residual.length} for ${delta.length}`)
  if (!(Number.isInteger(keep) && keep >= 1 && keep <= delta.length))
    throw new RangeError(`Cannot keep ${keep} of ${delta.length} elements`)
  if (!delta.every(Number.isFinite)) throw new RangeError('Cannot compress a difference that is not finite')
  for (const [index, value] of delta.entries()) residual[index] = (residual[index] ?? 0) + value
  const indices = largest(residual, keep)
  const codes = new Int8Array(keep)
  const scales = new Float32Array(Math.ceil(keep / groupSize))
  for (const group of scales.keys()) {
    const members = indices.subarray(group * groupSize, (group + 1) * groupSize)
    const most = members.reduce((sofar, index) => Math.max(sofar, Math.abs(residual[index] ?? 0)), 0)
    const scale = Math.fround(most / 127)
    scales[group] = scale
    for (const [place, index] of members.entries()) {
      const code = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round((residual[index] ?? 0) / scale)))
      codes[group * groupSize + place] = code
      residual[index] = (residual[index] ?? 0) - code * scale
    }
  }
  return { length: delta.length, indices, codes, scales }
}

/** Adds a compressed difference to weights. */
export function addDelta(weights: Float32Array, { length, indices, codes, scales }: CompressedDelta): void {
  if (weights.length !== length)
    throw new RangeError(`Cannot add a difference of ${length} elements to ${weights.length}`)
  for (const [place, index] of indices.entries()) {
    weights[index] = (weights[index] ?? 0) + (codes[place] ?? 0) * (scales[Math.floor(place / groupSize)] ?? 0)
  }
}

/**
 * The places of the `keep` elements of greatest magnitude, ascending; of equals the first ones.
 *
 * Bits of positive floats are in the order of their values, so two counts by 16 bits each find the least magnitude kept.
 */
function largest(values: Float32Array, keep: number): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const magnitude = (index: number): number => (bits[index] ?? 0) & 0x7fffffff
  const upper = new Uint32Array(1 << 15)
  for (const index of bits.keys()) upper[magnitude(index) >>> 16] = (upper[magnitude(index) >>> 16] ?? 0) + 1
  let [high, above] = [upper.length - 1, 0]
  while (above + (upper[high] ?? 0) < keep) above += upper[high--] ?? 0
  const lower = new Uint32Array(1 << 16)
  for (const index of bits.keys()) {
    const value = magnitude(index)
    if (value >>> 16 === high) lower[value & 0xffff] = (lower[value & 0xffff] ?? 0) + 1
  }
  let low = lower.length - 1
  while (above + (lower[low] ?? 0) < keep) above += lower[low--] ?? 0
  const threshold = high * 65_536 + low
  const found = new Uint32Array(keep)
  let [count, equals] = [0, keep - above]
  for (const index of bits.keys()) {
    const value = magnitude(index)
    if (value > threshold || (value === threshold && equals-- > 0)) found[count++] = index
  }
  return found
}

const lengthSchema = z.object({
  length: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number),
})

/** Encodes a compressed difference as a safetensors file. */
export function encodeDelta({ length, indices, codes, scales }: CompressedDelta): Uint8Array<ArrayBuffer> {
  return encodeTensors({
    tensors: new Map<string, StoredTensor>([
      ['indices', { type: 'I32', shape: [indices.length], bytes: bytesOf(indices) }],
      ['scales', { type: 'F32', shape: [scales.length], bytes: bytesOf(scales) }],
      ['codes', { type: 'I8', shape: [codes.length], bytes: bytesOf(codes) }],
    ]),
    metadata: { length: `${length}` },
  })
}

/**
 * Decodes a compressed difference, from whomever it comes.
 *
 * @param expected - Length it must have.
 * @throws {@link TensorFileError} (`models/tensor-file`) if it is malformed, of another length, or a scale is not finite.
 */
export function decodeDelta(file: Uint8Array, expected: number): CompressedDelta {
  const { tensors, metadata } = decodeTensors(file)
  const { data } = lengthSchema.safeParse(metadata)
  if (data?.length !== expected) throw new TensorFileError(`it is no difference of ${expected} weights`)
  const bytes = (name: string, type: StoredTensor['type']): Uint8Array => {
    const tensor = tensors.get(name)
    if (tensor?.type !== type) throw new TensorFileError(`it lacks "${name}"`)
    return tensor.bytes.slice()
  }
  const indices = new Uint32Array(bytes('indices', 'I32').buffer)
  const scales = new Float32Array(bytes('scales', 'F32').buffer)
  const codes = new Int8Array(bytes('codes', 'I8').buffer)
  const ascending = indices.every(
    (index, place) => index < expected && (place === 0 || index > (indices[place - 1] ?? 0)),
  )
  if (!ascending || codes.length !== indices.length)
    throw new TensorFileError('its places do not ascend below its length')
  if (scales.length !== Math.ceil(codes.length / groupSize) || !scales.every(Number.isFinite))
    throw new TensorFileError('its scales are not finite, or too few')
  return { length: expected, indices, codes, scales }
}
