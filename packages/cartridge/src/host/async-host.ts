/** A host that answers by promises, wherever its cartridges run. */

import type { CallResult, CartridgeCalls, KvWrite, LoadedCartridge, LoadOptions } from './host.js'
import type { Program } from './program.js'

/** A call that was not answered yet. */
export interface OpenCall {
  readonly cartridge: string
  /** When it was made, in ms since the epoch. */
  readonly since: number
  /** Whether it is being answered; others wait for their turn. */
  readonly running: boolean
}

/** As a `CartridgeHost`, by promises; something outside ends a call that takes too long. */
export interface AsyncCartridgeHost {
  /** As `load` of a `CartridgeHost`. */
  load(program: Program, options?: LoadOptions): Promise<number>
  /**
   * As `call` of a `CartridgeHost`. Its writes are in the store when it resolves.
   *
   * @throws CartridgeTrap (`cartridge/timeout`) if it takes longer than it may.
   */
  call<Name extends keyof CartridgeCalls>(
    id: string,
    name: Name,
    input: CartridgeCalls[Name]['input'],
  ): Promise<CallResult<CartridgeCalls[Name]['output']>>
  rollback(id: string): Promise<number | undefined>
  /** As `write` of a `CartridgeHost`. */
  write(id: string, changes: readonly KvWrite[]): Promise<void>
  unload(id: string): Promise<boolean>
  describe(id: string): Promise<LoadedCartridge | undefined>
  /** Calls that were not answered yet, oldest first on each thread. */
  calls(): readonly OpenCall[]
  /**
   * Ends the calls of a cartridge that run or wait: they reject with a CartridgeTrap (`cartridge/stopped`), and write nothing.
   *
   * @returns How many there were.
   */
  stop(id: string): number
  /** Ends what runs; what waits rejects. May be called twice. */
  close(): Promise<void>
}
