/** Reads a module section by section and writes it anew, with its counters. */

import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { countStack } from './call-graph.js'
import { type BodyContext, type FunctionBody, readBody } from './function-body.js'
import type { ModuleLimits } from './limits.js'
import { type FunctionType, readValueType, typeBytes, type ValueType } from './types.js'

/** How a module is rewritten. */
export interface RewriteOptions {
  readonly limits: ModuleLimits
  /** Whether fixed-width SIMD is accepted. */
  readonly simd: boolean
  /** Whether NaN gets the same bits on every machine. */
  readonly deterministic: boolean
}

/** A function that a module imports. */
export interface ImportedFunction {
  readonly module: string
  readonly name: string
  readonly type: FunctionType
  /** Byte of the module at which it stands. */
  readonly offset: number
}

/** Something that a module exports. */
export interface ModuleExport {
  readonly name: string
  readonly kind: 'function' | 'table' | 'memory' | 'global'
  /** Of a function. */
  readonly type: FunctionType | undefined
  readonly offset: number
}

/** A module that was read and written anew. */
export interface RewrittenModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly imports: readonly ImportedFunction[]
  readonly exports: readonly ModuleExport[]
  /** Functions it defines. */
  readonly functions: number
  /** Instructions of its functions, before rewriting. */
  readonly instructions: number
  readonly memories: number
  /** Pages of 64 KiB at load. */
  readonly initialPages: number
}

/** Names of the counters among the exports. */
export const counters = { fuel: '__cart_fuel', stack: '__cart_stack' } as const

/** Names that begin so belong to the host. */
const reserved = '__cart'

const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** Sections in the order in which they must stand, by their number. */
const order = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11]
const sectionNames = 'custom type import function table memory global export start element code data data-count'.split(
  ' ',
)

/**
 * Checks a module against the limits and the accepted part of WebAssembly, and writes it with counters of fuel and stack.
 *
 * What the guest declared keeps its number, so that nothing in it can name what was added. Types of operands are left to the
 * engine, which checks the result again.
 *
 * @throws {@link CartridgeRejected} for whatever is not known to be accepted.
 */
export function rewriteModule(wasm: Uint8Array, options: RewriteOptions): RewrittenModule {
  return new ModuleRewriter(wasm, options).rewrite()
}

class ModuleRewriter {
  readonly #reader: ByteReader
  readonly #options: RewriteOptions
  readonly #limits: ModuleLimits
  readonly #out: ByteWriter
  readonly #types: FunctionType[] = []
  /** Types that are added for blocks with several results. */
  readonly #addedTypes: FunctionType[] = []
  readonly #functions: FunctionType[] = []
  readonly #imports: ImportedFunction[] = []
  readonly #exports: ModuleExport[] = []
  #typeSection: { readonly from: number; readonly to: number } | undefined
  #beforeTypes = 0
  #tables = 0
  #memories = 0
  #initialPages = 0
  #globals = 0
  #elements = 0
  #data: number | undefined
  #instructions = 0
  #allLocals = 0
  #bodies = 0
  #globalsWritten = false
  #exportsWritten = false

  constructor(wasm: Uint8Array, options: RewriteOptions) {
    this.#reader = new ByteReader(wasm)
    this.#options = options
    this.#limits = options.limits
    this.#out = new ByteWriter(wasm.length * 2 + 256)
  }

  rewrite(): RewrittenModule {
    const reader = this.#reader
    const size = reader.bytes.length
    const { moduleBytes } = this.#limits
    if (size > moduleBytes) reader.reject('limit', `it has ${size} bytes, at most ${moduleBytes} are accepted`, 0)
    for (const expected of magic) {
      if (reader.byte() !== expected)
        reader.reject('malformed', 'it does not begin as WebAssembly 1 does', reader.at - 1)
    }
    this.#out.write(...magic)
    this.#beforeTypes = this.#out.length
    let last = -1
    while (reader.at < size) last = this.#section(last)
    this.#writeMissing(order.length)
    if (this.#bodies !== this.#functions.length - this.#imports.length)
      reader.reject('malformed', 'functions and bodies differ in number')
    return {
      bytes: this.#withTypes(),
      imports: this.#imports,
      exports: this.#exports,
      functions: this.#bodies,
      instructions: this.#instructions,
      memories: this.#memories,
      initialPages: this.#initialPages,
    }
  }

  /** Reads one section. @returns Its place in the order, or `last` if it has none. */
  #section(last: number): number {
    const reader = this.#reader
    const start = reader.at
    const id = reader.byte()
    const length = reader.u32()
    const from = reader.at
    reader.skip(length)
    const to = reader.at
    reader.at = from
    reader.end = to
    const place = order.indexOf(id)
    if (id === 0) {
      reader.name()
      reader.at = to
    } else {
      if (place < 0) reader.reject('feature', `a section ${id} is not accepted`, start)
      if (place <= last) reader.reject('malformed', `the section "${sectionNames[id]}" stands twice or too late`, start)
      this.#writeMissing(place)
      this.#read(id, from, to)
      if (reader.at !== to) reader.reject('malformed', `the section "${sectionNames[id]}" goes on after its end`)
    }
    reader.end = reader.bytes.length
    return id === 0 ? last : place
  }

