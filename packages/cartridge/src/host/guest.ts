/** One live instance of a cartridge, and the only way into it. */

import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { byBytes, type KvTransaction, kvErrors } from '../kv/transaction.js'
import type { Limits } from '../limits.js'
import { abiVersion } from '../rewrite/abi.js'
import { counters } from '../rewrite/rewrite-module.js'
import { decodeResponse } from './frames.js'

/** What a guest reaches beyond itself. */
export interface GuestWorld {
  /** Milliseconds since the epoch, whole. */
  now(): number
  /** Fills bytes with chance. */
  random(into: Uint8Array): void
  /** A line of the guest's log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  log(cartridge: string, level: number, text: string): void
}

/** The calls that are open, from the outermost to the one that runs. */
export interface CallChain {
  /** Ids of the cartridges that are running. */
  readonly path: readonly string[]
  readonly writes: KvTransaction
  /** UTF-8 JSON of the payment that was verified for the outermost call, or `null`. */
  readonly payment: string
  /**
   * Runs another backend cartridge.
   *
   * @returns What it used, and its response frame or an error of the interface.
   */
  forward(
    target: string,
    request: Uint8Array,
    fuel: number,
  ): { readonly fuel: number; readonly result: Uint8Array | number }
}

/** What one entry into a guest took. */
export interface EntryUsage {
  /** Units of cost table 1. */
  readonly fuel: number
  readonly hostCalls: number
  /** Lines of log beyond the limits, which were not kept. */
  readonly droppedLogLines: number
}

/** The state of the entry that is running. */
interface Entry {
  readonly chain: CallChain
  hostCalls: number
  kvOperations: number
  logLines: number
  logBytes: number
  droppedLogLines: number
  /** Result of `call` that waits to be taken. */
  kept: Uint8Array | undefined
}

/** A picture of an interactive cartridge. */
export interface Framebuffer {
  readonly width: number
  readonly height: number
  /** RGBA, row by row; a copy. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

const maxLogLineBytes = 4_096
/** Units for each key that a listing goes through, so that it costs about what it takes. */
const listedKeyCost = 64
const maxRandomBytes = 65_536
const maxWidth = 1_920
const maxHeight = 1_080

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** An instance. After a trap it is never entered again. */
export class Guest {
  readonly #id: string
  readonly #world: GuestWorld
  readonly #limits: Limits
  readonly #exports: WebAssembly.Exports
  readonly #memory: WebAssembly.Memory
  readonly #fuel: WebAssembly.Global<'i64'>
  readonly #stack: WebAssembly.Global<'i32'>
  #entry: Entry | undefined
  #trap: CartridgeTrap | undefined

  /**
   * Instantiates a module that `prepare` let in. Nothing of the guest runs yet.
   *
   * @throws {@link CartridgeRejected} (`cartridge/malformed`, `-limit`) if the engine refuses it.
   */
  constructor(module: WebAssembly.Module, { id, world, limits }: { id: string; world: GuestWorld; limits: Limits }) {
    this.#id = id
    this.#world = world
    this.#limits = limits
    this.#exports = instantiate(module, this.#imports()).exports
    const { memory, [counters.fuel]: fuel, [counters.stack]: stack } = this.#exports
    if (
      !(memory instanceof WebAssembly.Memory) ||
      !(fuel instanceof WebAssembly.Global) ||
      !(stack instanceof WebAssembly.Global)
    )
      throw new CartridgeRejected('malformed', 'it was not made by prepare()')
    this.#memory = memory
    this.#fuel = fuel as WebAssembly.Global<'i64'>
    this.#stack = stack as WebAssembly.Global<'i32'>
  }

  /** Why it may not be entered any more. */
  get trap(): CartridgeTrap | undefined {
    return this.#trap
  }

  /** Bytes of its memory. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  /** Runs `cart_init` and asks for the version of the interface, in this order. */
  start(chain: CallChain): EntryUsage {
    const { usage } = this.#enter(chain, this.#limits.initFuel, () => {
      this.#callIfThere('cart_init')
      const version = Number(this.#call('cart_abi'))
      if (version !== abiVersion)
        throw new CartridgeTrap('abi', `it speaks interface ${version >>> 16}.${version & 0xffff}, this host 1.0`)
    })
    return usage
  }

