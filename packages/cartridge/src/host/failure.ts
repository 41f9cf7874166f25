/** Errors on their way between threads: those of a class do not travel as such. */

import { CartridgeRejected, CartridgeTrap, type RejectionReason, type TrapReason } from '../errors.js'
import { CartridgeMissingError } from './host.js'

/** Why work failed, as plain data. */
export type Failure =
  | { readonly type: 'trap'; readonly reason: TrapReason; readonly why: string }
  | {
      readonly type: 'rejected'
      readonly reason: RejectionReason
      readonly why: string
      readonly offset: number | undefined
    }
  | { readonly type: 'missing'; readonly cartridge: string }
  | { readonly type: 'range'; readonly message: string }
  /** What a thread can clone of it. */
  | { readonly type: 'other'; readonly error: unknown }

/** Takes an error apart. */
export function toFailure(error: unknown): Failure {
  if (error instanceof CartridgeTrap) return { type: 'trap', reason: error.reason, why: error.why }
  if (error instanceof CartridgeRejected)
    return { type: 'rejected', reason: error.reason, why: error.why, offset: error.offset }
  if (error instanceof CartridgeMissingError) return { type: 'missing', cartridge: error.cartridge }
  if (error instanceof RangeError) return { type: 'range', message: error.message }
  return { type: 'other', error }
}

/** Puts it together again. */
export function fromFailure(failure: Failure): unknown {
  switch (failure.type) {
    case 'trap':
      return new CartridgeTrap(failure.reason, failure.why)
    case 'rejected': {
      const { reason, why, offset } = failure
      return new CartridgeRejected(reason, why, offset === undefined ? {} : { offset })
    }
    case 'missing':
      return new CartridgeMissingError(failure.cartridge)
    case 'range':
      return new RangeError(failure.message)
    case 'other':
      return failure.error
  }
}
