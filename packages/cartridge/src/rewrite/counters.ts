/** The instructions that count: what a rewritten function does with the globals that were added. */

import type { ByteWriter } from './byte-writer.js'

/** Counters that stand behind the guest's own globals: fuel, a mutable i64, and words of stack, a mutable i32. */
export class Counters {
  readonly #fuel: number
  readonly #stack: number

  /** @param globals - How many the guest has. */
  constructor(globals: number) {
    this.#fuel = globals
    this.#stack = globals + 1
  }

  /** Pays `cost` units, and traps below zero. */
  pay(out: ByteWriter, cost: number): void {
    if (cost === 0) return
    this.beginPay(out)
    out.byte(0x42)
    out.positive(cost)
    this.endPay(out)
  }

  /** Between this and {@link endPay} stands what leaves a cost on the stack, an i64. */
  beginPay(out: ByteWriter): void {
    get(out, this.#fuel)
  }

  /** Pays, and traps below zero. */
  endPay(out: ByteWriter): void {
    out.byte(0x7d)
    set(out, this.#fuel)
    get(out, this.#fuel)
    // i64.const 0, i64.lt_s, if, unreachable, end
    out.write(0x42, 0, 0x53, 0x04, 0x40, 0x00, 0x0b)
  }

  /** Takes words of stack, and traps below zero. */
  enter(out: ByteWriter, words: number): void {
    this.#move(out, words, 0x6b)
    get(out, this.#stack)
    // i32.const 0, i32.lt_s, if, unreachable, end
    out.write(0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b)
  }

  /** Gives words of stack back. */
  leave(out: ByteWriter, words: number): void {
    this.#move(out, words, 0x6a)
  }

  /** Adds to the words of stack, or subtracts. */
  #move(out: ByteWriter, words: number, operator: 0x6a | 0x6b): void {
    get(out, this.#stack)
    out.byte(0x41)
    out.positive(words)
    out.byte(operator)
    set(out, this.#stack)
  }
}

function get(out: ByteWriter, global: number): void {
  out.byte(0x23)
  out.u32(global)
}

function set(out: ByteWriter, global: number): void {
  out.byte(0x24)
  out.u32(global)
}