  /**
   * Hands a region in and takes one out, by `handle`, `invoke` or `render`.
   *
   * @param fuel - At most what the limits allow.
   * @returns A copy of what came out.
   */
  exchange(
    name: 'handle' | 'invoke' | 'render',
    input: Uint8Array,
    chain: CallChain,
    fuel: number = this.#limits.fuel,
  ): { readonly output: Uint8Array<ArrayBuffer>; readonly usage: EntryUsage } {
    const { inputBytes } = this.#limits
    if (input.length > inputBytes)
      throw new RangeError(`Cannot hand over ${input.length} bytes: at most ${inputBytes} are accepted`)
    const { value, usage } = this.#enter(chain, Math.min(fuel, this.#limits.fuel), () => {
      const pointer = Number(this.#call('cart_alloc', input.length)) >>> 0
      this.#region(pointer, input.length).set(input)
      const packed = this.#call(name, pointer, input.length) as bigint
      const output = this.#takeOut(BigInt.asUintN(64, packed))
      this.#callIfThere('cart_reset')
      return output
    })
    return { output: value, usage }
  }

  /** Lets time pass in an interactive cartridge. @returns What `frame` gave, and the picture. */
  frame(tMs: number, dtMs: number, chain: CallChain): { flags: number; picture: Framebuffer; usage: EntryUsage } {
    const { value, usage } = this.#enter(chain, this.#limits.frameFuel, () => {
      const flags = Number(this.#call('frame', tMs, dtMs))
      return { flags, picture: this.#picture() }
    })
    return { ...value, usage }
  }

  /** Hands a key or a movement of the pointer to an interactive cartridge. */
  input(name: 'key' | 'pointer', values: readonly number[], chain: CallChain): EntryUsage {
    return this.#enter(chain, this.#limits.inputFuel, () => this.#callIfThere(name, ...values)).usage
  }

