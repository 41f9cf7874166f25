/** A paywall as middleware of hono. */

import type { MiddlewareHandler } from 'hono'
import type { Paywall } from './paywall.js'

/** Puts a paywall before a route's handler. */
export function honoPaywall(paywall: Paywall): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req
    // Middleware before this one may have read the body: hono keeps it.
    const request = raw.bodyUsed ? new Request(raw, { body: await context.req.arrayBuffer() }) : raw
    const response = await paywall.handle(request, async (inner) => {
      context.req.raw = inner
      await next()
      return context.res
    })
    context.res = undefined
    context.res = response
  }
}
