/** A host that answers by promises, wherever its cartridges run. */

import type { CallResult, CartridgeCalls, KvWrite, LoadedCartridge, LoadOptions } from './host.js'
import type { Program } from './program.js'

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
  /** Ends what runs; what waits rejects. May be called twice. */
  close(): Promise<void>
}
