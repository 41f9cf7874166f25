/** Rewrites one function: counts its fuel and its stack, and makes NaN the same everywhere. */

import type { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { type FloatResult, type Instruction, plain, prefixed, vector } from './instructions.js'
import type { ModuleLimits } from './limits.js'
import { type FunctionType, readValueType, typeBytes, type ValueType, valueTypeOf } from './types.js'

/** What a function may name, and how it is rewritten. */
export interface BodyContext {
  readonly limits: ModuleLimits
  readonly simd: boolean
  readonly deterministic: boolean
  readonly types: readonly FunctionType[]
  /** Type of each function, imported ones first. */
  readonly functions: readonly FunctionType[]
  readonly importedFunctions: number
  /** Counts of what the guest declared. */
  readonly globals: number
  readonly tables: number
  readonly memories: number
  readonly elements: number
  /** Undefined if the module does not say beforehand. */
  readonly data: number | undefined
  readonly moduleBytes: number
  /** Index of a type without parameters and with these results; one is added if there is none. */
  resultType(results: readonly ValueType[]): number
}

/** A function that was rewritten. */
export interface RewrittenBody {
  readonly bytes: Uint8Array
  /** Instructions, `else` and `end` included. */
  readonly instructions: number
  readonly locals: number
}

/** A function longer than this pays for each basic block by itself, a shorter one for each loop. */
const longFunction = 2_000

/** Words of stack that a call takes beside its locals and operands. */
const callWords = 8

/** Fuel that a run of code pays at its start. */
interface Charge {
  readonly at: number
  cost: number
}

/** Something put into the code before the byte `at`; `skip` bytes there are left out. */
interface Edit {
  readonly at: number
  readonly skip: number
  write(out: ByteWriter): void
}

/** A block that is open. */
interface Frame {
  readonly kind: 'function' | 'block' | 'loop' | 'if' | 'else'
  readonly type: FunctionType
  /** Operands under it. */
  readonly base: number
  unreachable: boolean
  /** What a loop's body pays when an iteration begins; that of the loop round it, or of the function, otherwise. */
  readonly region: Charge
}

const empty: FunctionType = { parameters: [], results: [] }
const single: Readonly<Record<ValueType, FunctionType>> = {
  i32: { parameters: [], results: ['i32'] },
  i64: { parameters: [], results: ['i64'] },
  f32: { parameters: [], results: ['f32'] },
  f64: { parameters: [], results: ['f64'] },
  v128: { parameters: [], results: ['v128'] },
  funcref: { parameters: [], results: ['funcref'] },
}
/** Locals that the rewriter adds behind the guest's own. */
type Scratch = 'i32' | 'f32' | 'f64' | 'v128'

/**
 * Reads the body that starts at the reader and ends where the reader ends, and gives it rewritten.
 *
 * It follows the height of the operand stack, not the types on it: the engine checks those.
 */
export function rewriteBody(reader: ByteReader, type: FunctionType, context: BodyContext): RewrittenBody {
  return new BodyRewriter(reader, type, context).rewrite()
}

class BodyRewriter {
  readonly #reader: ByteReader
  readonly #type: FunctionType
  readonly #context: BodyContext
  readonly #frames: Frame[] = []
  readonly #edits: Edit[] = []
  readonly #regions: Charge[] = []
  readonly #blocks: Charge[] = []
  readonly #scratch = new Map<Scratch, number>()
  #locals = 0
  #words = 0
  #height = 0
  #deepest = 0
  #instructions = 0
  #calls = false

  constructor(reader: ByteReader, type: FunctionType, context: BodyContext) {
    this.#reader = reader
    this.#type = type
    this.#context = context
  }

  rewrite(): RewrittenBody {
    const reader = this.#reader
    const groups = { count: 0, from: reader.at, to: reader.at }
    const declared = this.#readLocals(groups)
    const start = reader.at
    this.#beginRegion(start)
    this.#beginBlock()
    this.#open('function', this.#type, this.#regions[0] ?? { at: start, cost: 0 }, [])
    while (this.#frames.length > 0) this.#step()
    if (reader.at !== reader.end) reader.reject('malformed', 'a function goes on after its end')
    return { bytes: this.#write(groups, start), instructions: this.#instructions, locals: declared }
  }

  #readLocals(groups: { count: number; from: number; to: number }): number {
    const reader = this.#reader
    const start = reader.at
    const { locals: most } = this.#context.limits
    groups.count = reader.u32()
    groups.from = reader.at
    let declared = 0
    for (const parameter of this.#type.parameters) this.#words += wordsOf(parameter)
    for (let index = 0; index < groups.count; index++) {
      const count = reader.u32()
      declared += count
      if (declared > most) reader.reject('limit', `a function has more than ${most} locals`, start)
      this.#words += count * wordsOf(readValueType(reader, this.#context.simd))
    }
    groups.to = reader.at
    this.#locals = this.#type.parameters.length + declared
    return declared
  }

  /** Reads one instruction. */
  #step(): void {
    const reader = this.#reader
    const at = reader.at
    const opcode = reader.byte()
    this.#instructions++
    if (opcode === 0xfc || opcode === 0xfd) {
      const code = reader.u32()
      if (opcode === 0xfd && !this.#context.simd)
        reader.reject('feature', 'it uses SIMD without the capability "simd"', at)
      const found = (opcode === 0xfc ? prefixed : vector)[code]
      if (found === undefined) this.#refuse(at, `0x${opcode.toString(16)} ${code}`)
      this.#plain(found, at, opcode === 0xfc ? code : -1)
    } else {
      const found = plain[opcode]
      if (found === undefined) this.#refuse(at, `0x${opcode.toString(16)}`)
      if (found.immediate === 'control') this.#control(opcode, found.cost, at)
      else this.#plain(found, at, -1)
    }
  }

  #refuse(at: number, shown: string): never {
    return this.#reader.reject('feature', `instruction ${shown} is not accepted`, at)
  }

  /** An instruction whose effect on the stack is always the same. @param bulk - Its code after 0xfc, or -1. */
  #plain(instruction: Instruction, at: number, bulk: number): void {
    this.#immediate(instruction)
    this.#charge(instruction.cost + this.#extra(bulk))
    this.#pop(instruction.pops)
    this.#push(instruction.pushes)
    // memory.copy and memory.fill also pay by what they move, when they run.
    if (bulk === 10 || bulk === 11) this.#chargeLength(at)
    if (instruction.float !== undefined && this.#context.deterministic) this.#settleNan(instruction.float)
  }

  /** What an instruction costs by the size of the module, beside what the table says. */
  #extra(bulk: number): number {
    const { moduleBytes, limits } = this.#context
    if (bulk === 8) return Math.floor(moduleBytes / 16)
    return bulk === 12 || bulk === 14 || bulk === 15 || bulk === 17 ? limits.tableEntries : 0
  }

  #immediate({ immediate, align, lanes }: Instruction): void {
    const reader = this.#reader
    const context = this.#context
    switch (immediate) {
      case 'none':
      case 'control':
        return
      case 'local':
        reader.index(this.#locals, 'local')
        return
      case 'global':
        reader.index(context.globals, 'global')
        return
      case 'table':
        reader.index(context.tables, 'table')
        return
      case 'memory':
        this.#memory()
        return
      case 'memory-memory':
        this.#memory()
        this.#memory()
        return
      case 'memarg':
        this.#memoryArgument(align)
        return
      case 'memarg-lane':
        this.#memoryArgument(align)
        this.#lane(lanes)
        return
      case 'lane':
        this.#lane(lanes)
        return
      case 'i32':
        reader.skipSigned(32)
        return
      case 'i64':
        reader.skipSigned(64)
        return
      case 'f32':
        reader.skip(4)
        return
      case 'f64':
        reader.skip(8)
        return
      case 'v128':
        reader.skip(16)
        return
      case 'shuffle':
        for (let lane = 0; lane < 16; lane++) this.#lane(32)
        return
      case 'reference-type':
        if (reader.byte() !== 0x70) reader.reject('feature', 'only function references are accepted', reader.at - 1)
        return
      case 'function':
        reader.index(context.functions.length, 'function')
        return
      case 'data':
        this.#data()
        return
      case 'data-memory':
        this.#data()
        this.#memory()
        return
      case 'element':
        reader.index(context.elements, 'element segment')
        return
      case 'element-table':
        reader.index(context.elements, 'element segment')
        reader.index(context.tables, 'table')
        return
      case 'table-table':
        reader.index(context.tables, 'table')
        reader.index(context.tables, 'table')
    }
  }

  #memory(): void {
    const reader = this.#reader
    if (reader.byte() !== 0) reader.reject('feature', 'only one memory is accepted', reader.at - 1)
    if (this.#context.memories === 0) reader.reject('malformed', 'it has no memory', reader.at - 1)
  }

  #memoryArgument(most: number): void {
    const reader = this.#reader
    const start = reader.at
    const align = reader.u32()
    if (align >= 32) reader.reject('feature', 'a memory access names a memory', start)
    if (align > most) reader.reject('malformed', 'an alignment is larger than what is read', start)
    reader.u32()
    if (this.#context.memories === 0) reader.reject('malformed', 'it has no memory', start)
  }

  #lane(lanes: number): void {
    if (this.#reader.byte() >= lanes) this.#reader.reject('malformed', 'there is no such lane', this.#reader.at - 1)
  }

  #data(): void {
    const { data } = this.#context
    if (data === undefined) this.#reader.reject('malformed', 'it does not say how many data segments it has')
    this.#reader.index(data, 'data segment')
  }

  /** Control flow, calls and typed `select`. */
  #control(opcode: number, cost: number, at: number): void {
    switch (opcode) {
      case 0x00:
        this.#charge(cost)
        this.#leave()
        return
      case 0x02:
      case 0x03:
      case 0x04:
        this.#enter(opcode, cost)
        return
      case 0x05:
        this.#else(at)
        return
      case 0x0b:
        this.#end(at)
        return
      case 0x0c:
      case 0x0d: {
        const { length } = this.#label()
        this.#charge(cost)
        if (opcode === 0x0d) this.#pop(1)
        this.#pop(length)
        if (opcode === 0x0c) this.#leave()
        else {
          this.#push(length)
          this.#beginBlock()
        }
        return
      }
      case 0x0e:
        this.#branchTable(cost)
        return
      case 0x0f: {
        this.#charge(cost)
        this.#pop(this.#type.results.length)
        const depth = this.#frames.length - 1
        this.#edits.push({ at, skip: 1, write: (out) => this.#writeReturn(out, depth) })
        this.#leave()
        return
      }
      case 0x10: {
        const index = this.#reader.index(this.#context.functions.length, 'function')
        this.#charge(index < this.#context.importedFunctions ? 40 : cost)
        this.#call(this.#context.functions[index] ?? empty)
        return
      }
      case 0x11: {
        const type = this.#context.types[this.#reader.index(this.#context.types.length, 'type')] ?? empty
        this.#reader.index(this.#context.tables, 'table')
        this.#charge(cost)
        this.#pop(1)
        this.#call(type)
        return
      }
      default: {
        if (this.#reader.u32() !== 1) this.#reader.reject('feature', 'a select chooses more than one value', at)
        readValueType(this.#reader, this.#context.simd)
        this.#charge(cost)
        this.#pop(3)
        this.#push(1)
      }
    }
  }

  #call({ parameters, results }: FunctionType): void {
    this.#calls = true
    this.#pop(parameters.length)
    this.#push(results.length)
  }

  #enter(opcode: number, cost: number): void {
    const type = this.#blockType()
    this.#charge(cost)
    if (opcode === 0x04) this.#pop(1)
    this.#pop(type.parameters.length)
    if (opcode === 0x03) {
      const region = this.#beginRegion(this.#reader.at)
      this.#open('loop', type, region, type.parameters)
    } else this.#open(opcode === 0x02 ? 'block' : 'if', type, this.#top().region, type.parameters)
    if (opcode !== 0x02) this.#beginBlock()
  }

  #else(at: number): void {
    const frame = this.#close(at)
    if (frame.kind !== 'if') this.#reader.reject('malformed', 'an else has no if', at)
    this.#open('else', frame.type, frame.region, frame.type.parameters)
    this.#beginBlock()
  }

  #end(at: number): void {
    const frame = this.#close(at)
    const { parameters, results } = frame.type
    if (
      frame.kind === 'if' &&
      (parameters.length !== results.length || parameters.some((type, index) => type !== results[index]))
    )
      this.#reader.reject('malformed', 'an if without else changes the stack', at)
    if (frame.kind === 'function') return
    this.#push(results.length)
    this.#beginBlock()
  }

  #branchTable(cost: number): void {
    const reader = this.#reader
    const count = reader.count(this.#context.limits.branchTable, 'targets in a br_table')
    let arity = -1
    for (let index = 0; index <= count; index++) {
      const start = reader.at
      const { length } = this.#label()
      if (arity >= 0 && length !== arity)
        reader.reject('malformed', 'the targets of a br_table want different values', start)
      arity = length
    }
    this.#charge(cost)
    this.#pop(1)
    this.#pop(arity)
    this.#leave()
  }

  #blockType(): FunctionType {
    const reader = this.#reader
    const first = reader.byte()
    if (first === 0x40) return empty
    reader.at--
    if (valueTypeOf(first) !== undefined) return single[readValueType(reader, this.#context.simd)]
    return this.#context.types[reader.index33(this.#context.types.length, 'type')] ?? empty
  }

  /** Reads a label. @returns What a branch to it takes along. */
  #label(): readonly ValueType[] {
    const depth = this.#reader.index(this.#frames.length, 'block to branch to')
    const frame = this.#frames[this.#frames.length - 1 - depth]
    return (frame?.kind === 'loop' ? frame.type.parameters : frame?.type.results) ?? []
  }

  #open(kind: Frame['kind'], type: FunctionType, region: Charge, parameters: readonly ValueType[]): void {
    if (this.#frames.length > this.#context.limits.nesting)
      this.#reader.reject('limit', `blocks are nested deeper than ${this.#context.limits.nesting}`)
    this.#frames.push({ kind, type, base: this.#height, unreachable: false, region })
    this.#push(parameters.length)
  }

  #close(at: number): Frame {
    const frame = this.#top()
    this.#pop(frame.type.results.length)
    if (this.#height !== frame.base) this.#reader.reject('malformed', 'values are left over at the end of a block', at)
    this.#frames.pop()
    return frame
  }

  #top(): Frame {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return this.#reader.reject('malformed', 'a function goes on after its end')
    return frame
  }

  /** The rest of the block is never reached. */
  #leave(): void {
    const frame = this.#top()
    frame.unreachable = true
    this.#height = frame.base
  }

  #pop(count: number): void {
    const { base, unreachable } = this.#top()
    const height = this.#height - count
    if (height < base && !unreachable) this.#reader.reject('malformed', 'an operand is missing')
    this.#height = Math.max(height, base)
  }

  #push(count: number): void {
    this.#height += count
    if (this.#height > this.#deepest) this.#deepest = this.#height
  }

  #charge(cost: number): void {
    this.#top().region.cost += cost
    const block = this.#blocks.at(-1)
    if (block !== undefined) block.cost += cost
  }

  #beginRegion(at: number): Charge {
    const region = { at, cost: 0 }
    this.#regions.push(region)
    return region
  }

  #beginBlock(): void {
    this.#blocks.push({ at: this.#reader.at, cost: 0 })
  }

  /** A local of the rewriter's own. */
  #local(type: Scratch): number {
    const known = this.#scratch.get(type)
    if (known !== undefined) return known
    const index = this.#locals + this.#scratch.size
    this.#scratch.set(type, index)
    return index
  }

  /** Pays for the length on top of the stack: an eighth of it. */
  #chargeLength(at: number): void {
    const length = this.#local('i32')
    this.#edits.push({
      at,
      skip: 0,
      write: (out) => {
        out.byte(0x22)
        out.u32(length)
        this.#globalGet(out, this.#fuel)
        out.byte(0x20)
        out.u32(length)
        // i64.extend_i32_u, i64.const 3, i64.shr_u
        out.write(0xad, 0x42, 3, 0x88)
        this.#payAndCheck(out)
      },
    })
  }

  /** Puts the one NaN in the place of any other. */
  #settleNan(type: FloatResult): void {
    this.#charge(3)
    const value = this.#local(type === 'f32' || type === 'f64' ? type : 'v128')
    this.#edits.push({ at: this.#reader.at, skip: 0, write: (out) => writeNan(out, type, value) })
  }

  get #fuel(): number {
    return this.#context.globals
  }

  get #stack(): number {
    return this.#context.globals + 1
  }

  #globalGet(out: ByteWriter, index: number): void {
    out.byte(0x23)
    out.u32(index)
  }

  #globalSet(out: ByteWriter, index: number): void {
    out.byte(0x24)
    out.u32(index)
  }

  /** With fuel and a cost on the stack: subtracts, and traps below zero. */
  #payAndCheck(out: ByteWriter): void {
    out.byte(0x7d)
    this.#globalSet(out, this.#fuel)
    this.#globalGet(out, this.#fuel)
    // i64.const 0, i64.lt_s, if, unreachable, end
    out.write(0x42, 0, 0x53, 0x04, 0x40, 0x00, 0x0b)
  }

  #writeCharge(out: ByteWriter, cost: number): void {
    this.#globalGet(out, this.#fuel)
    out.byte(0x42)
    out.positive(cost)
    this.#payAndCheck(out)
  }

  /** Where the function calls others its body is a block of its own, and to return is to leave that. */
  #writeReturn(out: ByteWriter, depth: number): void {
    if (this.#calls) {
      out.byte(0x0c)
      out.u32(depth)
    } else out.byte(0x0f)
  }

  #write(groups: { count: number; from: number; to: number }, start: number): Uint8Array {
    const { bytes, end } = this.#reader
    const out = new ByteWriter((end - groups.from) * 2 + 32)
    out.u32(groups.count + this.#scratch.size)
    out.append(bytes, groups.from, groups.to)
    for (const type of this.#scratch.keys()) out.write(1, typeBytes[type])
    const words = this.#words + this.#deepest + callWords
    if (this.#calls) this.#writeStackIn(out, words)
    this.#writeCode(out, start, end)
    if (this.#calls) {
      // The results stay where they are.
      this.#globalGet(out, this.#stack)
      out.byte(0x41)
      out.positive(words)
      out.byte(0x6a)
      this.#globalSet(out, this.#stack)
      out.byte(0x0b)
    }
    return out.view()
  }

  #writeStackIn(out: ByteWriter, words: number): void {
    this.#globalGet(out, this.#stack)
    out.byte(0x41)
    out.positive(words)
    out.byte(0x6b)
    this.#globalSet(out, this.#stack)
    this.#globalGet(out, this.#stack)
    // i32.const 0, i32.lt_s, if, unreachable, end
    out.write(0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b)
    const { results } = this.#type
    const [only] = results
    out.byte(0x02)
    if (only === undefined) out.byte(0x40)
    else if (results.length === 1) out.byte(typeBytes[only])
    else out.positive(this.#context.resultType(results))
  }

  /** Copies the code, with charges and edits where they belong; both lists are in order. */
  #writeCode(out: ByteWriter, start: number, end: number): void {
    const { bytes } = this.#reader
    const charges = this.#instructions > longFunction ? this.#blocks : this.#regions
    let copied = start
    let next = 0
    const chargeUpTo = (at: number): void => {
      for (; next < charges.length; next++) {
        const charge = charges[next]
        if (charge === undefined || charge.at > at) return
        if (charge.cost === 0) continue
        out.append(bytes, copied, charge.at)
        copied = charge.at
        this.#writeCharge(out, charge.cost)
      }
    }
    for (const edit of this.#edits) {
      chargeUpTo(edit.at)
      out.append(bytes, copied, edit.at)
      edit.write(out)
      copied = edit.at + edit.skip
    }
    chargeUpTo(end)
    out.append(bytes, copied, end)
  }
}

function wordsOf(type: ValueType): number {
  return type === 'v128' ? 2 : 1
}

const canonical32 = [0x00, 0x00, 0xc0, 0x7f]
const canonical64 = [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]

/** With a result on the stack: leaves it, or the one NaN if it is one. @param value - A local of its type. */
function writeNan(out: ByteWriter, type: FloatResult, value: number): void {
  const get = (): void => {
    out.byte(0x20)
    out.u32(value)
  }
  out.byte(0x22)
  out.u32(value)
  if (type === 'f32') out.write(0x43, ...canonical32)
  else if (type === 'f64') out.write(0x44, ...canonical64)
  else if (type === 'f32x4') out.write(0xfd, 12, ...canonical32, ...canonical32, ...canonical32, ...canonical32)
  else out.write(0xfd, 12, ...canonical64, ...canonical64)
  get()
  get()
  // A NaN is what does not equal itself.
  if (type === 'f32') out.write(0x5b, 0x1b)
  else if (type === 'f64') out.write(0x61, 0x1b)
  else out.write(0xfd, type === 'f32x4' ? 65 : 71, 0xfd, 82)
}
