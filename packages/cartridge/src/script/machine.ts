/** One instance of the engine, driven by its exports: no more of QuickJS is known anywhere else. */

import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { counters } from '../rewrite/rewrite-module.js'
import { prelude, scriptFile } from './prelude.js'

/** All that an instance is: memory from `from` on, zeros before it, and where what is needed stands in it. */
export interface EngineState {
  readonly from: number
  readonly content: Uint8Array<ArrayBuffer>
  /** Bytes of the whole memory. */
  readonly size: number
  readonly stackPointer: number
  readonly places: Places
}

/** Pointers that stay where they are. */
interface Places {
  /** Room for two pointers, or the length of a text. */
  readonly room: number
  readonly undefined: number
  /** Functions of the prelude. */
  readonly adopt: number
  readonly run: number
  readonly settled: number
  readonly failure: number
}

/** What a script asks of the host, by name and two texts in UTF-8. @returns The answer's text, as the prelude wants it. */
export type Ask = (name: string, first: Uint8Array, second: Uint8Array) => string

/** Functions of the engine that are used. Pointers go in and out; values stand in the engine's heap. */
export const wantedFunctions = [
  '_initialize',
  'qjs_call',
  'qjs_eval',
  'qjs_execute_pending_job',
  'qjs_free_cstring',
  'qjs_free_value',
  'qjs_get_exception',
  'qjs_get_prop_uint32',
  'qjs_get_string_len',
  'qjs_get_undefined',
  'qjs_init2',
  'qjs_is_exception',
  'qjs_is_job_pending',
  'qjs_new_host_function',
  'qjs_new_string',
  'qjs_promise_result',
  'qjs_promise_state',
  'qjs_set_memory_limit',
  'wasm_free',
  'wasm_malloc',
] as const

type EngineFunctions = Readonly<Record<(typeof wantedFunctions)[number], (...values: number[]) => number>>

/** All that QuickJS has but `performance`, which tells the time. */
const intrinsics = ~(1 << 10)
const evalAsModule = 1
/** States of a promise. */
const [pending, rejected] = [0, 2]
/** Nobody is there: the answer of every file. */
const badDescriptor = 8
/** Enough for the start, which is always the same. */
const startFuel = 1_000_000_000n
const startStackWords = 65_536

const pageBytes = 65_536

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const nothing = new Uint8Array()

/** An instance of the engine with one script in it. Its functions throw what the engine's traps throw. */
export class ScriptMachine {
  /** With the counters that the rewriter added. */
  readonly exports: WebAssembly.Exports
  readonly memory: WebAssembly.Memory
  readonly #engine: EngineFunctions
  readonly #stackPointer: WebAssembly.Global<'i32'>
  readonly #ask: Ask
  #places: Places = { room: 0, undefined: 0, adopt: 0, run: 0, settled: 0, failure: 0 }

