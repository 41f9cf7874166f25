/** Who may call: a local token, and pages of our own origin. */

import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { RequestError } from './problem.js'
import { defineRoute, type Route } from './route.js'

/** Name of the cookie that Studio carries. */
const cookieName = 'salp'

/** How access is decided. */
export interface AccessOptions {
  /** The secret; whoever has it may do everything. */
  readonly token: string
  /** Host names that requests may be addressed to; others are refused, which defeats DNS rebinding. */
  readonly hosts: readonly string[]
  /** Signs in whoever opens the page on this machine, without the token. Only for a server on loopback. */
  readonly trustLoopback: boolean
}

/** Answers who has no token, where it can: with what is for sale, say. */
export type Visitor = (request: Request) => Promise<Response | undefined>

/** Refuses requests to another host name, as a page that had our address under its own name would send. */
export function requireHost({ hosts }: AccessOptions): MiddlewareHandler {
  return async (context, next) => {
    const name = hostName(context.req.header('host') ?? '')
    if (!hosts.includes(name)) throw new RequestError(421, 'agent/host', `This server does not answer for "${name}"`)
    await next()
  }
}

/**
 * Lets a request through with the token: as a bearer, or in the cookie of a page of ours.
 *
 * A cookie alone is not enough for a request that another origin made.
 */
export function requireToken({ token }: AccessOptions, visitor?: Visitor): MiddlewareHandler {
  return async (context, next) => {
    const bearer = /^bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
    if (bearer !== undefined ? !equal(bearer, token) : !equal(getCookie(context, cookieName) ?? '', token)) {
      const answer = await visitor?.(context.req.raw)
      if (answer !== undefined) return answer
      throw new RequestError(
        401,
        'agent/token',
        'Sign in: send the token of this agent, or open the link that it printed at its start',
      )
    }
    if (bearer === undefined) requireOwnOrigin(context)
    await next()
  }
}

/** Signs a page in: with `?token=`, or without where the machine is trusted. Gives the address to go on to, if it changed. */
export function signIn(context: Context, { token, trustLoopback }: AccessOptions): string | undefined {
  const offered = context.req.query('token')
  const direct = !isCrossSite(context)
  if (offered !== undefined ? equal(offered, token) : trustLoopback && direct) {
    setCookie(context, cookieName, token, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 365 * 86_400 })
  }
  return offered === undefined ? undefined : '/'
}

/** Signs a page out. Where the machine is trusted, the next page that is opened there is signed in again. */
export function accessRoutes(): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/sign-out',
      summary: 'Takes the cookie of a page back; the token stays as it is',
      answer: ({ context }) => void deleteCookie(context, cookieName, { path: '/' }),
    }),
  ]
}

function requireOwnOrigin(context: Context): void {
  const origin = context.req.header('origin')
  const host = context.req.header('host')
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)
  if (foreign || isCrossSite(context)) throw new RequestError(403, 'agent/origin', 'The request came from another site')
}

function isCrossSite(context: Context): boolean {
  const site = context.req.header('sec-fetch-site')
  return site === 'cross-site' || site === 'same-site'
}

function hostName(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host
}

/** Compares in time that does not tell how much was right. */
function equal(offered: string, secret: string): boolean {
  let difference = offered.length ^ secret.length
  for (let index = 0; index < secret.length; index++) {
    difference |= (offered.charCodeAt(index) || 0) ^ secret.charCodeAt(index)
  }
  return difference === 0
}
