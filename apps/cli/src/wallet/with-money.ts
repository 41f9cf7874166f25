/** The node that holds the money. One is not started for a command: it opens its chain and its wallet, and then sells. */

import { SalpError } from '@salp/core'
import { MoneyOffError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { withStayingNode } from '../client/staying-node.js'
import type { Invocation } from '../invocation.js'

/**
 * Works with the node that runs on the home folder.
 *
 * @throws `NodeMissingError` (`cli/node-missing`) if none does, {@link MoneyOffError} (`cli/money-off`) if it has no money.
 */
export async function withMoney<T>(invocation: Invocation, work: (api: Api) => Promise<T>): Promise<T> {
  return withStayingNode(invocation, async (api) => {
    try {
      return await work(api)
    } catch (error) {
      if (SalpError.is(error, 'agent/route-unknown')) throw new MoneyOffError()
      throw error
    }
  })
}