  private constructor(module: WebAssembly.Module, ask: Ask) {
    this.#ask = ask
    this.exports = instantiate(module, this.#imports())
    const { memory, __stack_pointer: stackPointer } = this.exports
    if (!(memory instanceof WebAssembly.Memory) || !(stackPointer instanceof WebAssembly.Global))
      throw new CartridgeRejected('abi', 'it is no engine of scripts')
    this.memory = memory
    this.#stackPointer = stackPointer as WebAssembly.Global<'i32'>
    this.#engine = functionsOf(this.exports)
  }

  /** Starts an engine, which asks nothing of anybody. */
  static start(module: WebAssembly.Module): ScriptMachine {
    const machine = new ScriptMachine(module, () => '')
    const { [counters.fuel]: fuel, [counters.stack]: stack } = machine.exports
    if (fuel instanceof WebAssembly.Global) fuel.value = startFuel
    if (stack instanceof WebAssembly.Global) stack.value = startStackWords
    machine.#start()
    return machine
  }

  /** An instance that goes on where another was saved. */
  static restore(
    module: WebAssembly.Module,
    { from, content, size, stackPointer, places }: EngineState,
    ask: Ask,
  ): ScriptMachine {
    const machine = new ScriptMachine(module, ask)
    const { memory } = machine
    const more = size - memory.buffer.byteLength
    if (more > 0) memory.grow(more / pageBytes)
    const bytes = new Uint8Array(memory.buffer)
    bytes.fill(0, 0, from)
    bytes.set(content, from)
    machine.#stackPointer.value = stackPointer
    machine.#places = places
    return machine
  }

  /** A copy of all that it is, to be taken between calls. */
  save(): EngineState {
    const { buffer } = this.memory
    const words = new Uint32Array(buffer)
    let first = 0
    while (words[first] === 0) first++
    return {
      from: first * 4,
      content: new Uint8Array(buffer.slice(first * 4)),
      size: buffer.byteLength,
      stackPointer: this.#stackPointer.value,
      places: this.#places,
    }
  }

  /** Bounds what the engine allots, in bytes. */
  limitMemory(bytes: number): void {
    this.#engine.qjs_set_memory_limit(bytes)
  }

  /** Evaluates an author's module and takes over its function `name`. @returns `=`, or `!` and an error. */
  load(source: string, name: string): string {
    const engine = this.#engine
    const [code, file] = [this.#give(encoder.encode(`${source}\0`)), this.#give(encoder.encode(`${scriptFile}\0`))]
    const promise = engine.qjs_eval(code, encoder.encode(source).length, file, evalAsModule)
    engine.wasm_free(code)
    engine.wasm_free(file)
    if (engine.qjs_is_exception(promise) !== 0) return this.#exception()
    const broken = this.#finishJobs()
    if (broken !== undefined) return broken
    const state = engine.qjs_promise_state(promise)
    if (state === pending) return '!["Its top level waits for something that never comes",0,0]'
    const result = engine.qjs_promise_result(promise)
    if (state === rejected) return this.#call(this.#places.failure, result)
    return this.#call(this.#places.adopt, result, this.#string(encoder.encode(name)))
  }

  /** Runs the author's function, and what it began, to the end. @param input - UTF-8 JSON. @returns `=` and JSON, `!` and an error, or nothing. */
  run(input: Uint8Array): string {
    const answer = this.#call(this.#places.run, this.#string(input))
    const broken = this.#finishJobs()
    return broken ?? (answer === '' ? this.#call(this.#places.settled) : answer)
  }

  #start(): void {
    const engine = this.#engine
    engine._initialize()
    engine.qjs_init2(intrinsics)
    const name = encoder.encode('host')
    const host = engine.qjs_new_host_function(this.#give(name), name.length, 0)
    const [code, file] = [encoder.encode(`${prelude}\0`), encoder.encode('prelude\0')]
    const begin = engine.qjs_eval(this.#give(code), code.length - 1, this.#give(file), 0)
    this.#places = { ...this.#places, room: engine.wasm_malloc(8), undefined: engine.qjs_get_undefined() }
    const functions = this.#callFunction(begin, [host])
    const [adopt = 0, run = 0, settled = 0, failure = 0] = [0, 1, 2, 3].map((at) =>
      engine.qjs_get_prop_uint32(functions, at),
    )
    this.#places = { ...this.#places, adopt, run, settled, failure }
  }

  /** Does what promises wait for. @returns What stopped it, if something did. */
  #finishJobs(): string | undefined {
    const engine = this.#engine
    while (engine.qjs_is_job_pending() !== 0) {
      if (engine.qjs_execute_pending_job() < 0) return this.#exception()
    }
    return undefined
  }

  /** The error that was thrown last. */
  #exception(): string {
    const error = this.#engine.qjs_get_exception()
    return this.#call(this.#places.failure, error)
  }

  /** Calls a function of the prelude. @param values - Freed. */
  #call(callee: number, ...values: readonly number[]): string {
    const engine = this.#engine
    const result = this.#callFunction(callee, values)
    for (const value of values) engine.qjs_free_value(value)
    // The prelude catches all but that there is no memory left to do so.
    if (engine.qjs_is_exception(result) !== 0) throw new CartridgeTrap('limit', 'it used up its memory')
    const text = decoder.decode(this.#text(result))
    engine.qjs_free_value(result)
    return text
  }

  #callFunction(callee: number, values: readonly number[]): number {
    const { room, undefined: self } = this.#places
    const view = new DataView(this.memory.buffer)
    for (const [index, value] of values.entries()) view.setUint32(room + 4 * index, value, true)
    return this.#engine.qjs_call(callee, self, values.length, room)
  }

  /** A string of the engine from UTF-8. */
  #string(bytes: Uint8Array): number {
    const pointer = this.#give(bytes)
    const value = this.#engine.qjs_new_string(pointer, bytes.length)
    this.#engine.wasm_free(pointer)
    return value
  }