  #enter<T>(chain: CallChain, fuel: number, body: () => T): { value: T; usage: EntryUsage } {
    if (this.#entry !== undefined) throw new CartridgeTrap('reentrant', `"${this.#id}" is running already`)
    if (this.#trap !== undefined) throw this.#trap
    const entry: Entry = {
      ...{ chain, kept: undefined, hostCalls: 0, kvOperations: 0 },
      ...{ logLines: 0, logBytes: 0, droppedLogLines: 0 },
    }
    this.#entry = entry
    this.#fuel.value = BigInt(fuel)
    this.#stack.value = this.#limits.stackWords
    try {
      const value = body()
      const used = fuel - Number(this.#fuel.value)
      return { value, usage: { fuel: used, hostCalls: entry.hostCalls, droppedLogLines: entry.droppedLogLines } }
    } catch (error) {
      // Whatever ended it, its memory is of no use any more.
      const trap = this.#cause(error)
      this.#trap = trap ?? new CartridgeTrap('trap', 'the host failed under it', error)
      throw trap ?? error
    } finally {
      this.#entry = undefined
    }
  }

  /** Fuel that is left of the entry that ended last. Range [0, ∞). */
  get fuelLeft(): number {
    return Math.max(0, Number(this.#fuel.value))
  }

  /** Tells why a call ended: by the counters first. @returns `undefined` if it was the host that failed. */
  #cause(error: unknown): CartridgeTrap | undefined {
    if (this.#fuel.value < 0n) return new CartridgeTrap('fuel', 'it used up its fuel', error)
    if (this.#stack.value < 0) return new CartridgeTrap('stack', 'its calls are nested too deep', error)
    if (error instanceof CartridgeTrap) return error
    // The engine's own stack, where the host was entered with little of it left.
    if (error instanceof RangeError) return new CartridgeTrap('stack', 'the stack of the thread ended', error)
    if (error instanceof WebAssembly.RuntimeError) return new CartridgeTrap('trap', error.message, error)
    return undefined
  }

  #call(name: string, ...values: readonly number[]): unknown {
    const found = this.#exports[name]
    if (typeof found !== 'function') throw new CartridgeTrap('abi', `it has no function "${name}"`)
    return found(...values)
  }

  #callIfThere(name: string, ...values: readonly number[]): void {
    if (this.#exports[name] !== undefined) this.#call(name, ...values)
  }

  /** Bytes of the guest's memory, as it is now; the pointer and length are its own and not trusted. */
  #region(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#memory
    const from = pointer >>> 0
    const count = length >>> 0
    if (count > buffer.byteLength - from)
      throw new CartridgeTrap('bounds', `it names ${count} bytes at ${from}, its memory has ${buffer.byteLength}`)
    return new Uint8Array(buffer, from, count)
  }

  #takeOut(packed: bigint): Uint8Array<ArrayBuffer> {
    const length = Number(packed & 0xffff_ffffn)
    const { outputBytes } = this.#limits
    if (length > outputBytes)
      throw new CartridgeTrap('limit', `it answers with ${length} bytes, at most ${outputBytes} are accepted`)
    return this.#region(Number(packed >> 32n), length).slice()
  }

  #picture(): Framebuffer {
    const size = Number(this.#call('fb_size')) >>> 0
    const [width, height] = [size >>> 16, size & 0xffff]
    if (width < 1 || width > maxWidth || height < 1 || height > maxHeight)
      throw new CartridgeTrap(
        'response',
        `its picture is ${width} by ${height}, at most ${maxWidth} by ${maxHeight} is accepted`,
      )
    const pointer = Number(this.#call('fb_ptr')) >>> 0
    if (pointer % 4 !== 0)
      throw new CartridgeTrap('bounds', `its picture begins at ${pointer}, which is not a multiple of 4`)
    const region = this.#region(pointer, width * height * 4)
    return { width, height, pixels: new Uint8ClampedArray(region.slice().buffer) }
  }

  /** Begins a host function: it costs 200 and a quarter of the bytes it touches. */
  #host(bytes: number): Entry {
    const entry = this.#entry
    if (entry === undefined) throw new CartridgeTrap('reentrant', 'it calls the host while it is not running')
    if (++entry.hostCalls > this.#limits.hostCalls)
      throw new CartridgeTrap('host-calls', `it called the host more than ${this.#limits.hostCalls} times`)
    this.#charge(200 + Math.floor(bytes / 4))
    return entry
  }

  #charge(units: number): void {
    this.#fuel.value -= BigInt(units)
    if (this.#fuel.value < 0n) throw new CartridgeTrap('fuel', 'it used up its fuel')
  }

  #imports(): WebAssembly.Imports {
    const cart: Readonly<Record<string, (...values: number[]) => number | undefined>> = {
      log: (level = 0, pointer = 0, length = 0) => this.#log(level, pointer, length),
      now: () => {
        this.#host(8)
        return Math.floor(this.#world.now())
      },
      random: (pointer = 0, length = 0) => {
        this.#host(length >>> 0)
        if (length >>> 0 > maxRandomBytes)
          throw new CartridgeTrap(
            'limit',
            `it asks for ${length >>> 0} random bytes, at most ${maxRandomBytes} are given`,
          )
        this.#world.random(this.#region(pointer, length))
        return undefined
      },
      kv_get: (...values) => this.#kvGet(values),
      kv_set: (...values) => this.#kvSet(values),
      kv_delete: (...values) => this.#kvDelete(values),
      kv_list: (...values) => this.#kvList(values),
      payment: (out = 0, capacity = 0) => {
        const { chain } = this.#host(0)
        return this.#give(encoder.encode(chain.payment), out, capacity)
      },
      call: (...values) => this.#forward(values),
      take: (out = 0, capacity = 0) => {
        const entry = this.#host(0)
        const { kept } = entry
        if (kept === undefined) return -1
        if (kept.length <= capacity >>> 0) entry.kept = undefined
        return this.#give(kept, out, capacity)
      },
    }
    const env = { abort: (...values: number[]) => this.#abort(values) }
    return { cart, env }
  }

  /** Writes what was asked for, if it fits. @returns Its length. */
  #give(bytes: Uint8Array, out: number, capacity: number): number {
    if (bytes.length <= capacity >>> 0) {
      this.#charge(Math.floor(bytes.length / 4))
      this.#region(out, bytes.length).set(bytes)
    }
    return bytes.length
  }

  #log(level: number, pointer: number, length: number): undefined {
    const entry = this.#host(Math.min(length >>> 0, maxLogLineBytes))
    const region = this.#region(pointer, length)
    const shown = region.subarray(0, maxLogLineBytes)
    const { logLines, logBytes } = this.#limits
    if (entry.logLines >= logLines || entry.logBytes + shown.length > logBytes) {
      entry.droppedLogLines++
      return
    }
    entry.logLines++
    entry.logBytes += shown.length
    this.#world.log(this.#id, level, lenient.decode(shown))
  }

  /** Ends the call as an assertion does: the texts are those of AssemblyScript, UTF-16 behind their length. */
  #abort([message = 0, file = 0, line = 0, column = 0]: readonly number[]): undefined {
    this.#host(0)
    const [why, where] = [this.#scriptText(message), this.#scriptText(file)]
    const place = where === '' ? '' : ` (${where}:${line >>> 0}:${column >>> 0})`
    throw new CartridgeTrap('abort', `it gave up: ${why === '' ? 'no reason given' : why}${place}`)
  }

  #scriptText(pointer: number): string {
    const { buffer } = this.#memory
    const from = pointer >>> 0
    if (from < 4 || from > buffer.byteLength) return ''
    const length = Math.min(new DataView(buffer).getUint32(from - 4, true), maxLogLineBytes) & ~1
    if (length > buffer.byteLength - from) return ''
    return new TextDecoder('utf-16le').decode(new Uint8Array(buffer, from, length))
  }

  /** Begins an operation on keys and values. @returns `undefined` if there were too many. */
  #kv(bytes: number): KvTransaction | undefined {
    const entry = this.#host(bytes)
    return ++entry.kvOperations > this.#limits.kvOperations ? undefined : entry.chain.writes
  }

