/** The language model, sold by the request to whoever has no token. */

import type { Gateway } from '@salp/gateway'
import type { Hono } from 'hono'

/** Whether a request is for the model, from somebody who shows no token. */
export function isForPaidModel({ method, headers, url }: Request): boolean {
  const signedIn = headers.has('authorization') || headers.has('cookie')
  return method === 'POST' && !signedIn && new URL(url).pathname === '/v1/chat/completions'
}

/**
 * Sells a model. An answer is paid for only if there is one; one that streams is held until then.
 *
 * @param model - The model alone: a stranger's money buys nothing of the agent.
 */
export function paidModel(
  { gateway, model }: { readonly gateway: Pick<Gateway, 'protect'>; readonly model: Hono },
  { price, publicOrigin }: { readonly price: string; readonly publicOrigin?: string | undefined },
): (request: Request) => Promise<Response> {
  const description = 'One answer of a language model'
  const sold = { route: 'model', price, description, publicOrigin, serveMs: 120_000, maxTimeoutSeconds: 400 }
  return gateway.protect(sold, async (request) => model.fetch(request))
}