  /** Bytes in the engine's memory. */
  #give(bytes: Uint8Array): number {
    const pointer = this.#engine.wasm_malloc(Math.max(1, bytes.length))
    if (pointer === 0) throw new CartridgeTrap('limit', 'it used up its memory')
    new Uint8Array(this.memory.buffer).set(bytes, pointer)
    return pointer
  }

  /** A copy of a string of the engine, in UTF-8; half a surrogate pair is three bytes that are not. */
  #text(value: number): Uint8Array {
    const engine = this.#engine
    const { room } = this.#places
    const pointer = engine.qjs_get_string_len(value, room)
    if (pointer === 0) throw new CartridgeTrap('limit', 'it used up its memory')
    const { buffer } = this.memory
    const bytes = new Uint8Array(buffer, pointer, new DataView(buffer).getUint32(room, true)).slice()
    engine.qjs_free_cstring(pointer)
    return bytes
  }

  /** A script asks: its name is that of no function, but the first of its arguments. @returns A string that the engine frees. */
  #hostCall(count: number, pointers: number): number {
    const view = new DataView(this.memory.buffer)
    const values = Array.from({ length: Math.min(count, 3) }, (_, index) => view.getUint32(pointers + 4 * index, true))
    const [name = nothing, first = nothing, second = nothing] = values.map((value) => this.#text(value))
    return this.#string(encoder.encode(this.#ask(decoder.decode(name), first, second)))
  }

  /** Imports without authority: time stands still, chance is always the same, no file and no module is there. */
  #imports(): WebAssembly.Imports {
    const none = (): number => 0
    const noFile = (): number => badDescriptor
    return {
      env: {
        host_call: (_name: number, _length: number, _self: number, count: number, pointers: number) =>
          this.#hostCall(count, pointers),
        host_get_timezone_offset: none,
        host_interrupt: none,
        host_module_load: none,
        host_module_normalize: none,
        host_promise_rejection: none,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, out: number) => {
          new DataView(this.memory.buffer).setBigUint64(out, 0n, true)
          return 0
        },
        random_get: (out: number, length: number) => {
          new Uint8Array(this.memory.buffer, out, length).fill(0)
          return 0
        },
        fd_close: noFile,
        fd_fdstat_get: noFile,
        fd_seek: noFile,
        fd_write: noFile,
      },
    }
  }
}

function functionsOf(exports: WebAssembly.Exports): EngineFunctions {
  const found = wantedFunctions.map((name) => {
    const value = exports[name]
    if (typeof value !== 'function') throw new CartridgeRejected('abi', `an engine of scripts exports "${name}"`)
    return [name, value]
  })
  return Object.fromEntries(found) as EngineFunctions
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Exports {
  try {
    return new WebAssembly.Instance(module, imports).exports
  } catch (cause) {
    // There is no room for one more memory.
    if (cause instanceof RangeError) throw new CartridgeRejected('limit', cause.message, { cause })
    throw cause
  }
}
