/** Reads one function, and writes it so that it counts its fuel and its stack, and NaN is the same everywhere. */

import type { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { Counters } from './counters.js'
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

/** A function that was read. */
export interface FunctionBody {
  /** Instructions, `else` and `end` included. */
  readonly instructions: number
  readonly locals: number
  /** Stack that one call takes. */
  readonly words: number
  /** Functions of the module's own that it calls by their number, which begins with the first that is not imported. */
  readonly calls: readonly number[]
  /** Whether it calls through a table. */
  readonly callsTable: boolean
  /** Gives it rewritten. @param countsStack - Whether its calls are taken from the stack. */
  write(countsStack: boolean): Uint8Array
}

/** A function longer than this pays for each basic block by itself, a shorter one for each loop. */
const longFunction = 2_000

/** Words of stack that a call takes beside its locals and operands. */
const callWords = 8

/**
 * Units that a tight loop may run up before it pays. Fuel ends a call by so much too late at most twice over, and a call
 * that ends by another trap in the middle of such a loop has paid so much too little.
 */
const tightCredit = 10_000

/** A tight loop without others in it, whose body has at most so many bytes, runs four times for each time it counts. */
const unrolledBytes = 96
const unrolledTimes = 4

/** Something put into the code before the byte `at`; `skip` bytes there are left out. */
interface Edit {
  readonly at: number
  readonly skip: number
  write(out: ByteWriter): void
}

/** A piece of the code, with the edits in it by their number. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly edits: readonly [from: number, to: number]
}

/** What is paid together: a function without its loops, or the body of a loop without those in it. */
interface Region {
  cost: number
}

/** A loop that is open, or was. */
interface Loop extends Region {
  readonly outer: Loop | undefined
  /** How many blocks are round it. */
  readonly level: number
  /**
   * Whether it leaves only by its end, takes and gives nothing, and calls nothing that comes back. Then it counts in a local
   * what it owes, and pays from time to time.
   */
  tight: boolean
  innermost: boolean
  /** Its body, once it was read. */
  body: Piece
}

/** A block that is open. */
interface Frame {
  readonly kind: 'function' | 'block' | 'loop' | 'if' | 'else'
  readonly type: FunctionType
  /** Operands under it. */
  readonly base: number
  unreachable: boolean
  /** What its instructions are paid with. */
  readonly region: Region
  /** The innermost loop that it is, or is in. */
  readonly loop: Loop | undefined
}

/** The opcode of `unreachable`. */
const unreachable = 0x00

const empty: FunctionType = { parameters: [], results: [] }
const single: Readonly<Record<ValueType, FunctionType>> = {
  i32: { parameters: [], results: ['i32'] },
  i64: { parameters: [], results: ['i64'] },
  f32: { parameters: [], results: ['f32'] },
  f64: { parameters: [], results: ['f64'] },
  v128: { parameters: [], results: ['v128'] },
  funcref: { parameters: [], results: ['funcref'] },
}
/** Locals that the rewriter adds behind the guest's own: for the last value of a type, and for what a tight loop owes. */
type Scratch = 'i32' | 'f32' | 'f64' | 'v128' | 'owed'

/**
 * Reads the body that starts at the reader and ends where the reader ends.
 *
 * It follows the height of the operand stack, not the types on it: the engine checks those.
 */
export function readBody(reader: ByteReader, type: FunctionType, context: BodyContext): FunctionBody {
  return new BodyRewriter(reader, type, context)
}

class BodyRewriter implements FunctionBody {
  readonly calls: number[] = []
  callsTable = false
  instructions = 0
  readonly #reader: ByteReader
  readonly #bytes: Uint8Array
  readonly #type: FunctionType
  readonly #context: BodyContext
  readonly #counters: Counters
  readonly #frames: Frame[] = []
  readonly #edits: Edit[] = []
  readonly #scratch = new Map<Scratch, number>()
  /** What the basic block that is read pays in a long function. */
  #block: Region = { cost: 0 }
  readonly #groups: { count: number; from: number; to: number }
  readonly #code: Piece
  readonly #mayBeLong: boolean
  #locals = 0
  #words = 0
  #height = 0
  #deepest = 0
  #countsStack = false

  constructor(reader: ByteReader, type: FunctionType, context: BodyContext) {
    this.#reader = reader
    this.#bytes = reader.bytes
    this.#type = type
    this.#context = context
    this.#counters = new Counters(context.globals)
    this.#groups = this.#readLocals()
    const from = reader.at
    // An instruction is a byte at least.
    this.#mayBeLong = reader.end - from > longFunction
    this.#open('function', type, { region: this.#beginRegion(), loop: undefined })
    this.#beginBlock()
    while (this.#frames.length > 0) this.#step()
    if (reader.at !== reader.end) reader.reject('malformed', 'a function goes on after its end')
    this.#code = { from, to: reader.end, edits: [0, this.#edits.length] }
  }

  get locals(): number {
    return this.#locals - this.#type.parameters.length
  }

  get words(): number {
    return this.#words + this.#deepest + callWords
  }

  /** @returns Where the guest's own locals stand, and in how many groups. */
  #readLocals(): { count: number; from: number; to: number } {
    const reader = this.#reader
    const start = reader.at
    const { locals: most } = this.#context.limits
    const groups = reader.u32()
    const from = reader.at
    let declared = 0
    for (const parameter of this.#type.parameters) this.#words += wordsOf(parameter)
    for (let group = 0; group < groups; group++) {
      const count = reader.u32()
      declared += count
      if (declared > most) reader.reject('limit', `a function has more than ${most} locals`, start)
      this.#words += count * wordsOf(readValueType(reader, this.#context.simd))
    }
    this.#locals = this.#type.parameters.length + declared
    return { count: groups, from, to: reader.at }
  }

  /** Reads one instruction. */
  #step(): void {
    const reader = this.#reader
    const at = reader.at
    const opcode = reader.byte()
    this.instructions++
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
        this.#enter(opcode, cost, at)
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
        this.#leaveLoops(0)
        this.#edit(at, (out) => this.#writeReturn(out, depth), 1)
        this.#leave()
        return
      }
      case 0x10: {
        const index = this.#reader.index(this.#context.functions.length, 'function')
        const own = index - this.#context.importedFunctions
        this.#charge(own < 0 ? 40 : cost)
        if (own >= 0) this.calls.push(own)
        // An import behind which nothing can be reached does not come back.
        if (own >= 0 || this.#bytes[this.#reader.at] !== unreachable) this.#leaveLoops(0)
        this.#call(this.#context.functions[index] ?? empty)
        return
      }
      case 0x11: {
        const type = this.#context.types[this.#reader.index(this.#context.types.length, 'type')] ?? empty
        this.#reader.index(this.#context.tables, 'table')
        this.#charge(cost)
        this.callsTable = true
        this.#leaveLoops(0)
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
    this.#pop(parameters.length)
    this.#push(results.length)
  }

  #enter(opcode: number, cost: number, at: number): void {
    const type = this.#blockType()
    this.#charge(cost)
    if (opcode === 0x04) this.#pop(1)
    this.#pop(type.parameters.length)
    if (opcode === 0x03) {
      const loop = this.#beginLoop(at, type)
      this.#open('loop', type, { region: loop, loop })
    } else this.#open(opcode === 0x02 ? 'block' : 'if', type, this.#top())
    if (opcode !== 0x02) this.#beginBlock()
  }

  #beginLoop(at: number, { parameters, results }: FunctionType): Loop {
    const level = this.#frames.length
    const { loop: outer } = this.#top()
    if (outer !== undefined) outer.innermost = false
    const tight = parameters.length === 0 && results.length === 0
    const body = { from: this.#reader.at, to: at, edits: [0, 0] } as const
    const loop: Loop = { outer, level, tight, innermost: true, body, cost: 0 }
    this.#edit(at, (out) => this.#writeLoopStart(out, loop))
    this.#edit(this.#reader.at, (out) => this.#writeIteration(out, loop))
    loop.body = { ...body, edits: [this.#edits.length, this.#edits.length] }
    return loop
  }

  #endLoop(loop: Loop, to: number): void {
    loop.body = { from: loop.body.from, to, edits: [loop.body.edits[0], this.#edits.length] }
    // What may be run up at once counts too; what costs nothing does not come round.
    if (loop.cost === 0 || unrolledTimes * loop.cost > tightCredit) loop.tight = false
    if (loop.tight) this.#local('owed')
    this.#edit(this.#reader.at, (out) => this.#writeLoopEnd(out, loop))
  }

  /** Notes that control may go on at `level` blocks or fewer: what is left on the way leaves not only by its end. */
  #leaveLoops(level: number): void {
    for (let loop = this.#top().loop; loop !== undefined && loop.level > level; loop = loop.outer) loop.tight = false
  }

  #else(at: number): void {
    const frame = this.#close(at)
    if (frame.kind !== 'if') this.#reader.reject('malformed', 'an else has no if', at)
    this.#open('else', frame.type, frame)
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
    if (frame.kind === 'loop' && frame.loop !== undefined) this.#endLoop(frame.loop, at)
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
    const level = this.#frames.length - 1 - depth
    const frame = this.#frames[level]
    this.#leaveLoops(level)
    return (frame?.kind === 'loop' ? frame.type.parameters : frame?.type.results) ?? []
  }

  #open(kind: Frame['kind'], type: FunctionType, { region, loop }: Pick<Frame, 'region' | 'loop'>): void {
    if (this.#frames.length > this.#context.limits.nesting)
      this.#reader.reject('limit', `blocks are nested deeper than ${this.#context.limits.nesting}`)
    this.#frames.push({ kind, type, base: this.#height, unreachable: false, region, loop })
    if (kind !== 'function') this.#push(type.parameters.length)
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
    this.#block.cost += cost
  }

  /** Begins what the function pays at its entry. */
  #beginRegion(): Region {
    const region = { cost: 0 }
    this.#edit(this.#reader.at, (out) => {
      if (!this.#long) this.#counters.pay(out, region.cost)
    })
    return region
  }

  #beginBlock(): void {
    const block = { cost: 0 }
    this.#block = block
    if (!this.#mayBeLong) return
    this.#edit(this.#reader.at, (out) => {
      if (this.#long) this.#counters.pay(out, block.cost)
    })
  }

  /** Whether it pays for each basic block, once it was read. */
  get #long(): boolean {
    return this.instructions > longFunction
  }

  #edit(at: number, write: Edit['write'], skip = 0): void {
    this.#edits.push({ at, skip, write })
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
    this.#edit(at, (out) => {
      out.byte(0x22)
      out.u32(length)
      this.#counters.beginPay(out)
      out.byte(0x20)
      out.u32(length)
      // i64.extend_i32_u, i64.const 3, i64.shr_u
      out.write(0xad, 0x42, 3, 0x88)
      this.#counters.endPay(out)
    })
  }

  /** Puts the one NaN in the place of any other. */
  #settleNan(type: FloatResult): void {
    this.#charge(3)
    const value = this.#local(type === 'f32' || type === 'f64' ? type : 'v128')
    this.#edit(this.#reader.at, (out) => writeNan(out, type, value))
  }

  /** A body whose calls are counted is a block of its own, and to return is to leave that. */
  #writeReturn(out: ByteWriter, depth: number): void {
    if (this.#countsStack) {
      out.byte(0x0c)
      out.u32(depth)
    } else out.byte(0x0f)
  }

  /** Before a loop. A tight one gets three blocks round it: `block $done loop $again block $due`. */
  #writeLoopStart(out: ByteWriter, loop: Loop): void {
    if (this.#counts(loop)) out.write(0x02, 0x40, 0x03, 0x40, 0x02, 0x40)
  }

  /** Where an iteration begins. */
  #writeIteration(out: ByteWriter, loop: Loop): void {
    const { cost, innermost, body } = loop
    if (this.#long) return
    if (!this.#counts(loop)) {
      this.#counters.pay(out, cost)
      return
    }
    const times = innermost && body.to - body.from <= unrolledBytes ? unrolledTimes : 1
    this.#owed(out)
    out.byte(0x42)
    out.positive(tightCredit)
    // i64.gt_s, br_if $due
    out.write(0x55, 0x0d, 1)
    this.#owe(out, times * cost)
    for (let ahead = times - 1; ahead > 0; ahead--) {
      // To begin the next iteration is to leave this block, and to come to its end is to leave the loop, by br $done.
      out.write(0x02, 0x40)
      this.#copy(out, body)
      this.#owe(out, -ahead * cost)
      out.write(0x0c, 4, 0x0b)
    }
  }

  /** Behind the end of a loop. */
  #writeLoopEnd(out: ByteWriter, loop: Loop): void {
    if (!this.#counts(loop)) return
    // br $done, end $due
    out.write(0x0c, 2, 0x0b)
    this.#settle(out)
    // br $again, end $again, end $done
    out.write(0x0c, 0, 0x0b, 0x0b)
    if (loop.outer === undefined || !loop.outer.tight) this.#settle(out)
  }

  /** Whether a loop counts what it owes in a local. */
  #counts({ tight }: Loop): boolean {
    return tight && !this.#long
  }

  #owed(out: ByteWriter): void {
    out.byte(0x20)
    out.u32(this.#local('owed'))
  }

  #owe(out: ByteWriter, cost: number): void {
    this.#owed(out)
    out.byte(0x42)
    out.positive(Math.abs(cost))
    out.write(cost < 0 ? 0x7d : 0x7c, 0x21)
    out.u32(this.#local('owed'))
  }

  /** Pays what is owed. */
  #settle(out: ByteWriter): void {
    this.#counters.beginPay(out)
    this.#owed(out)
    this.#counters.endPay(out)
    out.write(0x42, 0, 0x21)
    out.u32(this.#local('owed'))
  }

  write(countsStack: boolean): Uint8Array {
    this.#countsStack = countsStack
    const { count, from, to } = this.#groups
    const out = new ByteWriter((this.#code.to - from) * 2 + 32)
    out.u32(count + this.#scratch.size)
    out.append(this.#bytes, from, to)
    for (const type of this.#scratch.keys()) out.write(1, typeBytes[type === 'owed' ? 'i64' : type])
    if (countsStack) {
      this.#counters.enter(out, this.words)
      this.#writeBlockType(out)
    }
    this.#copy(out, this.#code)
    if (countsStack) {
      // The results stay where they are.
      this.#counters.leave(out, this.words)
      out.byte(0x0b)
    }
    return out.view()
  }

  #writeBlockType(out: ByteWriter): void {
    const { results } = this.#type
    const [only] = results
    out.byte(0x02)
    if (only === undefined) out.byte(0x40)
    else if (results.length === 1) out.byte(typeBytes[only])
    else out.positive(this.#context.resultType(results))
  }

  /** Copies code, with the edits in it, which are in order. */
  #copy(out: ByteWriter, { from, to, edits: [first, last] }: Piece): void {
    let copied = from
    for (let index = first; index < last; index++) {
      const edit = this.#edits[index]
      if (edit === undefined) return
      out.append(this.#bytes, copied, edit.at)
      edit.write(out)
      copied = edit.at + edit.skip
    }
    out.append(this.#bytes, copied, to)
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
