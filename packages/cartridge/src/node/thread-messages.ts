/** What a thread of cartridges is asked, and what it answers. */

import type { Failure } from '../host/failure.js'
import type {
  CallResult,
  CartridgeCalls,
  CartridgeEvents,
  KvWrite,
  LoadedCartridge,
  LoadOptions,
} from '../host/host.js'
import type { Program } from '../host/program.js'
import type { KvChange } from '../kv/kv-store.js'
import type { ScriptEngine } from '../script/engine.js'

/** A piece of work; each is answered once, in the order asked. */
export type ThreadWork =
  | {
      readonly type: 'load'
      readonly program: Program
      readonly options: LoadOptions
      /** What the cartridge has kept, if this thread has not been told yet. */
      readonly entries: readonly (readonly [string, Uint8Array])[] | undefined
    }
  | {
      readonly type: 'call'
      readonly cartridge: string
      readonly name: keyof CartridgeCalls
      readonly input: CartridgeCalls[keyof CartridgeCalls]['input']
    }
  | { readonly type: 'write'; readonly cartridge: string; readonly changes: readonly KvWrite[] }
  | { readonly type: 'rollback' | 'unload' | 'describe'; readonly cartridge: string }

/** What the thread is told. */
export type ThreadRequest =
  /** Work with the time of day at which it is asked, in ms since the epoch. */
  | { readonly type: 'work'; readonly now: number; readonly work: ThreadWork }
  /** The engine that it asked for, or why there is none. */
  | { readonly type: 'engine'; readonly engine: ScriptEngine }
  | { readonly type: 'no-engine'; readonly error: unknown }

/** What work gives. */
export type ThreadResult = number | boolean | undefined | LoadedCartridge | CallResult<unknown>

/** What the thread says. */
export type ThreadMessage =
  | { readonly type: 'ready' }
  /** The first script came: the engine is wanted, once. */
  | { readonly type: 'engine-wanted' }
  | { readonly type: 'log'; readonly cartridge: string; readonly level: number; readonly text: string }
  | {
      [Name in keyof CartridgeEvents]: {
        readonly type: 'event'
        readonly name: Name
        readonly event: CartridgeEvents[Name]
      }
    }[keyof CartridgeEvents]
  | { readonly type: 'done'; readonly result: ThreadResult; readonly changes: readonly KvChange[] }
  | { readonly type: 'failed'; readonly failure: Failure }