  /** Writes the sections that the counters need, if the module has none of its own before `place`. */
  #writeMissing(place: number): void {
    if (!this.#globalsWritten && place > order.indexOf(6)) this.#writeGlobals(0, undefined)
    if (!this.#exportsWritten && place > order.indexOf(7)) this.#writeExports(0, undefined)
  }

  #read(id: number, from: number, to: number): void {
    switch (id) {
      case 1:
        this.#readTypes(to)
        return
      case 2:
        this.#readImports()
        this.#copy(id, from, to)
        return
      case 3:
        this.#readFunctions()
        this.#copy(id, from, to)
        return
      case 4:
        this.#readTables()
        return
      case 5:
        this.#readMemories()
        return
      case 6:
        this.#readGlobals(to)
        return
      case 7:
        this.#readExports(to)
        return
      case 8:
        this.#reader.reject('start', 'it has a start function; export it as cart_init instead', from)
        return
      case 9:
        this.#readElements()
        this.#copy(id, from, to)
        return
      case 12:
        this.#data = this.#reader.count(this.#limits.dataSegments, 'data segments')
        this.#copy(id, from, to)
        return
      case 10:
        this.#readCode(to)
        return
      default:
        this.#readData()
        this.#copy(id, from, to)
        return
    }
  }

  #copy(id: number, from: number, to: number): void {
    this.#out.byte(id)
    this.#out.u32(to - from)
    this.#out.append(this.#reader.bytes, from, to)
  }

  #writeSection(id: number, content: ByteWriter): void {
    this.#out.byte(id)
    this.#out.u32(content.length)
    this.#out.append(content.view())
  }

  #readTypes(to: number): void {
    const reader = this.#reader
    const { types, parameters, results } = this.#limits
    const count = reader.count(types, 'types')
    const from = reader.at
    for (let index = 0; index < count; index++) {
      if (reader.byte() !== 0x60) reader.reject('feature', 'a type is not that of a function', reader.at - 1)
      this.#types.push({
        parameters: this.#valueTypes(reader.count(parameters, 'parameters')),
        results: this.#valueTypes(reader.count(results, 'results')),
      })
    }
    // Written at the end, when it is known which types are added.
    this.#typeSection = { from, to }
  }

  #valueTypes(count: number): ValueType[] {
    return Array.from({ length: count }, () => readValueType(this.#reader, this.#options.simd))
  }

  #readImports(): void {
    const reader = this.#reader
    const count = reader.count(this.#limits.imports, 'imports')
    for (let index = 0; index < count; index++) {
      const offset = reader.at
      const module = reader.name()
      const name = reader.name()
      if (reader.byte() !== 0x00)
        reader.reject('import', `"${module}.${name}" is not a function, and nothing else may be imported`, offset)
      const type = this.#type()
      this.#imports.push({ module, name, type, offset })
      this.#functions.push(type)
    }
  }

  #type(): FunctionType {
    const index = this.#reader.index(this.#types.length, 'type')
    return this.#types[index] ?? { parameters: [], results: [] }
  }

  #readFunctions(): void {
    const count = this.#reader.count(this.#limits.functions, 'functions')
    for (let index = 0; index < count; index++) this.#functions.push(this.#type())
  }

  /** Reads a table's or memory's limits. @returns They with a maximum of at most `most`. */
  #range(most: number, what: string): { initial: number; maximum: number } {
    const reader = this.#reader
    const start = reader.at
    const flags = reader.byte()
    if (flags > 1) reader.reject('feature', `a shared or 64-bit ${what} is not accepted`, start)
    const initial = reader.u32()
    const declared = flags === 1 ? reader.u32() : most
    if (initial > most) reader.reject('limit', `a ${what} begins with ${initial}, at most ${most} are accepted`, start)
    if (declared < initial) reader.reject('malformed', `a ${what} begins larger than it may become`, start)
    return { initial, maximum: Math.min(declared, most) }
  }

  #readTables(): void {
    const content = new ByteWriter()
    const count = this.#reader.count(this.#limits.tables, 'tables')
    content.u32(count)
    for (let index = 0; index < count; index++) {
      if (this.#reader.byte() !== 0x70)
        this.#reader.reject('feature', 'a table holds something other than functions', this.#reader.at - 1)
      const { initial, maximum } = this.#range(this.#limits.tableEntries, 'table')
      content.write(0x70, 1)
      content.u32(initial)
      content.u32(maximum)
    }
    this.#tables = count
    this.#writeSection(4, content)
  }

  #readMemories(): void {
    const reader = this.#reader
    const start = reader.at
    const count = reader.u32()
    if (count > 1) reader.reject('feature', 'it has more than one memory', start)
    const content = new ByteWriter()
    content.u32(count)
    if (count === 1) {
      const { initial, maximum } = this.#range(this.#limits.memoryPages, 'memory')
      content.byte(1)
      content.u32(initial)
      content.u32(maximum)
      this.#initialPages = initial
    }
    this.#memories = count
    this.#writeSection(5, content)
  }

  #readGlobals(to: number): void {
    const reader = this.#reader
    const count = reader.count(this.#limits.globals, 'globals')
    const from = reader.at
    for (let index = 0; index < count; index++) {
      readValueType(reader, this.#options.simd)
      if (reader.byte() > 1) reader.reject('feature', 'a global is neither constant nor mutable', reader.at - 1)
      this.#constant()
    }
    this.#globals = count
    this.#writeGlobals(count, { from, to })
  }

  #writeGlobals(count: number, declared: { from: number; to: number } | undefined): void {
    const content = new ByteWriter()
    content.u32(count + 2)
    if (declared !== undefined) content.append(this.#reader.bytes, declared.from, declared.to)
    // Mutable i64 and i32, both 0: nothing runs before the host gives fuel and stack.
    content.write(0x7e, 1, 0x42, 0, 0x0b, 0x7f, 1, 0x41, 0, 0x0b)
    this.#writeSection(6, content)
    this.#globalsWritten = true
  }

  /** A constant expression: one instruction, which reads no global. */
  #constant(): void {
    const reader = this.#reader
    const start = reader.at
    const opcode = reader.byte()
    if (opcode === 0x41) reader.skipSigned(32)
    else if (opcode === 0x42) reader.skipSigned(64)
    else if (opcode === 0x43) reader.skip(4)
    else if (opcode === 0x44) reader.skip(8)
    else if (opcode === 0xd2) reader.index(this.#functions.length, 'function')
    else if (opcode === 0xd0) {
      if (reader.byte() !== 0x70) reader.reject('feature', 'only function references are accepted', start)
    } else if (opcode === 0xfd && this.#options.simd) {
      if (reader.u32() !== 12) reader.reject('feature', 'a constant is computed', start)
      reader.skip(16)
    } else reader.reject('feature', 'a constant is computed, or read from a global', start)
    if (reader.byte() !== 0x0b) reader.reject('feature', 'a constant is computed', start)
  }

  #readExports(to: number): void {
    const reader = this.#reader
    const count = reader.count(this.#limits.exports, 'exports')
    const from = reader.at
    const names = new Set<string>()
    for (let index = 0; index < count; index++) {
      const offset = reader.at
      const name = reader.name()
      if (name.startsWith(reserved)) reader.reject('abi', `the export "${name}" begins as those of the host do`, offset)
      if (names.has(name)) reader.reject('malformed', `it exports "${name}" twice`, offset)
      names.add(name)
      this.#exports.push({ name, offset, ...this.#exported() })
    }
    this.#writeExports(count, { from, to })
  }

  #exported(): Pick<ModuleExport, 'kind' | 'type'> {
    const reader = this.#reader
    switch (reader.byte()) {
      case 0:
        return { kind: 'function', type: this.#functions[reader.index(this.#functions.length, 'function')] }
      case 1:
        reader.index(this.#tables, 'table')
        return { kind: 'table', type: undefined }
      case 2:
        reader.index(this.#memories, 'memory')
        return { kind: 'memory', type: undefined }
      case 3:
        reader.index(this.#globals, 'global')
        return { kind: 'global', type: undefined }
      default:
        return reader.reject('feature', 'it exports something of an unknown kind', reader.at - 1)
    }
  }

  #writeExports(count: number, declared: { from: number; to: number } | undefined): void {
    const content = new ByteWriter()
    content.u32(count + 2)
    if (declared !== undefined) content.append(this.#reader.bytes, declared.from, declared.to)
    for (const [index, name] of [counters.fuel, counters.stack].entries()) {
      content.name(name)
      content.byte(3)
      content.u32(this.#globals + index)
    }
    this.#writeSection(7, content)
    this.#exportsWritten = true
  }

  #readElements(): void {
    const reader = this.#reader
    const count = reader.count(this.#limits.elementSegments, 'element segments')
    for (let index = 0; index < count; index++) this.#readElement()
    this.#elements = count
  }

  /** Flags: bit 0 not active, bit 1 names a table or is declarative, bit 2 expressions for indices. */
  #readElement(): void {
    const reader = this.#reader
    const start = reader.at
    const flags = reader.u32()
    if (flags > 7) reader.reject('feature', 'an element segment of an unknown kind', start)
    const active = (flags & 1) === 0
    if (active) {
      const table = (flags & 2) === 0 ? 0 : reader.u32()
      if (table >= this.#tables) reader.reject('malformed', `there is no table ${table}`, start)
      this.#constant()
    }
    const expressions = (flags & 4) !== 0
    if ((flags & 3) !== 0 && reader.byte() !== (expressions ? 0x70 : 0x00))
      reader.reject('feature', 'an element segment holds something other than functions', reader.at - 1)
    // No segment can fill more than a table holds.
    const entries = reader.count(
      Math.max(this.#limits.tableEntries, this.#limits.functions),
      'entries in an element segment',
    )
    for (let entry = 0; entry < entries; entry++) {
      if (expressions) this.#constant()
      else reader.index(this.#functions.length, 'function')
    }
  }

  #readCode(to: number): void {
    const reader = this.#reader
    const count = reader.u32()
    if (count !== this.#functions.length - this.#imports.length)
      reader.reject('malformed', 'functions and bodies differ in number')
    const codeBytes = to - reader.at
    const context = this.#bodyContext()
    const bodies: FunctionBody[] = []
    for (let index = 0; index < count; index++) {
      const start = reader.at
      const length = reader.count(this.#limits.bodyBytes, 'bytes in a function')
      const from = reader.at
      reader.skip(length)
      reader.at = from
      reader.end = from + length
      const type = this.#functions[this.#imports.length + index] ?? { parameters: [], results: [] }
      const body = readBody(reader, type, context)
      reader.end = to
      bodies.push(body)
      this.#instructions += body.instructions
      this.#allLocals += body.locals
      if (this.#allLocals > this.#limits.allLocals)
        reader.reject('limit', `its functions have more than ${this.#limits.allLocals} locals`, start)
    }
    this.#bodies = count
    this.#writeBodies(bodies, codeBytes)
  }

  #writeBodies(bodies: readonly FunctionBody[], codeBytes: number): void {
    const content = new ByteWriter(codeBytes * 2 + 16)
    content.u32(bodies.length)
    const countsStack = countStack(bodies)
    for (const [index, body] of bodies.entries()) {
      const bytes = body.write(countsStack[index] ?? true)
      content.u32(bytes.length)
      content.append(bytes)
    }
    this.#writeSection(10, content)
  }

  #bodyContext(): BodyContext {
    const { limits, simd, deterministic } = this.#options
    return {
      ...{ limits, simd, deterministic },
      types: this.#types,
      functions: this.#functions,
      importedFunctions: this.#imports.length,
      globals: this.#globals,
      tables: this.#tables,
      memories: this.#memories,
      elements: this.#elements,
      data: this.#data,
      moduleBytes: this.#reader.bytes.length,
      resultType: (results) => this.#resultType(results),
    }
  }

  #resultType(results: readonly ValueType[]): number {
    const all = [...this.#types, ...this.#addedTypes]
    const known = all.findIndex(
      (type) =>
        type.parameters.length === 0 &&
        type.results.length === results.length &&
        type.results.every((result, index) => result === results[index]),
    )
    if (known >= 0) return known
    this.#addedTypes.push({ parameters: [], results })
    return all.length
  }

  #readData(): void {
    const reader = this.#reader
    const count = reader.count(this.#limits.dataSegments, 'data segments')
    if (this.#data !== undefined && this.#data !== count)
      reader.reject('malformed', 'it has another number of data segments than it says')
    this.#data = count
    for (let index = 0; index < count; index++) {
      const start = reader.at
      const flags = reader.u32()
      if (flags > 2) reader.reject('feature', 'a data segment of an unknown kind', start)
      if (flags !== 1) {
        if (flags === 2 && reader.u32() !== 0) reader.reject('feature', 'only one memory is accepted', start)
        if (this.#memories === 0) reader.reject('malformed', 'it has no memory', start)
        this.#constant()
      }
      reader.skip(reader.u32())
    }
  }

  /** Puts the section of types, which others may have added to, before all the rest. */
  #withTypes(): Uint8Array<ArrayBuffer> {
    const content = new ByteWriter()
    content.u32(this.#types.length + this.#addedTypes.length)
    if (this.#typeSection !== undefined)
      content.append(this.#reader.bytes, this.#typeSection.from, this.#typeSection.to)
    for (const { results } of this.#addedTypes) {
      content.write(0x60, 0)
      content.u32(results.length)
      for (const result of results) content.byte(typeBytes[result])
    }
    const all = new ByteWriter(this.#out.length + content.length + 16)
    const written = this.#out.view()
    all.append(written, 0, this.#beforeTypes)
    all.byte(1)
    all.u32(content.length)
    all.append(content.view())
    all.append(written, this.#beforeTypes)
    return all.toBytes()
  }
}
