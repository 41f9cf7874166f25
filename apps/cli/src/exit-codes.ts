/** What the exit code says. */

import type { TurnStatus } from '@salp/agent'

/** Exit codes, for scripts. A node that cannot start gives its own. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** The home folder or the port is taken. */
  taken: 3,
  /** A limit ended the turn, with what it had; or stood against a payment, or nobody agreed to it. */
  stopped: 4,
  /** Whoever was asked answered with an HTTP error. */
  answeredError: 5,
  /** Money moved, or may have, and no answer came: do not simply pay again. */
  unsettled: 6,
  cancelled: 130,
} as const

/** The exit code of a turn. */
export const turnExitCodes: Readonly<Record<TurnStatus, number>> = {
  completed: exitCodes.done,
  failed: exitCodes.failed,
  stopped: exitCodes.stopped,
  cancelled: exitCodes.cancelled,
}
