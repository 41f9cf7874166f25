/** Serves what is sold under `/g` to anyone who pays, and settles under `/facilitator` for whoever has a token of it. */

import { getConnInfo } from '@hono/node-server/conninfo'
import type { Hono } from 'hono'
import type { Money } from './money.js'

/** Adds the routes of endpoints. No token is asked for, and none is passed on. */
export function serveShop(app: Hono, money: Money): void {
  app.all('/g/*', async (context, next) => {
    const open = money.open()
    if (open === undefined)
      return context.json({ status: 503, code: 'gateway/closed', detail: 'Nothing is sold now' }, 503)
    const answer = await open.shop.proxy(context.req.raw, { address: getConnInfo(context).remote.address })
    if (answer === undefined) return next()
    return answer
  })
  app.all('/facilitator/*', async (context, next) => {
    const answer = await money.open()?.shop.facilitator?.(context.req.raw)
    if (answer === undefined) return next()
    return answer
  })
}
