/** What to send to a chain so that a contract stands on it: data only, for any wallet to sign. */

import { developmentDollarBytecode } from './generated/development-dollar.js'

/** Bytes as text. */
export type Hex = `0x${string}`

/** A transaction that creates a contract: it has no `to`, and its receipt names the address. */
export interface Deployment {
  /** Creation code, then the constructor's arguments. */
  readonly data: Hex
}

/** Creates a dollar of development, which anyone mints. */
export function deployDevelopmentDollar(): Deployment {
  return { data: developmentDollarBytecode }
}
