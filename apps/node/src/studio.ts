/** Serves Studio, and signs in whoever may open it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { type AccessOptions, signIn } from '@salp/agent'
import type { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

const folder = fileURLToPath(new URL('studio', import.meta.url))

/** Scripts of ours, and modules of cartridges. */
const scriptSrc = ["'self'", "'wasm-unsafe-eval'"]

/** The page on which anyone may use a cartridge that runs in a browser. */
export async function playerPage(): Promise<Response> {
  const page = await readFile(join(folder, 'player.html'))
  const policy = `default-src 'self'; script-src ${scriptSrc.join(' ')}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }
  return new Response(page, {
    headers: { ...headers, 'content-security-policy': policy, 'x-content-type-options': 'nosniff' },
  })
}

/** Adds the pages. Scripts, styles and pictures come from here alone, and no other site may frame them. */
export function serveStudio(app: Hono, access: AccessOptions): void {
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        scriptSrc,
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
  )
  app.get('/', async (context, next) => {
    const onward = signIn(context, access)
    if (onward !== undefined) return context.redirect(onward)
    context.header('cache-control', 'no-cache')
    await next()
  })
  app.use(
    '*',
    serveStatic({
      root: folder,
      onFound: (path, context) => {
        const isNamed = path.includes('/assets/')
        context.header('cache-control', isNamed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
}
