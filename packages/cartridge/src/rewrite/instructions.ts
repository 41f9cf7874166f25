/**
 * What the rewriter knows of each instruction: immediates, effect on the operand stack, cost.
 *
 * @see WebAssembly Core Specification 2.0, section 5.4, for opcodes.
 */

/** What follows an opcode. */
export type Immediate =
  | 'none'
  | 'local'
  | 'global'
  | 'table'
  | 'memory'
  | 'memarg'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'shuffle'
  | 'lane'
  | 'memarg-lane'
  | 'reference-type'
  | 'function'
  | 'data-memory'
  | 'data'
  | 'memory-memory'
  | 'element-table'
  | 'element'
  | 'table-table'
  /** Told apart by the opcode: control flow, calls and typed `select`. */
  | 'control'

/** An instruction that is accepted. */
export interface Instruction {
  readonly immediate: Immediate
  /** Operands it takes and gives; those of control flow and calls depend on their types. */
  readonly pops: number
  readonly pushes: number
  /** Units of cost table 1, without what depends on the module. */
  readonly cost: number
  /** Most that the alignment of a memory access may be, as a power of two. */
  readonly align: number
  /** Number of lanes, where a lane is named. */
  readonly lanes: number
  /** Type of a result of float arithmetic, whose NaN may have any bits. */
  readonly float: FloatResult | undefined
}

/** Types whose NaN is made the same everywhere. */
export type FloatResult = 'f32' | 'f64' | 'f32x4' | 'f64x2'

type Table = (Instruction | undefined)[]

/** Adds the instructions `from` to `to`, ends included. */
function add(
  table: Table,
  [from, to]: readonly [number, number],
  [pops, pushes]: readonly [number, number],
  more: Partial<Instruction> = {},
): void {
  for (let code = from; code <= to; code++) {
    const base: Instruction = { immediate: 'none', pops, pushes, cost: 1, align: 0, lanes: 0, float: undefined }
    table[code] = { ...base, ...more }
  }
}

const unary = [1, 1] as const
const binary = [2, 1] as const
const division = { cost: 12 }
const rounding = { cost: 4 }

/** Opcodes of one byte. */
export const plain: readonly (Instruction | undefined)[] = plainTable()

/** Opcodes after the prefix 0xfc. */
export const prefixed: readonly (Instruction | undefined)[] = prefixedTable()

/** Opcodes after the prefix 0xfd, without relaxed ones. */
export const vector: readonly (Instruction | undefined)[] = vectorTable()

function plainTable(): Table {
  const table: Table = new Array(256).fill(undefined)
  add(table, [0x00, 0x00], [0, 0], { immediate: 'control' })
  add(table, [0x01, 0x01], [0, 0])
  add(table, [0x02, 0x04], [0, 0], { immediate: 'control' })
  add(table, [0x02, 0x02], [0, 0], { immediate: 'control', cost: 0 })
  add(table, [0x05, 0x05], [0, 0], { immediate: 'control', cost: 0 })
  add(table, [0x0b, 0x0b], [0, 0], { immediate: 'control', cost: 0 })
  add(table, [0x0c, 0x0d], [0, 0], { immediate: 'control' })
  add(table, [0x0e, 0x0e], [0, 0], { immediate: 'control', cost: 3 })
  add(table, [0x0f, 0x0f], [0, 0], { immediate: 'control' })
  add(table, [0x10, 0x10], [0, 0], { immediate: 'control', cost: 5 })
  add(table, [0x11, 0x11], [0, 0], { immediate: 'control', cost: 10 })
  add(table, [0x1a, 0x1a], [1, 0])
  add(table, [0x1b, 0x1b], [3, 1])
  add(table, [0x1c, 0x1c], [3, 1], { immediate: 'control' })
  add(table, [0x20, 0x20], [0, 1], { immediate: 'local' })
  add(table, [0x21, 0x21], [1, 0], { immediate: 'local' })
  add(table, [0x22, 0x22], [1, 1], { immediate: 'local' })
  add(table, [0x23, 0x23], [0, 1], { immediate: 'global' })
  add(table, [0x24, 0x24], [1, 0], { immediate: 'global' })
  add(table, [0x25, 0x25], [1, 1], { immediate: 'table', cost: 3 })
  add(table, [0x26, 0x26], [2, 0], { immediate: 'table', cost: 3 })
  for (const [index, align] of [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2].entries()) {
    add(table, [0x28 + index, 0x28 + index], unary, { immediate: 'memarg', cost: 2, align })
  }
  for (const [index, align] of [2, 3, 2, 3, 0, 1, 0, 1, 2].entries()) {
    add(table, [0x36 + index, 0x36 + index], [2, 0], { immediate: 'memarg', cost: 2, align })
  }
  add(table, [0x3f, 0x3f], [0, 1], { immediate: 'memory' })
  add(table, [0x40, 0x40], unary, { immediate: 'memory', cost: 5_000 })
  for (const [index, immediate] of (['i32', 'i64', 'f32', 'f64'] as const).entries()) {
    add(table, [0x41 + index, 0x41 + index], [0, 1], { immediate })
  }
  add(table, [0x45, 0x45], unary)
  add(table, [0x46, 0x4f], binary)
  add(table, [0x50, 0x50], unary)
  add(table, [0x51, 0x66], binary)
  for (const base of [0x67, 0x79]) {
    add(table, [base, base + 2], unary)
    add(table, [base + 3, base + 17], binary)
    add(table, [base + 6, base + 9], binary, division)
  }
  for (const [base, float] of [
    [0x8b, 'f32'],
    [0x99, 'f64'],
  ] as const) {
    add(table, [base, base + 1], unary)
    add(table, [base + 2, base + 5], unary, { ...rounding, float })
    add(table, [base + 6, base + 6], unary, { ...division, float })
    add(table, [base + 7, base + 12], binary, { float })
    add(table, [base + 10, base + 10], binary, { ...division, float })
    add(table, [base + 13, base + 13], binary)
  }
  add(table, [0xa7, 0xc4], unary)
  add(table, [0xb6, 0xb6], unary, { float: 'f32' })
  add(table, [0xbb, 0xbb], unary, { float: 'f64' })
  add(table, [0xd0, 0xd0], [0, 1], { immediate: 'reference-type' })
  add(table, [0xd1, 0xd1], unary)
  add(table, [0xd2, 0xd2], [0, 1], { immediate: 'function' })
  return table
}

