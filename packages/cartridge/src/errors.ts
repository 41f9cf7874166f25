/** How a cartridge fails: refused before it runs, or stopped while it does. */

import { SalpError } from '@salp/core'

/** Why a module is not let in. */
export type RejectionReason = 'malformed' | 'limit' | 'feature' | 'import' | 'abi' | 'start'

/** Why a running cartridge was stopped. */
export type TrapReason =
  | 'fuel'
  | 'stack'
  | 'trap'
  | 'bounds'
  | 'limit'
  | 'response'
  | 'abort'
  | 'abi'
  | 'host-calls'
  | 'reentrant'
  | 'timeout'
  /** By a person. */
  | 'stopped'

/** A module that breaks a rule; nothing of it ran. `code` is `cartridge/` + {@link RejectionReason}. */
export class CartridgeRejected extends SalpError {
  readonly reason: RejectionReason
  /** The rule, in the words of the message. */
  readonly why: string
  /** Byte of the module at which it was noticed, where that is known. */
  readonly offset: number | undefined
  constructor(reason: RejectionReason, why: string, { offset, cause }: { offset?: number; cause?: unknown } = {}) {
    super(`cartridge/${reason}`, `Cannot accept the module${offset === undefined ? '' : ` (byte ${offset})`}: ${why}`, {
      cause,
    })
    this.reason = reason
    this.why = why
    this.offset = offset
  }
}

/**
 * A call that was ended; the instance that made it is never entered again. `code` is `cartridge/` + {@link TrapReason}.
 *
 * Its text is for the author of the cartridge and the agent, not for the cartridge's clients.
 */
export class CartridgeTrap extends SalpError {
  readonly reason: TrapReason
  /** What happened, in the words of the message. */
  readonly why: string
  constructor(reason: TrapReason, why: string, cause?: unknown) {
    super(`cartridge/${reason}`, `Cannot finish the call: ${why}`, { cause })
    this.reason = reason
    this.why = why
  }
}
