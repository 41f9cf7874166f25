/** What anyone may ask of a node about money: what is sold under `/g`, `/facilitator` for who has a token of it, who it is. */

import { getConnInfo } from '@hono/node-server/conninfo'
import type { Hono } from 'hono'
import { registrationPath } from './identity.js'
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
  app.get(registrationPath, (context, next) => {
    const file = money.open()?.identity?.file()
    if (file === undefined) return next()
    return context.body(file, 200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
  })
}