function prefixedTable(): Table {
  const table: Table = []
  add(table, [0, 7], unary)
  add(table, [8, 8], [3, 0], { immediate: 'data-memory', cost: 64 })
  add(table, [9, 9], [0, 0], { immediate: 'data' })
  add(table, [10, 10], [3, 0], { immediate: 'memory-memory', cost: 10 })
  add(table, [11, 11], [3, 0], { immediate: 'memory', cost: 10 })
  add(table, [12, 12], [3, 0], { immediate: 'element-table', cost: 64 })
  add(table, [13, 13], [0, 0], { immediate: 'element' })
  add(table, [14, 14], [3, 0], { immediate: 'table-table', cost: 64 })
  add(table, [15, 15], [2, 1], { immediate: 'table', cost: 64 })
  add(table, [16, 16], [0, 1], { immediate: 'table' })
  add(table, [17, 17], [3, 0], { immediate: 'table', cost: 64 })
  return table
}

function vectorTable(): Table {
  const table: Table = []
  const simd = { cost: 2 }
  const many = (ranges: readonly (readonly [number, number])[], effect: readonly [number, number]): void => {
    for (const range of ranges) add(table, range, effect, simd)
  }
  for (const [code, align] of [4, 3, 3, 3, 3, 3, 3, 0, 1, 2, 3].entries()) {
    add(table, [code, code], unary, { ...simd, immediate: 'memarg', align })
  }
  add(table, [11, 11], [2, 0], { ...simd, immediate: 'memarg', align: 4 })
  add(table, [12, 12], [0, 1], { ...simd, immediate: 'v128' })
  add(table, [13, 13], binary, { ...simd, immediate: 'shuffle' })
  add(table, [14, 14], binary, simd)
  add(table, [15, 20], unary, simd)
  for (const [from, to, lanes] of [
    [21, 22, 16],
    [24, 25, 8],
    [27, 27, 4],
    [29, 29, 2],
    [31, 31, 4],
    [33, 33, 2],
  ] as const) {
    add(table, [from, to], unary, { ...simd, immediate: 'lane', lanes })
    add(table, [to + 1, to + 1], binary, { ...simd, immediate: 'lane', lanes })
  }
  many([[35, 76]], binary)
  many([[77, 77]], unary)
  many([[78, 81]], binary)
  many([[82, 82]], [3, 1])
  many([[83, 83]], unary)
  for (const align of [0, 1, 2, 3]) {
    const memory = { ...simd, immediate: 'memarg-lane', align, lanes: 16 >> align } as const
    add(table, [84 + align, 84 + align], binary, memory)
    add(table, [88 + align, 88 + align], [2, 0], memory)
  }
  add(table, [92, 92], unary, { ...simd, immediate: 'memarg', align: 2 })
  add(table, [93, 93], unary, { ...simd, immediate: 'memarg', align: 3 })
  many(
    [
      [94, 100],
      [103, 106],
      [116, 117],
      [122, 122],
      [124, 129],
      [131, 132],
      [135, 138],
      [148, 148],
      [160, 161],
      [163, 164],
      [167, 170],
      [192, 193],
      [195, 196],
      [199, 202],
      [224, 225],
      [227, 227],
      [236, 237],
      [239, 239],
      [248, 255],
    ],
    unary,
  )
  many(
    [
      [101, 102],
      [107, 115],
      [118, 121],
      [123, 123],
      [130, 130],
      [133, 134],
      [139, 147],
      [149, 153],
      [155, 159],
      [171, 174],
      [177, 177],
      [181, 186],
      [188, 191],
      [203, 206],
      [209, 209],
      [213, 223],
      [228, 235],
      [240, 247],
    ],
    binary,
  )
  const arithmetic: readonly (readonly [FloatResult, readonly number[]])[] = [
    ['f32x4', [94, 103, 104, 105, 106, 227, 228, 229, 230, 231, 232, 233]],
    ['f64x2', [95, 116, 117, 122, 148, 239, 240, 241, 242, 243, 244, 245]],
  ]
  for (const [float, codes] of arithmetic) {
    for (const code of codes) {
      const known = table[code]
      if (known !== undefined) table[code] = { ...known, float }
    }
  }
  return table
}
