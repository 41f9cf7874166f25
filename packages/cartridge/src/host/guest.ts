/** What runs a cartridge: one live instance, and the only way into it. */

import type { CartridgeTrap } from '../errors.js'
import type { KvTransaction } from '../kv/transaction.js'

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
    request: Uint8Array<ArrayBuffer>,
    fuel: number,
  ): { readonly fuel: number; readonly result: Uint8Array | number }
  /**
   * Asks another machine, in the name of the cartridge that runs, and waits for the answer.
   *
   * @param request - A frame whose path is an absolute URL.
   * @returns A response frame, or an error of the interface.
   */
  http(request: Uint8Array<ArrayBuffer>): Uint8Array | number
}

/** What one entry into a guest took. */
export interface EntryUsage {
  /** Units of cost table 1. */
  readonly fuel: number
  readonly hostCalls: number
  /** Lines of log beyond the limits, which were not kept. */
  readonly droppedLogLines: number
}

/** A picture of an interactive cartridge. */
export interface Framebuffer {
  readonly width: number
  readonly height: number
  /** RGBA, row by row; a copy. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** An instance. After a trap it is never entered again. */
export interface Guest {
  /** Why it may not be entered any more. */
  readonly trap: CartridgeTrap | undefined
  /** Bytes of its memory. */
  readonly memoryBytes: number
  /** Fuel that is left of the entry that ended last. Range [0, ∞). */
  readonly fuelLeft: number
  /** Runs what comes before the first call. */
  start(chain: CallChain): EntryUsage
  /**
   * Hands a region in and takes one out, by `handle`, `invoke` or `render`.
   *
   * @param input - A request frame for `handle`, JSON for the others.
   * @param fuel - At most what the limits allow.
   * @returns A copy of what came out: a response frame, or JSON.
   */
  exchange(
    name: ExchangeName,
    input: Uint8Array<ArrayBuffer>,
    chain: CallChain,
    fuel?: number,
  ): { readonly output: Uint8Array<ArrayBuffer>; readonly usage: EntryUsage }
  /** Lets time pass in an interactive cartridge. @returns What `frame` gave, and the picture. */
  frame(tMs: number, dtMs: number, chain: CallChain): { flags: number; picture: Framebuffer; usage: EntryUsage }
  /** Hands a key or a movement of the pointer to an interactive cartridge. */
  input(name: 'key' | 'pointer', values: readonly number[], chain: CallChain): EntryUsage
}

/** Functions that take a region and give one. */
export type ExchangeName = 'handle' | 'invoke' | 'render'
