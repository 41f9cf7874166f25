/** What the worker of a cartridge is asked, and what it answers. */

import type { Failure } from '../host/failure.js'
import type { CallResult, CartridgeCalls } from '../host/host.js'
import type { Program } from '../host/program.js'
import type { KvChange } from '../kv/kv-store.js'

/** A piece of work; each is answered once, in the order asked. The first is `load`. */
export type WorkerOrder =
  | {
      readonly type: 'load'
      readonly program: Program
      /** What the cartridge has kept. */
      readonly entries: readonly (readonly [key: string, value: Uint8Array])[]
    }
  | {
      readonly type: 'call'
      readonly name: keyof CartridgeCalls
      readonly input: CartridgeCalls[keyof CartridgeCalls]['input']
    }

/** What the worker says; `ready` once, before it can be asked anything. */
export type WorkerNews =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly level: number; readonly text: string }
  | {
      readonly type: 'done'
      /** Nothing for a load. */
      readonly result: CallResult<unknown> | undefined
      readonly changes: readonly KvChange[]
    }
  | { readonly type: 'failed'; readonly failure: Failure }
