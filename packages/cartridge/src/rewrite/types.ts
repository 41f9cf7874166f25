/** Types of values and functions. */

import type { ByteReader } from './byte-reader.js'

/** The byte of each type of values that is accepted. */
export const typeBytes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, funcref: 0x70 } as const

/** A type of values that is accepted. */
export type ValueType = keyof typeof typeBytes

const byByte = new Map<number, ValueType>([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
])

/** The type of a function or a block. */
export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

/** A type as one writes it: `(i32, i32) -> (i64)`. */
export function showType({ parameters, results }: FunctionType): string {
  return `(${parameters.join(', ')}) -> (${results.join(', ')})`
}

/** The value type of a byte, or `undefined` if it is none that is known. */
export function valueTypeOf(byte: number): ValueType | undefined {
  return byByte.get(byte)
}

/** Reads a value type; `v128` only if `simd`. */
export function readValueType(reader: ByteReader, simd: boolean): ValueType {
  const byte = reader.byte()
  const type = valueTypeOf(byte)
  if (type === undefined)
    reader.reject('feature', `it uses a type that is not accepted (0x${byte.toString(16)})`, reader.at - 1)
  if (type === 'v128' && !simd) reader.reject('feature', 'it uses SIMD without the capability "simd"', reader.at - 1)
  return type
}
