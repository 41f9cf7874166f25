/** Cartridges for anyone, below `/c`. */

import { CartridgeTrap, type PublishedCartridge, type Workshop } from '@salp/cartridge'
import { type CartridgePayment, readRequest, toResponse } from '@salp/cartridge/host'
import type { Logger } from '@salp/core'
import type { Context, Hono } from 'hono'
import { pageResponse } from './page.js'

/** What the place asks for. */
export interface ServeCartridgesDeps {
  readonly workshop: Workshop
  /** Lets requests through once they are paid for; `undefined` while nothing can be paid. */
  sell(cartridge: PricedCartridge): ((request: Request, answer: PaidAnswer) => Promise<Response>) | undefined
  /** The page that shows what runs in a browser. */
  player(request: Request): Promise<Response>
  readonly log: Logger
}

/** A cartridge with a price. */
export interface PricedCartridge {
  readonly id: string
  readonly description: string
  readonly price: string
}

/** Answers a request that was paid for. */
export type PaidAnswer = (request: Request, payment: CartridgePayment) => Promise<Response>

/** Adds the place. No token is asked for, and none is passed on. */
export function serveCartridges(app: Hono, { workshop, sell, player, log }: ServeCartridgesDeps): void {
  const answer = async (id: string, path: string, request: Request, payment?: CartridgePayment): Promise<Response> => {
    const read = await readRequest(request, path)
    if (read === undefined) return problem(413, 'The body is too long')
    try {
      return toResponse((await workshop.call(id, 'request', { request: read, payment })).output)
    } catch (error) {
      // Why is for its author, who finds it in Studio.
      if (error instanceof CartridgeTrap) return problem(500, 'The cartridge could not answer')
      throw error
    }
  }

  const backend = (view: PublishedCartridge, path: string, request: Request): Promise<Response> | Response => {
    const { id, price, name, description } = view
    if (price === undefined) return answer(id, path, request)
    const paywall = sell({ id, price, description: description === '' ? name : description })
    if (paywall === undefined) return problem(503, 'Nothing can be paid for now')
    return paywall(request, (paid, payment) => answer(id, path, paid, payment))
  }

  /** What a browser needs to run a cartridge itself. */
  const inBrowser = async (view: PublishedCartridge, path: string, request: Request): Promise<Response> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return problem(405, 'It runs in the browser: GET it')
    const { id, name, description, kind, language, version } = view
    const { page, capabilities } = workshop.version(id, version).draft
    switch (path) {
      case '/':
        return player(request)
      case '/manifest.json': {
        const hasPage = page !== undefined
        return Response.json({ id, name, description, kind, language, version, capabilities, hasPage })
      }
      case '/module.wasm':
        return new Response((await workshop.code(id)).bytes, { headers: { 'content-type': 'application/wasm' } })
      case '/page':
        return pageResponse(page)
      default:
        return problem(404, 'There is no such place in this cartridge')
    }
  }

  const serve = async (context: Context): Promise<Response> => {
    const { id = '' } = context.req.param()
    const request = context.req.raw
    const view = workshop.published(id)
    if (view === undefined) return problem(404, `There is no cartridge "${id}" here`)
    const { pathname, search } = new URL(request.url)
    const path = pathname.slice(`/c/${id}`.length)
    try {
      if (view.kind === 'backend') return await backend(view, path === '' ? '/' : path, request)
      // With the slash, so that what its page asks for is below it.
      if (path === '') return context.redirect(`${pathname}/${search}`, 308)
      return await inBrowser(view, path, request)
    } catch (error) {
      log.error('A cartridge could not be served', { cartridge: id, error })
      return problem(500, 'The cartridge could not answer')
    }
  }
  app.all('/c/:id{[a-z0-9-]+}', serve)
  app.all('/c/:id{[a-z0-9-]+}/*', serve)
}

function problem(status: number, detail: string): Response {
  return Response.json(
    { type: 'about:blank', title: 'Cannot answer the request', status, detail },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )
}