  /** A key, or `undefined` if it is not UTF-8. Empty and long ones are refused where they are set. */
  #key(pointer: number, length: number): string | undefined {
    const region = this.#region(pointer, length)
    if (region.length > 256) return undefined
    try {
      return utf8.decode(region)
    } catch {
      return undefined
    }
  }

  #kvGet([pointer = 0, length = 0, out = 0, capacity = 0]: readonly number[]): number {
    const writes = this.#kv(length >>> 0)
    if (writes === undefined) return kvErrors.operations
    const key = this.#key(pointer, length)
    if (key === undefined || key === '') return kvErrors.key
    const value = writes.get(this.#id, key)
    return value === undefined ? kvErrors.missing : this.#give(value, out, capacity)
  }

  #kvSet([pointer = 0, length = 0, from = 0, size = 0]: readonly number[]): number {
    const writes = this.#kv((length >>> 0) + (size >>> 0))
    if (writes === undefined) return kvErrors.operations
    const key = this.#key(pointer, length)
    const value = this.#region(from, size)
    if (key === undefined) return kvErrors.key
    if (value.length > this.#limits.kvValueBytes) return kvErrors.value
    return writes.set(this.#id, key, value.slice(), this.#limits)
  }

  #kvDelete([pointer = 0, length = 0]: readonly number[]): number {
    const writes = this.#kv(length >>> 0)
    if (writes === undefined) return kvErrors.operations
    const key = this.#key(pointer, length)
    return key === undefined || key === '' ? kvErrors.key : writes.delete(this.#id, key)
  }

  #kvList([pointer = 0, length = 0, out = 0, capacity = 0]: readonly number[]): number {
    const writes = this.#kv(length >>> 0)
    if (writes === undefined) return kvErrors.operations
    const prefix = this.#key(pointer, length)
    if (prefix === undefined) return kvErrors.key
    const all = writes.keys(this.#id)
    // All keys are looked at and some are sorted, whatever fits in the end.
    this.#charge(listedKeyCost * all.size)
    const keys = [...all].filter((key) => key.startsWith(prefix)).sort(byBytes)
    const parts = keys.map((key) => encoder.encode(key))
    const list = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0))
    const view = new DataView(list.buffer)
    let at = 0
    for (const part of parts) {
      view.setUint32(at, part.length, true)
      list.set(part, at + 4)
      at += 4 + part.length
    }
    return this.#give(list, out, capacity)
  }

  #forward([pointer = 0, length = 0, from = 0, size = 0]: readonly number[]): number {
    const entry = this.#host((length >>> 0) + (size >>> 0))
    const target = this.#key(pointer, length)
    const request = this.#region(from, size)
    if (target === undefined || request.length > this.#limits.inputBytes) return -6
    const { fuel, result } = entry.chain.forward(target, request.slice(), Number(this.#fuel.value))
    this.#charge(fuel)
    if (typeof result === 'number') return result
    entry.kept = result
    return result.length
  }
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports)
  } catch (cause) {
    if (cause instanceof WebAssembly.LinkError) throw new CartridgeRejected('import', cause.message, { cause })
    // A data or element segment that does not fit.
    if (cause instanceof WebAssembly.RuntimeError) throw new CartridgeRejected('malformed', cause.message, { cause })
    if (cause instanceof RangeError) throw new CartridgeRejected('limit', cause.message, { cause })
    throw cause
  }
}

/** Whether bytes are a response frame. */
export function isResponse(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    decodeResponse(bytes)
    return true
  } catch (error) {
    if (error instanceof CartridgeTrap) return false
    throw error
  }
}
