/**
 * The safetensors format: eight bytes of header length, a header of JSON, the data.
 *
 * @see The format's description in huggingface/safetensors; the reader here is stricter than it asks.
 */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type Shape, sizeOf } from '../graph/graph.js'

/** Types of elements that are read and written. */
export type TensorType = 'F32' | 'I32' | 'I8' | 'U8'

/** A tensor of a file. */
export interface StoredTensor {
  readonly type: TensorType
  readonly shape: Shape
  /** As long as the shape and the type say. */
  readonly bytes: Uint8Array
}

/** What a file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Where the tensors of a file lie. */
export interface TensorIndex {
  /** Bytes before the data. */
  readonly dataStart: number
  readonly tensors: ReadonlyMap<
    string,
    { readonly type: TensorType; readonly shape: Shape; readonly start: number; readonly end: number }
  >
  readonly metadata: Readonly<Record<string, string>>
}

const elementBytes: Readonly<Record<TensorType, number>> = { F32: 4, I32: 4, I8: 1, U8: 1 }

/** More than any net of ours needs, and little to hold. */
const maxHeaderBytes = 1 << 24

const sizeSchema = z.int().min(0)
const entrySchema = z.strictObject({
  dtype: z.enum(['F32', 'I32', 'I8', 'U8']),
  shape: z.array(sizeSchema).max(8),
  data_offsets: z.tuple([sizeSchema, sizeSchema]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

/**
 * Encodes tensors, in the order given.
 *
 * @throws RangeError if bytes are not as many as a shape says, or a name is `__proto__`, which readers of JSON take for something else.
 */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  if (tensors.has('__proto__') || Object.hasOwn(metadata, '__proto__'))
    throw new RangeError('Cannot store anything as "__proto__"')
  let end = 0
  const entries = [...tensors].map(([name, { type, shape, bytes }]) => {
    if (bytes.length !== sizeOf(shape) * elementBytes[type])
      throw new RangeError(`Cannot store "${name}": ${bytes.length} bytes for [${shape.join(', ')}] of ${type}`)
    const start = end
    end += bytes.length
    return [name, { dtype: type, shape, data_offsets: [start, end] }]
  })
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) })
  const json = new TextEncoder().encode(text)
  const headerBytes = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerBytes + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.set(json, 8)
  file.fill(0x20, 8 + json.length, 8 + headerBytes)
  let at = 8 + headerBytes
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

/**
 * Reads the length of the header, and so of what {@link parseTensorIndex} needs.
 *
 * @param start - The first eight bytes of a file.
 * @throws {@link TensorFileError} (`models/tensor-file`) if the length cannot be that of a header in a file of `fileBytes`.
 */
export function parseHeaderLength(start: Uint8Array, fileBytes: number): number {
  if (start.length < 8) throw new TensorFileError('it ends within its first eight bytes')
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(Math.min(maxHeaderBytes, fileBytes - 8)))
    throw new TensorFileError(`its header claims ${length} bytes`)
  return Number(length)
}

/**
 * Reads where the tensors lie: in order, without holes, overlaps or a tail.
 *
 * @param header - The bytes after the first eight, as many as {@link parseHeaderLength} says.
 * @throws {@link TensorFileError} (`models/tensor-file`) if anything is out of order.
 */
export function parseTensorIndex(header: Uint8Array, fileBytes: number): TensorIndex {
  const parsed = headerSchema.safeParse(readJson(header))
  if (!parsed.success) throw new TensorFileError('its header is no JSON object')
  const { __metadata__: rawMetadata = {}, ...rest } = parsed.data
  const metadata = metadataSchema.safeParse(rawMetadata)
  if (!metadata.success) throw new TensorFileError('its metadata are not texts')
  const dataStart = 8 + header.length
  const entries = Object.entries(rest).map(([name, value]) => {
    const entry = entrySchema.safeParse(value)
    if (!entry.success)
      throw new TensorFileError(`its entry "${name}" is malformed, or of a type that is not supported`)
    const { dtype: type, shape, data_offsets: offsets } = entry.data
    return { name, type, shape, start: offsets[0], end: offsets[1] }
  })
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  for (const { name, type, shape, start, end } of entries) {
    if (start !== at) throw new TensorFileError(`the data of "${name}" do not begin where those before them end`)
    if (end - start !== sizeOf(shape) * elementBytes[type])
      throw new TensorFileError(`the data of "${name}" are not as long as its shape says`)
    at = end
  }
  if (dataStart + at !== fileBytes)
    throw new TensorFileError(`it has ${fileBytes} bytes where its header says ${dataStart + at}`)
  return { dataStart, metadata: metadata.data, tensors: new Map(entries.map(({ name, ...tensor }) => [name, tensor])) }
}

/**
 * Decodes a file. The tensors are views of it.
 *
 * @throws {@link TensorFileError} (`models/tensor-file`) if it is truncated, or anything else is out of order.
 */
export function decodeTensors(file: Uint8Array): TensorFile {
  const headerBytes = parseHeaderLength(file, file.length)
  const { dataStart, tensors, metadata } = parseTensorIndex(file.subarray(8, 8 + headerBytes), file.length)
  return {
    metadata,
    tensors: new Map(
      [...tensors].map(([name, { type, shape, start, end }]) => [
        name,
        { type, shape, bytes: file.subarray(dataStart + start, dataStart + end) },
      ]),
    ),
  }
}

/** The numbers of a tensor of float32; copied only where they do not lie at a multiple of four bytes. */
export function float32Of({ type, bytes }: StoredTensor, name: string): Float32Array {
  if (type !== 'F32') throw new TensorFileError(`"${name}" is ${type} where F32 is needed`)
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
}

/** The bytes of numbers, as they lie in memory. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** A file of weights that is truncated, malformed or hostile. */
export class TensorFileError extends SalpError {
  constructor(why: string) {
    super('models/tensor-file', `Cannot read a file of tensors: ${why}`)
  }
}
