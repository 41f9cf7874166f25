/** A guest that is a module: memory, and functions of binary interface 1.0. */

import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import type { Limits } from '../limits.js'
import { abiVersion } from '../rewrite/abi.js'
import type { CallChain, EntryUsage, ExchangeName, Framebuffer, Guest, GuestWorld } from './guest.js'
import { Meter } from './meter.js'
import { maxLogLineBytes, Services } from './services.js'

const maxWidth = 1_920
const maxHeight = 1_080

const encoder = new TextEncoder()

/** An instance of a module. */
export class ModuleGuest implements Guest {
  readonly #limits: Limits
  readonly #exports: WebAssembly.Exports
  readonly #memory: WebAssembly.Memory
  readonly #meter: Meter
  readonly #services: Services
  /** Result of `call` or `http` that waits to be taken. */
  #kept: Uint8Array | undefined

  /**
   * Instantiates a module that `prepare` let in. Nothing of the guest runs yet.
   *
   * @throws {@link CartridgeRejected} (`cartridge/malformed`, `-limit`) if the engine refuses it.
   */
  constructor(module: WebAssembly.Module, { id, world, limits }: { id: string; world: GuestWorld; limits: Limits }) {
    this.#limits = limits
    this.#exports = instantiate(module, this.#imports()).exports
    const { memory } = this.#exports
    if (!(memory instanceof WebAssembly.Memory))
      throw new CartridgeRejected('malformed', 'it was not made by prepare()')
    this.#memory = memory
    this.#meter = new Meter({ id, limits, exports: this.#exports })
    this.#services = new Services({ id, world, limits, meter: this.#meter })
  }

  get trap(): CartridgeTrap | undefined {
    return this.#meter.trap
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  get fuelLeft(): number {
    return this.#meter.fuelLeft
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

  exchange(
    name: ExchangeName,
    input: Uint8Array<ArrayBuffer>,
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

  frame(tMs: number, dtMs: number, chain: CallChain): { flags: number; picture: Framebuffer; usage: EntryUsage } {
    const { value, usage } = this.#enter(chain, this.#limits.frameFuel, () => {
      const flags = Number(this.#call('frame', tMs, dtMs))
      return { flags, picture: this.#picture() }
    })
    return { ...value, usage }
  }

  input(name: 'key' | 'pointer', values: readonly number[], chain: CallChain): EntryUsage {
    return this.#enter(chain, this.#limits.inputFuel, () => this.#callIfThere(name, ...values)).usage
  }

  #enter<T>(chain: CallChain, fuel: number, body: () => T): { value: T; usage: EntryUsage } {
    this.#kept = undefined
    return this.#meter.enter(chain, fuel, body)
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

  #imports(): WebAssembly.Imports {
    const cart: Readonly<Record<string, (...values: number[]) => number | undefined>> = {
      log: (level = 0, pointer = 0, length = 0) => {
        this.#services.log(level, this.#region(pointer, length))
        return undefined
      },
      now: () => this.#services.now(),
      random: (pointer = 0, length = 0) => {
        this.#services.random(this.#region(pointer, length))
        return undefined
      },
      kv_get: (pointer = 0, length = 0, out = 0, capacity = 0) =>
        this.#giveResult(this.#services.kvGet(this.#region(pointer, length)), out, capacity),
      kv_set: (pointer = 0, length = 0, from = 0, size = 0) =>
        this.#services.kvSet(this.#region(pointer, length), this.#region(from, size)),
      kv_delete: (pointer = 0, length = 0) => this.#services.kvDelete(this.#region(pointer, length)),
      kv_list: (pointer = 0, length = 0, out = 0, capacity = 0) => {
        const keys = this.#services.kvList(this.#region(pointer, length))
        return this.#giveResult(typeof keys === 'number' ? keys : listOf(keys), out, capacity)
      },
      payment: (out = 0, capacity = 0) => this.#giveResult(this.#services.payment(), out, capacity),
      call: (pointer = 0, length = 0, from = 0, size = 0) =>
        this.#keep(this.#services.forward(this.#region(pointer, length), this.#region(from, size))),
      http: (pointer = 0, length = 0) => this.#keep(this.#services.http(this.#region(pointer, length))),
      take: (out = 0, capacity = 0) => {
        this.#meter.host(0)
        const kept = this.#kept
        if (kept === undefined) return -1
        if (kept.length <= capacity >>> 0) this.#kept = undefined
        return this.#giveResult(kept, out, capacity)
      },
    }
    const env = { abort: (...values: number[]) => this.#abort(values) }
    return { cart, env }
  }

  /** Keeps a result until it is taken. @returns Its length, or the error that it is. */
  #keep(result: Uint8Array | number): number {
    if (typeof result === 'number') return result
    this.#kept = result
    return result.length
  }

  /** Writes what was asked for, if it fits. @returns Its length, or the error that it is. */
  #giveResult(result: Uint8Array | number, out: number, capacity: number): number {
    if (typeof result === 'number') return result
    if (result.length <= capacity >>> 0) {
      this.#meter.charge(Math.floor(result.length / 4))
      this.#region(out, result.length).set(result)
    }
    return result.length
  }

  /** Ends the call as an assertion does: the texts are those of AssemblyScript, UTF-16 behind their length. */
  #abort([message = 0, file = 0, line = 0, column = 0]: readonly number[]): undefined {
    this.#meter.host(0)
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
}

/** Keys as the interface gives them: each its length and its bytes. */
function listOf(keys: readonly string[]): Uint8Array {
  const parts = keys.map((key) => encoder.encode(key))
  const list = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0))
  const view = new DataView(list.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    list.set(part, at + 4)
    at += 4 + part.length
  }
  return list
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
