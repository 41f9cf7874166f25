/** What the worker of a cartridge is asked, and what it answers. */

import { CartridgeRejected, CartridgeTrap, type RejectionReason, type TrapReason } from '../errors.js'
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
  | { readonly type: 'failed'; readonly failure: WorkerFailure }

/** Why work failed: errors of a class do not travel as such. */
export type WorkerFailure =
  | { readonly type: 'trap'; readonly reason: TrapReason; readonly why: string }
  | {
      readonly type: 'rejected'
      readonly reason: RejectionReason
      readonly why: string
      readonly offset: number | undefined
    }
  | { readonly type: 'other'; readonly message: string }

/** Takes an error apart. */
export function toFailure(error: unknown): WorkerFailure {
  if (error instanceof CartridgeTrap) return { type: 'trap', reason: error.reason, why: error.why }
  if (error instanceof CartridgeRejected)
    return { type: 'rejected', reason: error.reason, why: error.why, offset: error.offset }
  return { type: 'other', message: error instanceof Error ? error.message : String(error) }
}

/** Puts it together again. */
export function fromFailure(failure: WorkerFailure): Error {
  switch (failure.type) {
    case 'trap':
      return new CartridgeTrap(failure.reason, failure.why)
    case 'rejected':
      return new CartridgeRejected(
        failure.reason,
        failure.why,
        failure.offset === undefined ? {} : { offset: failure.offset },
      )
    case 'other':
      return new Error(failure.message)
  }
}
