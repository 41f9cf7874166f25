/** The node that holds the money. One is not started for a command: it opens its chain and its wallet, and then sells. */

import { SalpError } from '@salp/core'
import { MoneyOffError, NodeMissingError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { findRunning } from '../client/connect.js'
import type { Invocation } from '../invocation.js'

/**
 * Works with the node that runs on the home folder.
 *
 * @throws {@link NodeMissingError} (`cli/node-missing`) if none does, {@link MoneyOffError} (`cli/money-off`) if it has no
 * money.
 */
export async function withMoney<T>({ io, home, signal }: Invocation, work: (api: Api) => Promise<T>): Promise<T> {
  const running = await findRunning(io, home, signal)
  if (running === undefined) throw new NodeMissingError(home.path)
  try {
    return await work(running.api)
  } catch (error) {
    if (SalpError.is(error, 'agent/route-unknown')) throw new MoneyOffError()
    throw error
  }
}
