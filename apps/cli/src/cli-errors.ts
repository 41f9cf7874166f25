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

/** No node runs, and the command is no use without one that stays: `cli/node-missing`. */
export class NodeMissingError extends SalpError {
  constructor(home: string) {
    super('cli/node-missing', `No node runs on ${home}. Start one and leave it running: npm start`)
  }
}

/** The node that runs has no money: `cli/money-off`. */
export class MoneyOffError extends SalpError {
  constructor() {
    super(
      'cli/money-off',
      'The node has no money: its setting wallet.chain is "off". Change it, and start the node again',
    )
  }
}

/** The wallet is not open: `cli/wallet-closed`. */
export class WalletClosedError extends SalpError {
  constructor(why = 'there is none') {
    super('cli/wallet-closed', `Cannot tell the address. ${why}`)
  }
}

/** A payment that was under way when the node was lost: `cli/payment-unsettled`. */
export class PaymentUnsettledError extends SalpError {
  constructor(cause: unknown) {
    super(
      'cli/payment-unsettled',
      'Cannot tell whether it was paid (look at "salp wallet receipts" before you pay again)',
      { cause },
    )
  }
}
