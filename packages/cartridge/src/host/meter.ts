/** Counts what an instance uses while it is entered, and tells why it stopped. */

import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import type { Limits } from '../limits.js'
import { counters } from '../rewrite/rewrite-module.js'
import type { CallChain, EntryUsage } from './guest.js'

/** The state of the entry that is running. */
export interface Entry {
  readonly chain: CallChain
  hostCalls: number
  kvOperations: number
  logLines: number
  logBytes: number
  droppedLogLines: number
}

/** The way into one instance, by its counters of fuel and stack. */
export class Meter {
  readonly #id: string
  readonly #limits: Limits
  readonly #fuel: WebAssembly.Global<'i64'>
  readonly #stack: WebAssembly.Global<'i32'>
  #entry: Entry | undefined
  #trap: CartridgeTrap | undefined

  /** @throws {@link CartridgeRejected} (`cartridge/malformed`) if the module has no counters. */
  constructor({ id, limits, exports }: { id: string; limits: Limits; exports: WebAssembly.Exports }) {
    const { [counters.fuel]: fuel, [counters.stack]: stack } = exports
    if (!(fuel instanceof WebAssembly.Global) || !(stack instanceof WebAssembly.Global))
      throw new CartridgeRejected('malformed', 'it was not made by prepare()')
    this.#id = id
    this.#limits = limits
    this.#fuel = fuel as WebAssembly.Global<'i64'>
    this.#stack = stack as WebAssembly.Global<'i32'>
  }

  /** Why the instance may not be entered any more. */
  get trap(): CartridgeTrap | undefined {
    return this.#trap
  }

  /** Fuel that is left, of the entry that runs or that ended last. Range [0, ∞). */
  get fuelLeft(): number {
    return Math.max(0, Number(this.#fuel.value))
  }

  /**
   * Enters the instance: `body` calls its functions.
   *
   * @throws {@link CartridgeTrap} if it is stopped, and what the host itself threw under it.
   */
  enter<T>(chain: CallChain, fuel: number, body: () => T): { value: T; usage: EntryUsage } {
    if (this.#entry !== undefined) throw new CartridgeTrap('reentrant', `"${this.#id}" is running already`)
    if (this.#trap !== undefined) throw this.#trap
    const entry = { chain, hostCalls: 0, kvOperations: 0, logLines: 0, logBytes: 0, droppedLogLines: 0 }
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

  /** Begins a function of the host: it costs 200 and a quarter of the bytes it touches. */
  host(bytes: number): Entry {
    const entry = this.#entry
    if (entry === undefined) throw new CartridgeTrap('reentrant', 'it calls the host while it is not running')
    if (++entry.hostCalls > this.#limits.hostCalls)
      throw new CartridgeTrap('host-calls', `it called the host more than ${this.#limits.hostCalls} times`)
    this.charge(200 + Math.floor(bytes / 4))
    return entry
  }

  /** Takes fuel for what the host does. */
  charge(units: number): void {
    this.#fuel.value -= BigInt(units)
    if (this.#fuel.value < 0n) throw new CartridgeTrap('fuel', 'it used up its fuel')
  }
}
