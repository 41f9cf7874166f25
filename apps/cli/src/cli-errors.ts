/** Ends of a command that are no fault of the node. */

import { SalpError } from '@salp/core'

/** The person, or the system, ended the program: `cli/cancelled`. */
export class CancelledError extends SalpError {
  /** What the program ends with. */
  readonly exitCode: number
  constructor(message: string, exitCode = 130) {
    super('cli/cancelled', message)
    this.exitCode = exitCode
  }
}

/** Wrong use of a command, found after its words were read: `cli/usage`. */
export class UsageError extends SalpError {
  constructor(message: string) {
    super('cli/usage', message)
  }
}
