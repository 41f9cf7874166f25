/** Errors as the protocol has them. */

import { RequestError } from '@agentclientprotocol/sdk/unstable'
import { describeError, SalpError } from '@salp/core'

/** Turns our errors into those of the protocol, with our code beside. */
export function guarded<Context, Response>(
  handle: (context: Context) => Promise<Response>,
): (context: Context) => Promise<Response> {
  return async (context) => {
    try {
      return await handle(context)
    } catch (error) {
      if (error instanceof RequestError || !SalpError.is(error)) throw error
      const { code } = error
      if (code === 'agent/session-busy') throw RequestError.invalidRequest({ code }, describeError(error))
      if (code === 'agent/input' || code === 'agent/place')
        throw RequestError.invalidParams({ code }, describeError(error))
      throw RequestError.internalError({ code }, describeError(error))
    }
  }
}
