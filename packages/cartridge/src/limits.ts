/** What one call of a cartridge may use. */

import type { Kind } from './rewrite/abi.js'

/** Limits of a running cartridge; each is the largest value that is accepted. */
export interface Limits {
  /** Units of cost table 1 for a call, an event or the example it is tried with. */
  readonly fuel: number
  /** Units for one `frame` of an interactive cartridge, and for one `key` or `pointer`. */
  readonly frameFuel: number
  readonly inputFuel: number
  /** Units for `cart_init` with `cart_abi`. */
  readonly initFuel: number
  /** Words of operands and locals of the calls that are open. */
  readonly stackWords: number
  /** Pages of 64 KiB. */
  readonly memoryPages: number
  /** Of a call, where something outside can end it. */
  readonly wallClockMs: number
  readonly inputBytes: number
  readonly outputBytes: number
  /** Lines and bytes of log a call; the rest is counted, not kept. */
  readonly logLines: number
  readonly logBytes: number
  readonly hostCalls: number
  readonly kvKeys: number
  /** Bytes of all keys and values. */
  readonly kvBytes: number
  readonly kvValueBytes: number
  /** Operations a call. */
  readonly kvOperations: number
  /** Cartridges that call one another, the first included. */
  readonly callDepth: number
}

const shared: Omit<Limits, 'fuel'> = {
  frameFuel: 50_000_000,
  inputFuel: 10_000_000,
  initFuel: 200_000_000,
  stackWords: 65_536,
  memoryPages: 1_024,
  wallClockMs: 30_000,
  inputBytes: 8_000_000,
  outputBytes: 8_000_000,
  logLines: 200,
  logBytes: 16_384,
  hostCalls: 100_000,
  kvKeys: 10_000,
  kvBytes: 8_000_000,
  kvValueBytes: 262_144,
  kvOperations: 10_000,
  callDepth: 3,
}

/** The limits of each kind, where neither operator nor manifest asks for less. */
export const defaultLimits: Readonly<Record<Kind, Limits>> = {
  backend: { ...shared, fuel: 500_000_000 },
  cognitive: { ...shared, fuel: 200_000_000 },
  frontend: { ...shared, fuel: 200_000_000 },
  interactive: { ...shared, fuel: 200_000_000, wallClockMs: 2_000 },
}

/** Each limit as the lowest of those given. */
export function lowestLimits(limits: Limits, ...others: readonly (Partial<Limits> | undefined)[]): Limits {
  const lowest: { -readonly [Name in keyof Limits]: number } = { ...limits }
  for (const other of others) {
    for (const name of Object.keys(limits) as (keyof Limits)[]) {
      lowest[name] = Math.min(lowest[name], other?.[name] ?? Number.POSITIVE_INFINITY)
    }
  }
  return lowest
}
