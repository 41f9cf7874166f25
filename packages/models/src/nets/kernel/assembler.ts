/**
 * Assembles WebAssembly modules of loops over float32 in memory, byte by byte, when the program runs: no toolchain, and no
 * binary in the repository that could drift from its source.
 *
 * @see WebAssembly Core Specification 2.0, chapter 5 (binary format), for opcodes and sections.
 */

/** Instructions as bytes; an expression leaves its value on the stack. */
export type Code = readonly number[]

/** Types of parameters, results and locals. */
export type WasmType = 'i32' | 'f32' | 'f64' | 'v128'

const typeBytes: Readonly<Record<WasmType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A function of a module. */
export interface WasmFunction {
  readonly name: string
  readonly parameters: readonly WasmType[]
  readonly result: WasmType | undefined
  readonly locals: readonly WasmType[]
  readonly body: Code
}

/** Types of parameters or locals, by name, in order. */
type Declared = Readonly<Record<string, WasmType>>

/** Writes a function whose body calls its parameters and locals by name. */
export function defineFunction<const Parameters extends Declared, const Locals extends Declared>(
  name: string,
  {
    parameters,
    locals,
    result,
  }: { readonly parameters: Parameters; readonly locals: Locals; readonly result?: WasmType },
  body: (index: Readonly<Record<keyof Parameters | keyof Locals, number>>) => Code,
): WasmFunction {
  const names = [...Object.keys(parameters), ...Object.keys(locals)]
  // Every name is there: they are those of the type.
  const index = Object.fromEntries(names.map((each, place) => [each, place])) as Record<
    keyof Parameters | keyof Locals,
    number
  >
  return { name, parameters: Object.values(parameters), result, locals: Object.values(locals), body: body(index) }
}

/** Encodes a module that imports its memory as `env.memory` and exports its functions. */
export function assemble(
  functions: readonly WasmFunction[],
  { shared }: { readonly shared: boolean },
): Uint8Array<ArrayBuffer> {
  const memory = shared ? [0x03, 0x00, ...unsigned(65_536)] : [0x00, 0x00]
  const signature = ({ parameters, result }: WasmFunction): Code => [
    0x60,
    ...vector(parameters.map((type) => [typeBytes[type]])),
    ...vector(result === undefined ? [] : [[typeBytes[result]]]),
  ]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(functions.map(signature))),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, ...memory]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(functions.map(encodeBody))),
  ])
}

function encodeBody({ locals, body }: WasmFunction): Code {
  const inner = [...vector(locals.map((type) => [0x01, typeBytes[type]])), ...body, 0x0b]
  return [...unsigned(inner.length), ...inner]
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function text(value: string): Code {
  return vector(Array.from(new TextEncoder().encode(value), (byte) => [byte]))
}

function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))]
}

function signed(value: number): Code {
  const low = value & 127
  const rest = value >> 7
  const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
  return done ? [low] : [low | 128, ...signed(rest)]
}

/** Value of a local or parameter. */
export const get = (index: number): Code => [0x20, ...unsigned(index)]
/** Sets a local. */
export const set = (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)]

const simd =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)]

/** Integers of 32 bits. */
export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value | 0)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), 0x74],
}

/** Vectors of four float32, or four int32. */
export const v128 = {
  /** Loads from an address, aligned to 16 bytes. */
  load: (address: Code): Code => [...address, 0xfd, 0x00, 0x04, 0x00],
  store: (address: Code, value: Code): Code => [...address, ...value, 0xfd, 0x0b, 0x04, 0x00],
  /** A vector of 16 bytes known now. */
  constant: (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes],
  /** Zeros. */
  zero: (): Code => v128.constant(Array<number>(16).fill(0)),
  splat: simd(0x13),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  divide: simd(0xe7),
  root: simd(0xe3),
  /** b < a ? b : a, without care for NaN: one machine instruction. */
  least: simd(0xea),
  /** a < b ? b : a. */
  most: simd(0xeb),
  /** Elements of `a` where `mask` is all ones, else of `b`. */
  select: (a: Code, b: Code, mask: Code): Code => simd(0x52)(a, b, mask),
  xor: simd(0x51),
  splatInteger: simd(0x11),
  addInteger: simd(0xae),
  multiplyInteger: simd(0xb5),
  shiftRight: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), 0xfd, 0xad, 0x01],
  /** All ones where a < b, unsigned. */
  below: simd(0x3a),
}

/** Vectors of two float64. */
export const f64x2 = {
  /** The first two elements of a vector of float32. */
  low: simd(0x5f),
  /** The last two. */
  high: (a: Code): Code =>
    f64x2.low([...a, ...v128.zero(), 0xfd, 0x0d, ...Array.from({ length: 16 }, (_, index) => (index + 8) % 24)]),
  add: simd(0xf0),
  multiply: simd(0xf2),
  /** Sum of both elements. */
  sum: (index: number): Code => [...get(index), 0xfd, 0x21, 0x00, ...get(index), 0xfd, 0x21, 0x01, 0xa0],
}

/**
 * Runs `body` for every four of `count` elements of four bytes.
 *
 * @param distance - Local that holds the distance from the start, in bytes.
 * @param end - Local that holds the length in bytes.
 * @param count - Parameter that holds the number of elements.
 */
export function everyFour(
  { distance, end, count }: { readonly distance: number; readonly end: number; readonly count: number },
  body: Code,
): Code {
  return [
    ...set(end, i32.shiftLeft(get(count), 2)),
    ...set(distance, i32.constant(0)),
    // block, loop: leave when distance >= end, unsigned; at the foot, round again.
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...get(distance), ...get(end), 0x4f, 0x0d, 0x01],
    ...body,
    ...set(distance, i32.add(get(distance), i32.constant(16))),
    ...[0x0c, 0x00, 0x0b, 0x0b],
  ]
}
