/** The language model, sold by the request to whoever has no token. */

import type { Hono } from 'hono'
import type { Money } from './money.js'

/** What is sold, and for how much. */
export interface PaidModelOptions {
  readonly price: string
  readonly publicOrigin?: string | undefined
}

/**
 * Sells a model at `POST /v1/chat/completions`. An answer is paid for only if there is one; one that streams is held
 * until then.
 *
 * @param deps - `model`: the model alone. A stranger's money buys nothing of the agent.
 * @returns Answers visitors; `undefined` for what is not sold, and while the wallet is not open.
 */
export function paidModel(
  { money, model }: { readonly money: Money; readonly model: Hono },
  { price, publicOrigin }: PaidModelOptions,
): (request: Request) => Promise<Response | undefined> {
  let sell: ((request: Request) => Promise<Response>) | undefined
  const description = 'One answer of a language model'
  return async (request) => {
    const open = money.open()
    if (open === undefined || request.method !== 'POST' || new URL(request.url).pathname !== '/v1/chat/completions') {
      return undefined
    }
    sell ??= open.shop.gateway.protect(
      { route: 'model', price, description, publicOrigin, serveMs: 120_000, maxTimeoutSeconds: 400 },
      async (paid) => model.fetch(paid),
    )
    return sell(request)
  }
}
